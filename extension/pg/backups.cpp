// pitstop.record_backups(host, directory, backups), pitstop.backups(): only the program sees the backups' directory; what it finds
// there it records here, so that SQL can tell.

#include "pg/backups.hpp"

#include "pg/checks.hpp"
#include "pg/records.hpp"
#include "pg/result.hpp"
#include "pg/settings.hpp"

namespace pitstop::pg {

namespace {

// Two programs that record the same directory: the second sees what the first has left. Nobody who reads waits.
constexpr Statement lock_backups{R"(
    LOCK TABLE pitstop.backup IN SHARE ROW EXCLUSIVE MODE
)"};

constexpr Statement forget_directory{R"(
    DELETE FROM pitstop.backup AS b
     WHERE b.host = $1
       AND b.directory = $2
)"};

// Of machines that are gone: a container gets another name each time it is made.
constexpr Statement forget_old_records{R"(
    DELETE FROM pitstop.backup AS b
     WHERE b.recorded_at < now() - interval '400 days'
)"};

constexpr Statement insert_backups{R"(
    INSERT INTO pitstop.backup (host, directory, name, started_at, finished_at, bytes, "rows", encrypted, proven_at, proven_how,
                                finding)
    SELECT $1, $2, b.name, b.started_at, b.finished_at, b.bytes, b."rows", b.encrypted, b.proven_at, b.proven_how, b.finding
      FROM jsonb_to_recordset($3::jsonb)
        AS b (name text, started_at timestamptz, finished_at timestamptz, bytes bigint, "rows" bigint, encrypted boolean,
              proven_at timestamptz, proven_how text, finding text)
)"};

constexpr Statement all_backups{R"(
    SELECT b.directory, b.host, b.name, b.started_at, b.finished_at, b.bytes, b."rows", b.encrypted, b.proven_at, b.proven_how,
           b.finding, b.recorded_at
      FROM pitstop.backup AS b
     ORDER BY b.started_at DESC, b.host, b.directory, b.name
)"};

constexpr Statement newest_backups{R"(
    SELECT to_json(newest)::text
      FROM (SELECT b.directory, b.host, b.name, b.started_at, b.finished_at, b.bytes, b."rows", b.encrypted, b.proven_at,
                   b.proven_how, b.finding, b.recorded_at
              FROM pitstop.backup AS b
             ORDER BY b.started_at DESC, b.host, b.directory, b.name
             LIMIT $1) AS newest
)"};

std::string require_text(const std::optional<std::string> &text, const char *name, const char *hint)
{
    if (!text || text->empty())
        throw DomainError(DomainError::Kind::invalid_argument, std::string(name) + (text ? " is empty" : " is NULL"),
                          "Backups are recorded by host and directory.", hint);
    return *text;
}

}  // namespace

std::vector<std::string> newest_backups_as_json(Spi &spi, std::int64_t count)
{
    std::vector<std::string> backups;
    const AsOwner owner;
    spi.run(newest_backups, Values().integer(count), [&](const PassingRow &row) { backups.push_back(row.text(0)); });
    return backups;
}

}  // namespace pitstop::pg

PITSTOP_FUNCTION(pitstop_record_backups)
{
    using namespace pitstop::pg;
    const std::string host = require_text(text_argument(fcinfo, 0), "host", "Give the name of the program's machine.");
    const std::string directory = require_text(text_argument(fcinfo, 1), "directory", "Give its path on that host.");
    const std::string backups = json_argument(fcinfo, 2, "backups");
    require_writable("record_backups");
    Spi spi(teslamate_schema_setting(), Access::read_write);
    std::uint64_t count = 0;
    write_given(
        "backups",
        "It has to be an array of objects with name, started_at, finished_at, bytes, rows, encrypted, proven_at, "
        "proven_how and finding, of which name and started_at are needed.",
        [&] {
            spi.run(lock_backups, Values());
            spi.run(forget_directory, Values().text(host).text(directory));
            spi.run(forget_old_records, Values());
            count = spi.run(insert_backups, Values().text(host).text(directory).text(backups));
        });
    return Int64GetDatum(static_cast<int64>(count));
}

PITSTOP_FUNCTION(pitstop_backups)
{
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    Spi spi(teslamate_schema_setting(), Access::read_only);
    const AsOwner owner;
    spi.run(all_backups, Values(), [&](const PassingRow &row) {
        Values backup;
        backup.text(row.text(0)).text(row.text(1)).text(row.text(2));
        backup.time(row.time(3)).time(row.optional_time(4));
        backup.integer(row.optional_integer(5)).integer(row.optional_integer(6));
        if (row.is_null(7))
            backup.null();
        else
            backup.boolean(row.boolean(7));
        backup.time(row.optional_time(8)).text(row.optional_text(9)).text(row.optional_text(10)).time(row.time(11));
        result.add(std::move(backup));
    });
    return result.datum();
}
