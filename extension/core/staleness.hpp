// Which open drives and charges are stale: pure decisions about sessions, with the clock as an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/utc_time.hpp"

namespace pitstop {

enum class SessionKind { drive, charge };

const char *name_of(SessionKind kind) noexcept;

// A drive or a charging process without an end.
struct OpenSession {
    SessionKind kind = SessionKind::drive;
    std::int64_t id = 0;
    std::int64_t car_id = 0;
    UtcTime start_date;
    std::int64_t rows = 0;  // positions or charges
    std::optional<UtcTime> newest_row;
    bool newest_of_car = false;  // no session of the car, drive or charge, open or ended, began later
    bool close_undone = false;   // somebody took its last close back
};

// The newest row's date, without rows the start date; never later than now.
UtcTime last_seen(const OpenSession &session, UtcTime now) noexcept;

// The car's newest session over drives and charges together, seen within 30 minutes.
bool in_progress(const OpenSession &session, UtcTime now) noexcept;

// Why close_stale leaves the session alone; nothing when it is stale. `seen_before` is now less older_than.
std::optional<std::string> reason_to_skip(const OpenSession &session, UtcTime now, UtcTime seen_before);

}  // namespace pitstop
