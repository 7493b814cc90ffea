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
    return sql + "END\n$pitstop$;\n";
}

}  // namespace

RestoreResult run_restore_in_place(const RestoreRequest &request, const DumpSource &dump, const Expected &expected,
                                   const Connection &connection, Session &maintenance, Output &output)
{
    const Moment now{std::time(nullptr)};
    const std::string mark = side_name(request.target, now);
    const RestoreRecord record = record_of(request, now);
    StoppedService service(record);
    RestoreResult result;
    result.target = request.target;
    or_put_back(
        [&] {
            begin_step(output, "record the restore");
            create_database(maintenance, mark, DatabaseTraits{});
            write_record(maintenance, mark, record);
            if (request.replaced)
                drop_database(maintenance, *request.replaced);
            service.stop(output);
            if (request.disconnect)
                end_sessions_in(maintenance, request.target);
            begin_step(output, "load in place");
            const LoadingPrograms programs = programs_for_loading(maintenance.server_version() / 10000);
            load_in_one_transaction({dump, connection, request.target, programs, 1, expected.rows}, emptying_sql,
                                    comparing_sql(expected), output);
        },
        [&] {
            const std::string left = joined_lines(drop_or_say(maintenance, connection, mark), service.start_again());
            return joined_lines(left, "The database \"" + printable(request.target) + "\" is as it was.");
        });
    result.rows = expected.rows;
    result.was_counted = !rows_of(expected).empty();
    begin_step(output, "analyze");
    connection.open(request.target).execute("ANALYZE");
    finish_swapped(request, mark, record, maintenance, output, result);
    drop_or_say(maintenance, connection, mark);
    return result;
}

}  // namespace pitstop::tool
