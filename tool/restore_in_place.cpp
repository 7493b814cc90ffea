// TeslaMate's documented restore, in one transaction: an empty database beside the target is the mark that it is under way.
#include <ctime>

#include "aftermath.hpp"
#include "contents.hpp"
#include "restore.hpp"
#include "step.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

// What TeslaMate's documentation drops, and what a new database has. The extensions come back with the dump; where it is so old
// that they are not in it, they are there already.
constexpr const char *emptying_sql = R"(SET client_min_messages = warning;
SET lock_timeout = '30s';
DROP SCHEMA public CASCADE;
DROP SCHEMA IF EXISTS private CASCADE;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
COMMENT ON SCHEMA public IS 'standard public schema';
GRANT USAGE ON SCHEMA public TO PUBLIC;
CREATE EXTENSION IF NOT EXISTS cube WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS earthdistance WITH SCHEMA public;
RESET lock_timeout;
)";

// A dump that pg_dump made of all of a database brings pitstop along, journal and all: it takes the place of what is there.
constexpr const char *dropping_pitstop_sql = R"(DROP EXTENSION IF EXISTS pitstop CASCADE;
DROP SCHEMA IF EXISTS pitstop CASCADE;
)";

std::string before_loading(const Expected &expected)
{
    return std::string(emptying_sql) + (brings_pitstop(expected) ? dropping_pitstop_sql : "");
}

std::string qualified(const TableName &table)
{
    return quoted_identifier(table.schema) + "." + quoted_identifier(table.name);
}

std::map<TableName, std::uint64_t> rows_of(const Expected &expected)
{
    std::map<TableName, std::uint64_t> rows;
    if (!expected.manifest)
        return expected.facts.has_inserts ? rows : expected.facts.copied_rows;
    for (const auto &[table, count] : expected.manifest->tables)
        rows[table] = count.rows;
    return rows;
}

// Compares within the transaction, so that what differs is never committed.
std::string comparing_sql(const Expected &expected)
{
    std::string sql = "\nRESET search_path;\nDO $pitstop$\nBEGIN\n";
    for (const auto &[table, rows] : rows_of(expected)) {
        if (table.schema == "pitstop")
            continue;
        sql += "    IF (SELECT count(*) FROM ONLY " + qualified(table) + ") <> " + std::to_string(rows) +
               " THEN RAISE EXCEPTION USING MESSAGE = " +
               quoted_literal("table " + table.name + " does not have the " + count_text(rows) +
                              " rows that it has in the backup") +
               "; END IF;\n";
    }
    return sql + "END\n$pitstop$;\nANALYZE;\n";
}

// In the same transaction as the load: whether it is in place is never in doubt.
std::string recording_sql(const std::string &mark, RestoreRecord record)
{
    record.phase = RestoreRecord::Phase::swapped;
    return "COMMENT ON DATABASE " + quoted_identifier(mark) + " IS " + quoted_literal(record_text(record)) + ";\n";
}

void end_loads_or_leave(const Connection &connection, const std::string &target) noexcept
{
    try {
        Session session = connection.open_maintenance();
        end_loads_in(session, target);
    } catch (const std::exception &) {
        // A server that cannot be reached ends them itself, when it notices.
    }
}

bool is_in_place(const Connection &connection, const std::string &mark) noexcept
{
    try {
        Session session = connection.open_maintenance();
        for (const RestoreUnderWay &each : restores_under_way(session)) {
            if (each.database == mark)
                return each.record.phase == RestoreRecord::Phase::swapped;
        }
    } catch (const std::exception &) {
        // Then the mark cannot be dropped either, and tells it to the next run.
    }
    return false;
}

// pitstop's own schema is not among those that were emptied: where it is, it keeps its journal.
std::optional<std::string> bring_journal(const RestoreRequest &request, const Connection &connection,
                                         const LoadingPrograms &programs, Output &output)
{
    try {
        Session session = connection.open(request.target);
        if (!session.query("SELECT FROM pg_catalog.pg_extension WHERE extname = 'pitstop'").empty())
            return std::nullopt;
        return load_companion(request, request.target, connection, programs, output);
    } catch (const Failure &failure) {
        return "pitstop's journal could not be brought back: " + std::string(failure.what());
    }
}

}  // namespace

RestoreResult run_restore_in_place(const RestoreRequest &request, const DumpSource &dump, const Expected &expected,
                                   const Connection &connection, Session &maintenance, Output &output)
{
    const Moment now = free_moment(maintenance, request.target, Moment{std::time(nullptr)});
    const LoadingPrograms programs = programs_for_loading(maintenance.server_version() / 10000);
    const std::string mark = side_name(request.target, now);
    const RestoreRecord record = record_of(request, now);
    StoppedService service(record, !request.replaced.empty());
    RestoreResult result;
    result.target = request.target;
    or_put_back(
        [&] {
            begin_step(output, "record the restore");
            create_database(maintenance, mark, DatabaseTraits{});
            write_record(maintenance, mark, record);
            for (const std::string &each : request.replaced)
                drop_database(maintenance, each);
            service.stop(output);
            if (request.disconnect)
                end_sessions_in(maintenance, request.target);
            begin_step(output, "load in place");
            load_in_one_transaction({dump, connection, request.target, programs, 1, expected.rows},
                                    before_loading(expected), comparing_sql(expected) + recording_sql(mark, record),
                                    output);
        },
        [&] {
            end_loads_or_leave(connection, request.target);
            if (is_in_place(connection, mark))
                return joined_lines(service.start_again(), "The database \"" + printable(request.target) +
                                                               "\" is the restored one: it was committed already.");
            const std::string left = joined_lines(drop_or_say(maintenance, connection, mark), service.start_again());
            return joined_lines(left, "The database \"" + printable(request.target) + "\" is as it was.");
        });
    result.rows = expected.rows;
    result.was_counted = !rows_of(expected).empty();
    {
        const Unstoppable the_service_waits;
        if (const auto warning = bring_journal(request, connection, programs, output))
            result.warnings.push_back(*warning);
    }
    finish_swapped(request, mark, record, connection, maintenance, output, result);
    return result;
}

}  // namespace pitstop::tool
