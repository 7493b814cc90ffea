// Closing drives: from their positions to what is written, for one drive or for a thousand.
//
// lock, summarize, decide, write, in this order; close_drive and close_stale put the steps together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/drive_summary.hpp"
#include "core/error.hpp"
#include "core/geofence.hpp"
#include "pg/journal.hpp"
#include "pg/known_places.hpp"
#include "pg/spi.hpp"
#include "pg/teslamate.hpp"

namespace pitstop::pg {

enum class Locking { none, wait, skip_locked };

enum class Outcome { closed, deleted, failed };

const char *name_of(Outcome outcome) noexcept;

// What a kept drive's columns get, rounded as they round.
struct DriveRow {
    std::optional<Decimal> outside_temp, inside_temp;
    std::optional<Decimal> start_ideal_range, end_ideal_range, start_rated_range, end_rated_range;
    std::optional<std::int64_t> start_geofence_id, end_geofence_id;
    KnownAddress start_address, end_address;
};

// One drive on its way through a close.
struct DriveClosing {
    std::int64_t id = 0;
    std::string before;    // the row as JSON
    DriveSummary summary;  // until it is decided
    std::optional<DomainError> unreadable;
    std::int64_t positions = 0;
    std::optional<UtcTime> newest_position;

    Outcome outcome = Outcome::closed;
    std::string reason;               // why it was deleted or failed
    std::optional<DriveFacts> facts;  // only a drive without positions has none
    DriveRow row;

    std::string after;  // the row as JSON, once written
    std::vector<std::int64_t> detached_positions;
};

using DriveClosings = std::vector<DriveClosing>;

class DriveCloser {
public:
    DriveCloser(Spi &spi, const TeslaMate &teslamate) : spi_(spi), teslamate_(teslamate) {}

    // Finds the drives, in the order of their ids, and locks them: TeslaMate cannot insert a position meanwhile,
    // and what it has inserted is seen by summarize(). With `only_open` a drive that was closed meanwhile is left out.
    DriveClosings lock(const std::vector<std::int64_t> &ids, Locking locking, bool only_open);
    // Reads the positions, once for all drives.
    void summarize(DriveClosings &drives);
    // Closed or deleted, and with which values. Raises DomainError where TeslaMate raises.
    void decide(DriveClosing &drive);
    // Changes TeslaMate's tables. The drives must not have failed.
    void write(DriveClosings &drives);

private:
    void summarize_one(DriveClosing &drive);
    void summarize_many(DriveClosings &drives);
    void fit(DriveClosing &drive) const;
    void locate(DriveClosings &drives);
    void take_known_addresses(DriveClosings &drives, const std::vector<std::int64_t> &positions,
                              const std::vector<WantedPlace> &places);
    void update(DriveClosings &drives);
    void remove(DriveClosings &drives);

    Spi &spi_;
    const TeslaMate &teslamate_;
};

// The journal's event of one written drive.
Event event_of(const DriveClosing &drive, const std::string &action);

}  // namespace pitstop::pg
