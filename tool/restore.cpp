#include "restore.hpp"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "commands.hpp"
#include "hook.hpp"
#include "signals.hpp"
#include "step.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr unsigned most_jobs_unasked = 4;

struct Free {
    void operator()(char *text) const noexcept { std::free(text); }
};

std::string absolute(const std::string &path)
{
    const std::unique_ptr<char, Free> resolved(::realpath(path.c_str(), nullptr));
    return resolved ? std::string(resolved.get()) : path;
}

void require_no_contradiction(const Invocation &invocation)
{
    const auto exclude = [&invocation](const char *one, std::initializer_list<const char *> others) {
        for (const char *other : others) {
            if (invocation.has(one) && invocation.has(other))
                throw Failure(ExitCode::usage, std::string(one) + " and " + other + " exclude each other");
        }
    };
    exclude("--into", {"--in-place", "--drop-old", "--service", "--disconnect", "--health-url"});
    exclude("--in-place", {"--drop-old", "--continue", "--abort"});
    exclude("--abort", {"--continue", "--dry-run", "--drop-old", "--health-url"});
    if ((invocation.has("--continue") || invocation.has("--abort")) && invocation.argument(0))
        throw Failure(ExitCode::usage, "a restore that is under way knows its backup", {},
                      "Leave BACKUP out with --continue and --abort.");
}

void require_nothing_under_way(Session &maintenance, const RestoreRequest &request)
{
    const std::string &target = request.target;
    for (const RestoreUnderWay &each : restores_under_way(maintenance)) {
        const bool goes =
            std::find(request.replaced.begin(), request.replaced.end(), each.database) != request.replaced.end();
        if (!is_of(each, target) || goes)
            continue;
        throw Failure(ExitCode::busy,
                      "a restore of \"" + printable(target) + "\" was interrupted and is still to be finished",
                      "It began at " + iso_text(each.record.started_at) + "; its database is \"" +
                          printable(each.database) + "\".",
                      "\"pitstop restore --continue\" goes on with it, \"pitstop restore --abort\" clears it away.");
    }
}

void require_target(const RestoreRequest &request, const std::optional<DatabaseTraits> &old)
{
    if (!request.replaces && old)
        throw Failure(ExitCode::refused, "database \"" + printable(request.target) + "\" exists already", {},
                      "--into takes the name of a new one.");
    if (request.in_place && !old)
        throw Failure(ExitCode::refused, "database \"" + printable(request.target) + "\" does not exist", {},
                      "Without --in-place it is made.");
}

void show(const std::vector<PreflightFinding> &findings, Output &output)
{
    TextTable table;
    table.columns = {{"looked at", {}}, {"status", {}}, {"found", {}}};
    for (const PreflightFinding &finding : findings)
        table.rows.push_back({finding.what, name_of(finding.status), finding.says});
    output.table(table);
}

std::vector<std::string> plan_of(const RestoreRequest &request, const std::optional<DatabaseTraits> &old)
{
    const std::string target = "\"" + printable(request.target) + "\"";
    std::vector<std::string> plan;
    if (request.service)
        plan.push_back("stop " + request.service->text() + ", if it is running");
    if (request.in_place) {
        plan.push_back("in one transaction: drop the schemas public and private of " + target +
                       ", load the dump, count and compare");
    } else {
        plan.push_back("load it into a new database beside " + target);
        plan.push_back("count its rows and compare them");
        if (old)
            plan.push_back("in one transaction: rename " + target + " to \"" +
                           printable(before_name(request.target, Moment{std::time(nullptr)})) +
                           "\", and the new one to " + target);
        else
            plan.push_back("give it the name " + target);
    }
    if (request.service)
        plan.push_back("start " + request.service->text());
    if (request.health_url)
        plan.push_back("wait until " + *request.health_url + " answers");
    if (request.drop_old && old)
        plan.push_back("drop the old database");
    return plan;
}

ExitCode show_plan(const RestoreRequest &request, const std::vector<PreflightFinding> &findings,
                   const std::optional<DatabaseTraits> &old, Output &output)
{
    const std::vector<std::string> plan = plan_of(request, old);
    output.say("");
    output.say("Restoring \"" + printable(request.source) + "\" would");
    for (const std::string &step : plan)
        output.say("  - " + step);
    nlohmann::ordered_json json = {{"dry_run", true}, {"source", request.source}, {"target", request.target}};
    for (const PreflightFinding &finding : findings)
        json["preflight"].push_back({{"what", finding.what},
                                     {"status", name_of(finding.status)},
                                     {"found", finding.says},
                                     {"hint", finding.hint}});
    json["plan"] = plan;
    output.json(json);
    require_clear(findings, request.target);
    return ExitCode::done;
}

}  // namespace

nlohmann::ordered_json json_of(const RestoreResult &result)
{
    nlohmann::ordered_json json = {
        {"target", result.target},        {"old_database", nullptr},     {"rows", nullptr},
        {"compared", result.was_counted}, {"warnings", result.warnings}, {"partial", result.is_partial}};
    if (result.old_database)
        json["old_database"] = *result.old_database;
    if (result.rows)
        json["rows"] = *result.rows;
    return json;
}

ExitCode conclude(const RestoreResult &result, Output &output)
{
    for (const std::string &warning : result.warnings)
        output.warn(warning);
    output.say("Restored \"" + printable(result.target) + "\"" +
               (result.rows ? ": " + plural(*result.rows, "row", "rows") : std::string()) +
               (result.was_counted ? ", each table counted and compared." : "."));
    if (result.old_database)
        output.say("The old database is \"" + printable(*result.old_database) +
                   "\"; drop it when you no longer need it.");
    output.json(json_of(result));
    // A signal that came when nothing could be put back any more.
    require_going_on();
    return result.is_partial ? ExitCode::partial : ExitCode::done;
}

RestoreRequest read_request(const Invocation &invocation, const std::optional<std::string> &backup, std::string target)
{
    RestoreRequest request;
    WantedBackup wanted = find_backup(invocation, backup);
    request.source = absolute(wanted.path);
    request.backup = std::move(wanted.backup);
    request.identity = invocation.value("--identity");
    request.target = std::move(target);
    request.replaces = !invocation.has("--into");
    request.in_place = invocation.has("--in-place");
    request.drop_old = invocation.has("--drop-old");
    request.disconnect = invocation.has("--disconnect");
    if (const auto service = invocation.value("--service"))
        request.service = Service::parse(*service);
    request.health_url = invocation.value("--health-url");
    const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
    request.jobs = invocation.number("--jobs", 1, 64).value_or(std::min(processors, most_jobs_unasked));
    return request;
}

ExitCode restore_from_start(const RestoreRequest &request, bool is_dry_run, const Connection &connection,
                            Session &maintenance, Output &output)
{
    // A reader's lock: expire leaves the backup alone as long as it lives.
    std::optional<FileLock> reading;
    if (request.backup && exists(request.backup->archive_path_to_lock())) {
        reading = lock_for_reading(*request.backup);
        if (!reading)
            throw Failure(ExitCode::busy,
                          "backup \"" + printable(request.backup->manifest.name) + "\" is being deleted");
    }
    require_nothing_under_way(maintenance, request);
    const std::optional<DatabaseTraits> old = traits_of(maintenance, request.target);
    require_target(request, old);

    begin_step(output, "look ahead");
    const DumpSource dump = DumpSource::open(request.source, request.identity);
    const LoadingPrograms programs = programs_for_loading(maintenance.server_version() / 10000);
    const Expected expected = expect(dump, request.backup, programs);
    const std::vector<PreflightFinding> findings =
        look_ahead({connection, maintenance, dump, expected, request.target, old, request.replaces && old,
                    request.in_place, request.disconnect, request.service.has_value()});
    show(findings, output);
    if (is_dry_run)
        return show_plan(request, findings, old, output);
    require_clear(findings, request.target);
    const RestoreResult result = request.in_place
                                     ? run_restore_in_place(request, dump, expected, connection, maintenance, output)
                                     : run_restore_beside(request, dump, expected, connection, maintenance, output);
    return conclude(result, output);
}

ExitCode run_restore(const Invocation &invocation, Output &output)
{
    require_no_contradiction(invocation);
    return with_hooks(invocation, output, [&] {
        if (invocation.has("--continue"))
            return continue_restore(invocation, output);
        if (invocation.has("--abort"))
            return abort_restore(invocation, output);
        const Connection connection = Connection::of(invocation);
        const std::optional<std::string> into = invocation.value("--into");
        const RestoreRequest request =
            read_request(invocation, invocation.argument(0), into ? *into : connection.database_name());
        Session maintenance = connection.open_maintenance();
        if (!try_lock_target(maintenance, request.target))
            throw Failure(ExitCode::busy, "another restore of \"" + printable(request.target) + "\" is under way", {},
                          "\"pitstop list\" shows it. Wait until it has ended.");
        return restore_from_start(request, invocation.is_dry_run(), connection, maintenance, output);
    });
}

}  // namespace pitstop::tool
