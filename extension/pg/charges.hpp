// Completing charging processes: from their charges to what is written, with the cost and the car's efficiency.
//
// lock, decide, write, in this order; close_charge and close_stale put the steps together.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/charge_summary.hpp"
#include "core/cost.hpp"
#include "core/efficiency.hpp"
#include "pg/drives.hpp"
#include "pg/journal.hpp"
#include "pg/spi.hpp"
#include "pg/teslamate.hpp"

namespace pitstop::pg {

// One charging process on its way through a close.
struct ChargeClosing {
    std::int64_t id = 0;
    std::int64_t car_id = 0;
    std::optional<std::int64_t> geofence_id;
    KnownAddress address;
    std::string before;  // the row as JSON

    std::int64_t rows = 0;
    std::optional<UtcTime> newest_row;
    std::optional<ChargeFacts> facts;  // nothing without rows
    UtcTime end_date;

    Outcome outcome = Outcome::closed;
    std::string reason;  // why it failed

    // What the columns get, rounded as they round.
    std::optional<Decimal> energy_added, energy_used, cost, outside_temp;
    std::optional<Decimal> start_ideal_range, end_ideal_range, start_rated_range, end_rated_range;

    std::string after;          // the row as JSON, once written
    std::optional<Change> car;  // the car's row, when this charge changed its efficiency
};

using ChargeClosings = std::vector<ChargeClosing>;

class ChargeCloser {
public:
    // Raises DomainError::wrong_state unless TeslaMate's settings have exactly one row.
    ChargeCloser(Spi &spi, const TeslaMate &teslamate);

    // Finds the charging processes, in the order of their ids, and locks them against new charges.
    ChargeClosings lock(const std::vector<std::int64_t> &ids, Locking locking, bool only_open);
    // Reads the charges.
    void summarize(ChargeClosing &charge);
    // The cars' settings and the geofences' prices, once for all; locks the cars, in the order of their ids.
    void read_surroundings(const ChargeClosings &charges, Locking locking);
    // Which values it gets. Raises DomainError where TeslaMate raises.
    void decide(ChargeClosing &charge, UtcTime now);
    // Changes TeslaMate's tables. The charges must not have failed.
    void write(ChargeClosings &charges);

private:
    struct Car {
        std::optional<double> efficiency;
        bool free_supercharging = false;
        std::string before;
    };

    void fit(ChargeClosing &charge) const;
    void take_known_addresses(ChargeClosings &charges);
    void update(ChargeClosings &charges);
    void derive_efficiencies(ChargeClosings &charges);
    std::vector<EfficiencySample> samples_of(std::int64_t car_id);
    EfficiencySample sample_of(const ChargeClosing &charge, const EfficiencySample &before) const;
    void set_efficiency(std::int64_t car_id, double efficiency, ChargeClosing &cause);

    Spi &spi_;
    const TeslaMate &teslamate_;
    bool prefers_ideal_range_ = false;
    std::map<std::int64_t, Car> cars_;
    std::map<std::int64_t, Tariff> tariffs_;
};

// The journal's event of one written charge.
Event event_of(const ChargeClosing &charge, const std::string &action);

}  // namespace pitstop::pg
