// A restore from the new database to the end.
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "aftermath.hpp"
#include "contents.hpp"
#include "restore.hpp"
#include "signals.hpp"
#include "step.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr unsigned most_counting_sessions = 4;
constexpr int swap_attempts = 5;
constexpr const char *in_use = "55006";

DatabaseTraits traits_for(const RestoreRequest &request, const Expected &expected, Session &maintenance)
{
    if (const auto old = traits_of(maintenance, request.target))
        return *old;
    return expected.manifest ? traits_of(*expected.manifest) : DatabaseTraits{};
}

void fill_and_prove(const RestoreRequest &request, const DumpSource &dump, const Expected &expected,
                    const std::string &side, const Connection &connection, Session &maintenance, Output &output,
                    RestoreResult &result)
{
    const LoadingPrograms programs = programs_for_loading(maintenance.server_version() / 10000);
    begin_step(output, "load");
    load({dump, connection, side, programs, most_streams(expected, request.jobs), expected.rows}, output);
    if (const auto warning = load_companion(request, side, connection, programs, output))
        result.warnings.push_back(*warning);
    begin_step(output, "analyze");
    connection.open(side).execute("ANALYZE");
    begin_step(output, "compare");
    require_same(expected, connection, side, std::min(request.jobs, most_counting_sessions));
    result.rows = expected.rows;
    result.was_counted = expected.manifest || !expected.facts.has_inserts;
}

void swap_when_free(const RestoreRequest &request, const std::string &side, const std::string &old_name,
                    const RestoreRecord &record, Session &maintenance)
{
    for (int attempt = 1;; ++attempt) {
        try {
            if (request.disconnect)
                end_sessions_in(maintenance, request.target);
            // Our own sessions, and those of a worker that looks in, leave by themselves.
            end_sessions_in(maintenance, side);
            swap_databases(maintenance, request.target, side, old_name, record);
            return;
        } catch (const SqlError &error) {
            // RENAME itself waits five seconds for the others to leave.
            if (error.sqlstate() != in_use)
                throw;
            if (attempt == swap_attempts)
                throw Failure(
                    ExitCode::busy, "others are still connected to database \"" + printable(request.target) + "\"",
                    error.detail(),
                    "The restored database is kept. End those sessions, then \"pitstop restore --continue\"; or "
                    "add --disconnect to it.");
        }
        require_going_on();
    }
}

// A signal ends the waiting, and nothing else.
bool is_healthy(const std::string &url, Output &output)
{
    try {
        begin_step(output, "wait for the service");
        return wait_until_healthy(url);
    } catch (const Interrupted &) {
        return false;
    }
}

}  // namespace

void require_connected(const Connection &connection, Session &maintenance, const std::string &target)
{
    if (maintenance.is_open()) {
        try {
            maintenance.execute("SELECT");
            return;
        } catch (const SqlError &) {
            maintenance.close();
        }
    }
    maintenance = connection.open_maintenance();
    if (!try_lock_target(maintenance, target))
        throw Failure(ExitCode::busy, "another restore of \"" + printable(target) + "\" has begun");
}

std::optional<std::string> load_companion(const RestoreRequest &request, const std::string &database,
                                          const Connection &connection, const LoadingPrograms &programs, Output &output)
{
    if (!request.backup || !request.backup->manifest.companion)
        return std::nullopt;
    Session session = connection.open(database);
    if (session.query("SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'pitstop'").empty())
        return "pitstop's journal stays in the backup: the extension pitstop is not installed on this server";
    try {
        const DumpSource companion =
            DumpSource::open_text(request.backup->path(*request.backup->manifest.companion), request.identity);
        load_in_one_transaction({companion, connection, database, programs, 1, 0}, {}, {}, output);
    } catch (const Failure &failure) {
        return "pitstop's journal could not be brought back: " + std::string(failure.what()) +
               (failure.detail().empty() ? "" : "\n" + failure.detail());
    }
    return std::nullopt;
}

void require_same(const Expected &expected, const Connection &connection, const std::string &database,
                  unsigned sessions)
{
    std::vector<Session> counting;
    for (unsigned each = 0; each < std::max(1U, sessions); ++each)
        counting.push_back(connection.open(database));
    std::vector<std::string> found;
    if (expected.manifest)
        found = differences(counting, *expected.manifest);
    else if (!expected.facts.has_inserts)
        found = differences(counting, expected.facts.copied_rows);
    if (found.empty())
        return;
    std::string detail;
    for (const std::string &difference : found)
        detail += (detail.empty() ? "" : "\n") + difference;
    throw Failure(ExitCode::not_proven, "what was restored is not what the backup should hold", detail,
                  "Restore another backup; \"pitstop list\" shows them.");
}

RestoreResult run_restore_beside(const RestoreRequest &request, const DumpSource &dump, const Expected &expected,
                                 const Connection &connection, Session &maintenance, Output &output)
{
    const Moment now = free_moment(maintenance, request.target, Moment{std::time(nullptr)});
    const std::string side = side_name(request.target, now);
    RestoreRecord record = record_of(request, now);
    StoppedService service(record, !request.replaced.empty());
    RestoreResult result;
    or_put_back(
        [&] {
            begin_step(output, "create the new database");
            create_database(maintenance, side, traits_for(request, expected, maintenance));
            begin_step(output, "record the restore");
            write_record(maintenance, side, record);
            for (const std::string &each : request.replaced)
                drop_database(maintenance, each);
            service.stop(output);
            fill_and_prove(request, dump, expected, side, connection, maintenance, output, result);
            begin_step(output, "record the proof");
            require_connected(connection, maintenance, request.target);
            record.phase = RestoreRecord::Phase::proven;
            write_record(maintenance, side, record);
        },
        [&] {
            const std::string left = joined_lines(drop_or_say(maintenance, connection, side), service.start_again());
            return joined_lines(left, "The database \"" + printable(request.target) + "\" is as it was.");
        });
    finish_restore(request, side, record, service, connection, maintenance, output, result);
    return result;
}

void finish_restore(const RestoreRequest &request, const std::string &side, RestoreRecord record,
                    StoppedService &service, const Connection &connection, Session &maintenance, Output &output,
                    RestoreResult &result)
{
    result.target = request.target;
    const std::string old_name = before_name(request.target, record.started_at);
    record.phase = RestoreRecord::Phase::swapped;
    bool has_old = true;
    or_put_back(
        [&] {
            require_connected(connection, maintenance, request.target);
            has_old = traits_of(maintenance, request.target).has_value();
            begin_step(output, "swap");
            swap_when_free(request, side, old_name, record, maintenance);
        },
        [&] {
            return joined_lines(service.start_again(),
                                "The database \"" + printable(request.target) +
                                    "\" is as it was. The restored one is \"" + printable(side) +
                                    "\": \"pitstop restore --continue\" swaps it in, --abort drops it.");
        });
    if (has_old)
        result.old_database = old_name;
    finish_swapped(request, has_old ? old_name : request.target, record, connection, maintenance, output, result);
}

void finish_swapped(const RestoreRequest &request, const std::string &recorded, const RestoreRecord &record,
                    const Connection &connection, Session &maintenance, Output &output, RestoreResult &result)
{
    const bool has_old = recorded != request.target && !record.in_place;
    // The data is safe by now: what fails from here on is told, and the rest is done nevertheless.
    const auto try_to = [&result](const std::string &what, auto &&work) {
        try {
            work();
            return true;
        } catch (const Failure &failure) {
            result.is_partial = true;
            result.warnings.push_back("could not " + what + ": " + failure.what() +
                                      (failure.detail().empty() ? "" : "\n" + failure.detail()));
            return false;
        }
    };
    bool started = true;
    if (record.stopped_service) {
        const Unstoppable it_must_run;
        begin_step(output, "start the service");
        started = try_to("start the service", [&] { Service::parse(*record.stopped_service).start(); });
    }
    if (started && request.health_url && !is_healthy(*request.health_url, output)) {
        result.is_partial = true;
        result.warnings.push_back("the service does not answer at " + printable(*request.health_url) +
                                  "; the restored database is in place, look into the service's log");
    }
    const Unstoppable to_its_end;
    // The record goes with the database that it is in.
    if (has_old && record.drop_old) {
        begin_step(output, "drop the old database");
        if (try_to("drop the old database", [&] {
                require_connected(connection, maintenance, request.target);
                drop_database(maintenance, recorded);
            }))
            result.old_database.reset();
        return;
    }
    begin_step(output, "forget the restore");
    try_to("clear the record of the restore", [&] {
        require_connected(connection, maintenance, request.target);
        if (record.in_place)
            drop_database(maintenance, recorded);
        else
            write_comment(maintenance, recorded, std::nullopt);
    });
}

}  // namespace pitstop::tool
