// What was interrupted: found in the cluster, finished or cleared away.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "aftermath.hpp"
#include "restore.hpp"
#include "step.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using Phase = RestoreRecord::Phase;

// How far it got: of several tries of one restore, the one to go on with.
int progress_of(const RestoreRecord &record)
{
    return static_cast<int>(record.phase) * 2 + (record.source.empty() ? 0 : 1);
}

// All that there is of the target that is meant, the one that got farthest first: a --continue that was killed early leaves the
// side database of its own beside that of the first try.
std::vector<RestoreUnderWay> find_interrupted(const Invocation &invocation, const Connection &connection,
                                              Session &maintenance)
{
    std::vector<RestoreUnderWay> found;
    for (RestoreUnderWay &each : restores_under_way(maintenance)) {
        if (!each.record.is_scratch)
            found.push_back(std::move(each));
    }
    if (found.empty())
        throw Failure(ExitCode::usage, "no restore was interrupted on this server");
    const std::optional<std::string> into = invocation.value("--into");
    const std::optional<std::string> named = into ? into : connection.named_database();
    const bool is_one = std::all_of(found.begin(), found.end(),
                                    [&](const RestoreUnderWay &each) { return is_of(each, found[0].record.target); });
    if (!named && !is_one)
        throw Failure(ExitCode::usage, "more than one restore was interrupted", {},
                      "\"pitstop list\" shows them; --dbname names the database whose restore is meant.");
    const std::string target = named.value_or(found[0].record.target);
    found.erase(std::remove_if(found.begin(), found.end(), [&](const auto &each) { return !is_of(each, target); }),
                found.end());
    if (found.empty())
        throw Failure(
            ExitCode::usage, "no restore of \"" + printable(target) + "\" was interrupted", {},
            "\"pitstop list\" shows those that were; --dbname names the database, --into one that was to be new.");
    std::stable_sort(found.begin(), found.end(), [](const RestoreUnderWay &one, const RestoreUnderWay &other) {
        return progress_of(one.record) > progress_of(other.record);
    });
    const RestoreRecord &record = found[0].record;
    if (!try_lock_target(maintenance, target))
        throw Failure(ExitCode::busy, "the restore of \"" + printable(target) + "\" is still running",
                      record.host.empty()
                          ? ""
                          : "On host " + printable(record.host) + ", as process " + std::to_string(record.pid) + ".",
                      "Wait until it has ended, or end it there.");
    return found;
}

// What a record names is told, and never run: it is a comment in the cluster, which whoever owns the database may write.
std::optional<Service> service_of(const Invocation &invocation, const RestoreRecord &record)
{
    if (const auto given = invocation.value("--service"))
        return Service::parse(*given);
    if (record.stopped_service)
        throw Failure(
            ExitCode::usage, "the restore had stopped the service " + printable(*record.stopped_service),
            "It is named in the cluster, where others may have written it, so it is not started by that name.",
            "When it is the right one, add --service '" + printable(*record.stopped_service) + "'.");
    return std::nullopt;
}

RestoreRequest request_to_finish(const Invocation &invocation, const RestoreRecord &record)
{
    RestoreRequest request;
    request.source = record.source;
    request.target = record.target;
    request.drop_old = record.drop_old || invocation.has("--drop-old");
    request.disconnect = invocation.has("--disconnect");
    request.health_url = invocation.value("--health-url");
    request.service = service_of(invocation, record);
    return request;
}

void say_what_is_found(const RestoreUnderWay &found, Output &output)
{
    output.say("The restore of \"" + printable(found.record.target) + "\" from \"" + printable(found.record.source) +
               "\" began at " + iso_text(found.record.started_at) + ".");
}

ExitCode load_again(const Invocation &invocation, const std::vector<RestoreUnderWay> &tries,
                    const Connection &connection, Session &maintenance, Output &output)
{
    const RestoreUnderWay &found = tries[0];
    if (found.record.source.empty())
        throw Failure(ExitCode::refused, "the restore of \"" + printable(found.record.target) + "\" had not begun", {},
                      "\"pitstop restore --abort\" clears it away; then begin anew.");
    RestoreRequest request = read_request(invocation, found.record.source, found.record.target);
    request.drop_old = request.drop_old || found.record.drop_old;
    request.in_place = found.record.in_place;
    request.service = service_of(invocation, found.record);
    if (found.record.in_place && !invocation.is_dry_run())
        end_loads_in(maintenance, found.record.target);
    for (const RestoreUnderWay &each : tries)
        request.replaced.push_back(each.database);
    return restore_from_start(request, invocation.is_dry_run(), connection, maintenance, output);
}

}  // namespace

ExitCode continue_restore(const Invocation &invocation, Output &output)
{
    const Connection connection = Connection::of(invocation);
    Session maintenance = connection.open_maintenance();
    const std::vector<RestoreUnderWay> tries = find_interrupted(invocation, connection, maintenance);
    const RestoreUnderWay &found = tries[0];
    say_what_is_found(found, output);
    if (found.record.phase == Phase::loading)
        return load_again(invocation, tries, connection, maintenance, output);
    if (invocation.is_dry_run()) {
        output.say(found.record.phase == Phase::proven ? "It is loaded and proven: it would be swapped in."
                                                       : "It is swapped in: the service would be started.");
        output.json({{"dry_run", true}, {"target", found.record.target}, {"database", found.database}});
        return ExitCode::done;
    }
    const RestoreRequest request = request_to_finish(invocation, found.record);
    RestoreRecord record = found.record;
    record.drop_old = request.drop_old;
    if (record.stopped_service)
        record.stopped_service = request.service->text();
    RestoreResult result;
    result.target = record.target;
    if (record.phase == Phase::proven) {
        if (request.service && !record.stopped_service && request.service->is_running())
            record.stopped_service = request.service->text();
        StoppedService service(record, true);
        or_put_back([&] { service.stop(output); }, [&] { return service.start_again(); });
        finish_restore(request, found.database, record, service, connection, maintenance, output, result);
    } else {
        if (found.database != record.target && !record.in_place)
            result.old_database = found.database;
        finish_swapped(request, found.database, record, connection, maintenance, output, result);
    }
    return conclude(result, output);
}

ExitCode abort_restore(const Invocation &invocation, Output &output)
{
    const Connection connection = Connection::of(invocation);
    Session maintenance = connection.open_maintenance();
    const std::vector<RestoreUnderWay> tries = find_interrupted(invocation, connection, maintenance);
    const RestoreUnderWay &found = tries[0];
    say_what_is_found(found, output);
    if (found.record.phase == Phase::swapped)
        throw Failure(ExitCode::refused, "the restored database is in place already",
                      found.record.in_place || found.database == found.record.target
                          ? ""
                          : "The old database is \"" + printable(found.database) + "\".",
                      "\"pitstop restore --continue\" ends the restore.");
    const std::optional<Service> service = service_of(invocation, found.record);
    if (found.record.in_place)
        end_loads_in(maintenance, found.record.target);
    // The service first: while it is down, drives are lost.
    if (service) {
        begin_step(output, "start the service");
        service->start();
    }
    begin_step(output, "drop the new database");
    for (const RestoreUnderWay &each : tries)
        drop_database(maintenance, each.database);
    output.say("Cleared away. The database \"" + printable(found.record.target) + "\" is as it was.");
    output.json({{"target", found.record.target}, {"dropped", found.database}});
    return ExitCode::done;
}

}  // namespace pitstop::tool
