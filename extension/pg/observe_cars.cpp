// Health of what TeslaMate logs: does it still come in, has anything been left open?

#include <algorithm>
#include <map>

#include "core/number_words.hpp"
#include "core/staleness.hpp"
#include "pg/observe.hpp"
#include "pg/sessions.hpp"

namespace pitstop::pg {

namespace {

// Each car's newest position that has an ideal range, as those have that TeslaMate polls: by the one index that begins with
// car and date.
constexpr Statement cars{R"(
    SELECT c.id, s.state::text, newest.date, f.enabled IS FALSE
      FROM {schema}.cars AS c
      LEFT JOIN {schema}.car_settings AS f ON f.id = c.settings_id
      LEFT JOIN {schema}.states AS s ON s.car_id = c.id AND s.end_date IS NULL
      LEFT JOIN LATERAL (
               SELECT p.date
                 FROM {schema}.positions AS p
                WHERE p.car_id = c.id
                  AND p.ideal_battery_range_km IS NOT NULL
                ORDER BY p.date DESC
                LIMIT 1
           ) AS newest ON true
     ORDER BY c.id
)"};

// What was streamed has none. It belongs to the drive that began last, which knows its last position once it is closed.
constexpr Statement newest_drives{R"(
    SELECT c.id, d.id, e.date
      FROM {schema}.cars AS c
     CROSS JOIN LATERAL (
               SELECT n.id, n.end_position_id
                 FROM {schema}.drives AS n
                WHERE n.car_id = c.id
                ORDER BY n.start_date DESC
                LIMIT 1
           ) AS d
      LEFT JOIN {schema}.positions AS e ON e.id = d.end_position_id
)"};

// By the drive's own id, for it decides how many blocks of the table its BRIN index leaves.
constexpr Statement newest_position_of_drive{R"(
    SELECT max(p.date)
      FROM {schema}.positions AS p
     WHERE p.drive_id = $1
)",
                                             Planning::each_time};

// Or to no drive, where that was too short to be kept: the last ones of whatever car, by the primary key.
constexpr Statement newest_positions{R"(
    SELECT p.car_id, max(p.date)
      FROM (SELECT n.car_id, n.date
              FROM {schema}.positions AS n
             ORDER BY n.id DESC
             LIMIT 1000) AS p
     GROUP BY p.car_id
)"};

// Each sought by the moment's own value: what the newest hours hold is a sliver, of which a plan for any value knows nothing.
constexpr Statement drives_seen_since{R"(
    SELECT DISTINCT p.drive_id
      FROM {schema}.positions AS p
     WHERE p.date > $1
       AND p.drive_id IS NOT NULL
)",
                                      Planning::each_time};

constexpr Statement charges_seen_since{R"(
    SELECT DISTINCT h.charging_process_id
      FROM {schema}.charges AS h
     WHERE h.date > $1
)",
                                       Planning::each_time};

// As close_stale() has it.
constexpr std::chrono::hours stale_after{6};
constexpr std::size_t most_examples = 10;

double age_in_seconds(UtcTime moment, UtcTime now)
{
    return std::max(std::chrono::duration<double>(now - moment).count(), 0.0);
}

Observation observation_of(const PassingRow &row, std::optional<UtcTime> newest, UtcTime now)
{
    Observation car;
    car.subject = "car " + row.text(0);
    const std::string state = row.optional_text(1).value_or("online");
    if (newest)
        car.value = age_in_seconds(*newest, now);
    const bool is_switched_off = row.boolean(3);
    if (!newest || is_switched_off || state != "online")
        car.verdict = HealthStatus::ok;
    // Sold perhaps, and awake when it was seen last.
    if (is_switched_off)
        car.note = "TeslaMate does not log it: that is switched off in the car's settings.";
    else if (state != "online")
        car.note = "It is " + state + ".";
    else if (!newest)
        car.note = "It has no position yet.";
    return car;
}

using NewestOfCars = std::map<std::int64_t, UtcTime>;

NewestOfCars newest_streamed(Spi &spi)
{
    NewestOfCars newest;
    const auto keep_later = [&newest](std::int64_t car, const std::optional<UtcTime> &date) {
        if (date)
            if (const auto [found, is_new] = newest.try_emplace(car, *date); !is_new)
                found->second = std::max(found->second, *date);
    };
    spi.run(newest_positions, Values(),
            [&](const PassingRow &row) { keep_later(row.integer(0), row.optional_time(1)); });
    std::map<std::int64_t, std::int64_t> drives_without_end;  // by car
    spi.run(newest_drives, Values(), [&](const PassingRow &row) {
        keep_later(row.integer(0), row.optional_time(2));
        if (row.is_null(2))
            drives_without_end.emplace(row.integer(0), row.integer(1));
    });
    for (const auto &each : drives_without_end)
        spi.run(newest_position_of_drive, Values().integer(each.second),
                [&](const PassingRow &row) { keep_later(each.first, row.optional_time(0)); });
    return newest;
}

SessionSet seen_since(Spi &spi, UtcTime moment)
{
    SessionSet seen;
    const auto add_as = [&seen](SessionKind kind) {
        return [&seen, kind](const PassingRow &row) { seen.emplace(kind, row.integer(0)); };
    };
    spi.run(drives_seen_since, Values().time(moment), add_as(SessionKind::drive));
    spi.run(charges_seen_since, Values().time(moment), add_as(SessionKind::charge));
    return seen;
}

// What close_stale() would close; without counting the rows of each, for there may be hundreds.
std::vector<OpenSession> stale_sessions(Spi &spi, UtcTime seen_before)
{
    std::vector<OpenSession> sessions = open_sessions(spi);
    const auto drop = [&sessions](const auto &condition) {
        sessions.erase(std::remove_if(sessions.begin(), sessions.end(), condition), sessions.end());
    };
    drop([&](const OpenSession &session) { return session.start_date > seen_before; });
    if (sessions.empty())
        return sessions;
    for (const SessionSet &others : {seen_since(spi, seen_before), sessions_with_undone_close(spi)})
        drop([&](const OpenSession &session) { return others.count({session.kind, session.id}) > 0; });
    return sessions;
}

}  // namespace

Observations observe_positions(const Look &look)
{
    look.teslamate.require("positions");
    const NewestOfCars streamed = newest_streamed(look.spi);
    Observations observations;
    look.spi.run(cars, Values(), [&](const PassingRow &row) {
        std::optional<UtcTime> newest = row.optional_time(2);
        if (const auto found = streamed.find(row.integer(0)); found != streamed.end())
            newest = std::max(newest.value_or(found->second), found->second);
        observations.push_back(observation_of(row, newest, look.now));
    });
    return observations;
}

Observations observe_open_sessions(const Look &look)
{
    look.teslamate.require();
    const std::vector<OpenSession> sessions = stale_sessions(look.spi, look.now - stale_after);
    Observation open;
    open.value = static_cast<double>(sessions.size());
    const auto drives = std::count_if(sessions.begin(), sessions.end(),
                                      [](const OpenSession &session) { return session.kind == SessionKind::drive; });
    const auto charges = static_cast<std::int64_t>(sessions.size()) - drives;
    if (!sessions.empty())
        open.note = plural(drives, "drive", "drives") + ", " + plural(charges, "charge", "charges");
    for (std::size_t i = 0; i < std::min(sessions.size(), most_examples); ++i)
        open.examples.push_back(sessions[i].id);
    return {open};
}

}  // namespace pitstop::pg
