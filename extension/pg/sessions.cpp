#include "pg/sessions.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "pg/journal.hpp"

namespace pitstop::pg {

namespace {

constexpr Statement open_drives{R"(
    SELECT d.id, d.car_id, d.start_date
      FROM {schema}.drives AS d
     WHERE d.end_date IS NULL
)"};

constexpr Statement open_charging_processes{R"(
    SELECT c.id, c.car_id, c.start_date
      FROM {schema}.charging_processes AS c
     WHERE c.end_date IS NULL
)"};

constexpr Statement newest_drives{R"(
    SELECT d.car_id, max(d.start_date)
      FROM {schema}.drives AS d
     GROUP BY d.car_id
)"};

constexpr Statement newest_charging_processes{R"(
    SELECT c.car_id, max(c.start_date)
      FROM {schema}.charging_processes AS c
     GROUP BY c.car_id
)"};

constexpr Statement count_positions_of_many{R"(
    SELECT wanted.id, count(*), max(p.date)
      FROM (SELECT DISTINCT id FROM unnest($1) AS w (id)) AS wanted
      JOIN {schema}.positions AS p ON p.drive_id = wanted.id
     GROUP BY wanted.id
)",
                                            Planning::each_time};

constexpr Statement count_charges_of_many{R"(
    SELECT wanted.id, count(*), max(h.date)
      FROM (SELECT DISTINCT id FROM unnest($1) AS w (id)) AS wanted
      JOIN {schema}.charges AS h ON h.charging_process_id = wanted.id
     GROUP BY wanted.id
)",
                                          Planning::each_time};

constexpr Statement count_positions{R"(
    SELECT count(*), max(p.date)
      FROM {schema}.positions AS p
     WHERE p.drive_id = $1
)"};

constexpr Statement count_charges{R"(
    SELECT count(*), max(h.date)
      FROM {schema}.charges AS h
     WHERE h.charging_process_id = $1
)"};

constexpr Statement undone_closes{R"(
    SELECT e.arguments ->> 'drive_id', e.arguments ->> 'charging_process_id'
      FROM pitstop.event AS e
     WHERE e.undone_at IS NOT NULL
       AND e.teslamate_schema = $1
       AND e.action IN ('close_drive', 'close_charge', 'close_stale')
)"};

void add_sessions(Spi &spi, SessionKind kind, std::vector<OpenSession> &sessions)
{
    spi.run(kind == SessionKind::drive ? open_drives : open_charging_processes, Values(), [&](const PassingRow &row) {
        OpenSession &session = sessions.emplace_back();
        session.kind = kind;
        session.id = row.integer(0);
        session.car_id = row.integer(1);
        session.start_date = row.time(2);
    });
}

// Over drives and charges together, open and ended: whoever began last is what the car is doing.
void mark_newest(Spi &spi, std::vector<OpenSession> &sessions)
{
    std::map<std::int64_t, UtcTime> newest;
    const auto keep_later = [&](const PassingRow &row) {
        const auto [found, is_new] = newest.try_emplace(row.integer(0), row.time(1));
        if (!is_new)
            found->second = std::max(found->second, row.time(1));
    };
    spi.run(newest_drives, Values(), keep_later);
    spi.run(newest_charging_processes, Values(), keep_later);
    for (OpenSession &session : sessions)
        session.newest_of_car = session.start_date >= newest[session.car_id];
}

void count_rows_of(Spi &spi, SessionKind kind, std::vector<OpenSession> &sessions)
{
    std::unordered_map<std::int64_t, OpenSession *> index;
    std::vector<std::int64_t> ids;
    for (OpenSession &session : sessions) {
        if (session.kind != kind)
            continue;
        index.emplace(session.id, &session);
        ids.push_back(session.id);
    }
    if (ids.empty())
        return;
    spi.run(kind == SessionKind::drive ? count_positions_of_many : count_charges_of_many, Values().integers(ids),
            [&](const PassingRow &row) {
                OpenSession *const session = index.at(row.integer(0));
                session->rows = row.integer(1);
                session->newest_row = row.optional_time(2);
            });
}

bool began_earlier(const OpenSession &a, const OpenSession &b) noexcept
{
    if (a.start_date != b.start_date)
        return a.start_date < b.start_date;
    return a.kind != b.kind ? a.kind == SessionKind::drive : a.id < b.id;
}

}  // namespace

std::vector<OpenSession> open_sessions(Spi &spi)
{
    std::vector<OpenSession> sessions;
    add_sessions(spi, SessionKind::drive, sessions);
    add_sessions(spi, SessionKind::charge, sessions);
    if (!sessions.empty())
        mark_newest(spi, sessions);
    std::sort(sessions.begin(), sessions.end(), began_earlier);
    return sessions;
}

void count_rows(Spi &spi, std::vector<OpenSession> &sessions)
{
    count_rows_of(spi, SessionKind::drive, sessions);
    count_rows_of(spi, SessionKind::charge, sessions);
}

void count_rows(Spi &spi, OpenSession &session)
{
    spi.run(session.kind == SessionKind::drive ? count_positions : count_charges, Values().integer(session.id),
            [&](const PassingRow &row) {
                session.rows = row.integer(0);
                session.newest_row = row.optional_time(1);
            });
}

SessionSet sessions_with_undone_close(Spi &spi)
{
    SessionSet undone;
    const AsOwner owner;
    spi.run(undone_closes, Values().text(spi.schema()), [&](const PassingRow &row) {
        const bool is_drive = !row.is_null(0);
        undone.emplace(is_drive ? SessionKind::drive : SessionKind::charge, std::stoll(row.text(is_drive ? 0 : 1)));
    });
    return undone;
}

}  // namespace pitstop::pg
