// Health of the server: its disks, its size, transactions that hold everybody up, the library that sorts.

#include <algorithm>

#include "pg/disk_space.hpp"
#include "pg/journal.hpp"
#include "pg/observe.hpp"

namespace pitstop::pg {

namespace {

constexpr Statement size_of_database{R"(
    SELECT pg_database_size(current_database())
)"};

// Over up to a week of what the program has recorded; a day at least, for a vacuum or an hour of logging say nothing. What nobody
// has recorded for two days is no growth of today's.
constexpr Statement growth_of_database{R"(
    SELECT (newest.value - oldest.value) * 86400 / extract(epoch FROM newest.at - oldest.at)::double precision
      FROM (SELECT m.at, m.value
              FROM pitstop.measure AS m
             WHERE m.code = 'database_size'
               AND m.at > now() - interval '2 days'
             ORDER BY m.at DESC
             LIMIT 1) AS newest,
           (SELECT m.at, m.value
              FROM pitstop.measure AS m
             WHERE m.code = 'database_size'
               AND m.at > now() - interval '7 days'
             ORDER BY m.at
             LIMIT 1) AS oldest
     WHERE newest.at >= oldest.at + interval '1 day'
)"};

// Those of replication are the other server's affair. An autovacuum gives way by itself, and is not to be terminated.
constexpr Statement oldest_transaction{R"(
    SELECT extract(epoch FROM clock_timestamp() - t.begun_at)::double precision, t.note, t.pid
      FROM (SELECT a.xact_start AS begun_at, concat_ws(', ', a.state, 'application_name ' || nullif(a.application_name, '')) AS note,
                   a.pid
              FROM pg_stat_activity AS a
             WHERE a.xact_start IS NOT NULL
               AND a.pid <> pg_backend_pid()
               AND a.application_name <> 'pitstop health'
               AND a.backend_type NOT IN ('walsender', 'autovacuum worker')
               AND a.backend_type NOT LIKE 'logical replication %'
             UNION ALL
            SELECT p.prepared, 'a prepared transaction, of which pg_prepared_xacts tells', NULL
              FROM pg_prepared_xacts AS p) AS t
     ORDER BY t.begun_at
     LIMIT 1
)"};

// Of the collations only those that something of this database's is sorted by: initdb makes hundreds that nothing is.
constexpr Statement other_collations{R"(
    SELECT 'database ' || d.datname AS name
      FROM pg_database AS d
     WHERE d.datcollversion <> pg_database_collation_actual_version(d.oid)
     UNION ALL
    SELECT 'collation ' || c.collname
      FROM pg_collation AS c
     WHERE c.collversion <> pg_collation_actual_version(c.oid)
       AND EXISTS (SELECT
                     FROM pg_depend AS d
                    WHERE d.refclassid = 'pg_collation'::regclass
                      AND d.refobjid = c.oid)
     ORDER BY name
)"};

}  // namespace

Observations observe_disk(const Look &look)
{
    Observations observations;
    for (const Place &place : places_of_data(look.spi)) {
        Observation &room = observations.emplace_back();
        room.subject = place.name;
        if (const auto free_bytes = room_at(place.path).free_bytes)
            room.value = static_cast<double>(*free_bytes);
        else
            room.note = "The operating system does not say.";
    }
    return observations;
}

Observations observe_database_size(const Look &look)
{
    Observation size;
    look.spi.run(size_of_database, Values(), [&](const PassingRow &row) { size.value = row.number(0); });
    return {size};
}

Observations observe_database_growth(const Look &look)
{
    Observation growth;
    const AsOwner owner;
    look.spi.run(growth_of_database, Values(), [&](const PassingRow &row) { growth.value = row.number(0); });
    if (!growth.value) {
        growth.verdict = HealthStatus::ok;
        growth.note = "It is known after a day of \"pitstop serve\", which records the size every hour.";
    }
    return {growth};
}

// As the extension's owner: others see of somebody else's session neither its state nor its age, and would be told that all
// is well.
Observations observe_long_transactions(const Look &look)
{
    Observation oldest;
    oldest.value = 0;
    const AsOwner owner;
    look.spi.run(oldest_transaction, Values(), [&](const PassingRow &row) {
        oldest.value = std::max(row.number(0), 0.0);
        oldest.note = row.text(1);
        if (!row.is_null(2))
            oldest.examples = {row.integer(2)};
    });
    return {oldest};
}

Observations observe_collation(const Look &look)
{
    Observation others;
    std::int64_t count = 0;
    look.spi.run(other_collations, Values(), [&](const PassingRow &row) {
        ++count;
        others.note += (others.note.empty() ? "" : ", ") + row.text(0);
    });
    others.value = static_cast<double>(count);
    return {others};
}

}  // namespace pitstop::pg
