#include "core/staleness.hpp"

#include <algorithm>

namespace pitstop {

namespace {

constexpr std::chrono::minutes still_in_progress{30};

}  // namespace

const char *name_of(SessionKind kind) noexcept
{
    return kind == SessionKind::drive ? "drive" : "charge";
}

UtcTime last_seen(const OpenSession &session, UtcTime now) noexcept
{
    return std::min(session.newest_row.value_or(session.start_date), now);
}

bool in_progress(const OpenSession &session, UtcTime now) noexcept
{
    return session.newest_of_car && last_seen(session, now) >= now - still_in_progress;
}

std::optional<std::string> reason_to_skip(const OpenSession &session, UtcTime now, UtcTime seen_before)
{
    if (in_progress(session, now))
        return "in progress";
    if (last_seen(session, now) > seen_before)
        return "seen within older_than";
    if (session.close_undone)
        return "its close was undone";
    return std::nullopt;
}

}  // namespace pitstop
