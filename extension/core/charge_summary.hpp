// What TeslaMate makes of a charging process's rows when it completes it: rows in, summary out.
//
// The rules are those of TeslaMate 4.2's complete_charging_process. Cost and efficiency have files of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/decimal.hpp"
#include "core/utc_time.hpp"

namespace pitstop {

// One row of TeslaMate's charges.
struct ChargeRow {
    std::int64_t id = 0;
    UtcTime date;
    std::optional<Decimal> ideal_range;  // km
    std::optional<Decimal> rated_range;
    std::optional<std::int64_t> battery_level;   // %
    std::optional<Decimal> outside_temp;         // degrees Celsius
    std::optional<Decimal> energy_added;         // kWh since the charge began, as the car counts it
    std::optional<std::int64_t> charger_power;   // kW
    std::optional<std::int64_t> actual_current;  // A
    std::optional<std::int64_t> voltage;         // V
    std::optional<std::int64_t> phases;
    std::optional<std::string> fast_charger_type;
};

struct ChargeFacts {
    UtcTime start_date;
    UtcTime end_date;
    std::int64_t duration_min = 0;
    std::optional<Decimal> start_ideal_range;
    std::optional<Decimal> end_ideal_range;
    std::optional<Decimal> start_rated_range;
    std::optional<Decimal> end_rated_range;
    std::optional<std::int64_t> start_battery_level;
    std::optional<std::int64_t> end_battery_level;
    Mean outside_temp;
    std::optional<Decimal> energy_added;  // kWh; nothing where it would be negative
    std::optional<Decimal> energy_used;   // kWh, 15 significant digits, as the cost is computed from it
    std::optional<std::string> fast_charger_type;
};

// Tells whether one text sorts before another under the database's collation.
using SortsBefore = std::function<bool(const std::string &, const std::string &)>;

// The summary of at least one row, in whatever order they come.
ChargeFacts summarize_charge(std::vector<ChargeRow> rows, const SortsBefore &sorts_before);

}  // namespace pitstop
