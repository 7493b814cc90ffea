// pitstop list
#include <ctime>
#include <future>
#include <nlohmann/json.hpp>

#include "backups.hpp"
#include "commands.hpp"
#include "connecting.hpp"
#include "side_database.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using Json = nlohmann::ordered_json;

std::string proof_text(const Manifest &manifest, Moment now)
{
    const Proof *const proof = newest_proof(manifest);
    if (proof == nullptr)
        return "no";
    const std::string age = age_text(std::chrono::seconds(now.seconds - proof->at.seconds));
    if (!is_proven(manifest))
        return "no: " + proof->finding;
    return (proof->how == "restore" ? "restored on " + proof->server : std::string("read")) + ", " + age;
}

TextTable table_of(const BackupDirectory &found, Moment now)
{
    TextTable table;
    using Align = TextTable::Align;
    table.columns = {{"name", Align::left},  {"database", Align::left}, {"age", Align::left},
                     {"size", Align::right}, {"rows", Align::right},    {"proven", Align::left}};
    for (const StoredBackup &backup : found.backups) {
        const Manifest &manifest = backup.manifest;
        table.rows.push_back({manifest.name, manifest.database,
                              age_text(std::chrono::seconds(now.seconds - manifest.started_at.seconds)),
                              size_text(total_bytes(manifest)), count_text(total_rows(manifest)),
                              proof_text(manifest, now)});
    }
    return table;
}

Json json_of(const Proof &proof)
{
    return {{"at", iso_text(proof.at)},
            {"how", proof.how},
            {"server", proof.server},
            {"passed", proof.passed},
            {"finding", proof.finding}};
}

Json json_of(const StoredBackup &backup)
{
    const Manifest &manifest = backup.manifest;
    Json json = {{"name", manifest.name},
                 {"path", backup.archive_path()},
                 {"database", manifest.database},
                 {"started_at", iso_text(manifest.started_at)},
                 {"bytes", total_bytes(manifest)},
                 {"rows", total_rows(manifest)},
                 {"server_version", manifest.server_version},
                 {"teslamate_migration", manifest.teslamate_migration},
                 {"encrypted", manifest.encrypted_for.has_value()},
                 {"proven", is_proven(manifest)},
                 {"proofs", Json::array()}};
    for (const Proof &proof : manifest.proofs)
        json["proofs"].push_back(json_of(proof));
    return json;
}

// Nothing when no server is named or none answers: what is in the directory can be seen nevertheless.
std::vector<RestoreUnderWay> restores_on_server(const Invocation &invocation)
{
    try {
        Session maintenance = Connection::of(invocation).open_maintenance();
        std::vector<RestoreUnderWay> restores = restores_under_way(maintenance);
        return restores;
    } catch (const Failure &failure) {
        if (failure.code() != ExitCode::connection)
            throw;
        return {};
    }
}

const char *state_of(const RestoreUnderWay &restore)
{
    if (restore.is_live)
        return "running";
    return restore.record.is_scratch ? "abandoned by a verify" : "interrupted";
}

void show_restores(const std::vector<RestoreUnderWay> &restores, Output &output)
{
    for (const RestoreUnderWay &each : restores) {
        const std::string what =
            (each.record.is_scratch ? "a proof" : "the restore of \"" + printable(each.record.target) + "\"");
        const std::string message = what + " that began at " + iso_text(each.record.started_at) + " is " +
                                    state_of(each) + "; its database is \"" + printable(each.database) + "\"";
        if (each.is_live)
            output.say("\n" + message);
        else if (each.record.is_scratch)
            output.warn(message, "The next \"pitstop verify --restore\" clears it away.");
        else
            output.warn(message,
                        "\"pitstop restore --continue\" goes on with it, \"pitstop restore --abort\" clears it away.");
    }
}

void show_oddities(const BackupDirectory &found, Output &output)
{
    for (const DamagedManifest &damaged : found.damaged)
        output.warn("the manifest of \"" + printable(damaged.name) + "\" cannot be used: " + damaged.why,
                    "Is there a copy of it elsewhere? The archive itself can be restored by its path.");
    if (found.leftovers.empty())
        return;
    // Whoever holds the lock works on them.
    const bool is_live = is_locked(found.path);
    output.warn(plural(found.leftovers.size(), "file", "files") +
                    (is_live ? " of a backup that is under way" : " of a backup that did not come to its end"),
                is_live ? "" : "The next backup clears them away.");
}

}  // namespace

ExitCode run_list(const Invocation &invocation, Output &output)
{
    const std::string directory = backup_directory_of(invocation);
    names_in(directory);  // so that what is wrong with it is said before anybody waits for a server
    // Asked while the manifests are read: of a thousand backups either takes a while.
    std::future<std::vector<RestoreUnderWay>> asked =
        std::async(std::launch::async, [&invocation] { return restores_on_server(invocation); });
    const BackupDirectory found = look_into(directory);
    const Moment now{std::time(nullptr)};
    if (found.backups.empty())
        output.say("There are no backups in " + printable(found.path) + ".");
    else
        output.table(table_of(found, now));
    show_oddities(found, output);
    const std::vector<RestoreUnderWay> restores = asked.get();
    show_restores(restores, output);
    if (!output.is_json())
        return ExitCode::done;

    Json json = {{"directory", found.path},
                 {"backups", Json::array()},
                 {"damaged", Json::array()},
                 {"leftovers", found.leftovers},
                 {"restores", Json::array()}};
    for (const StoredBackup &backup : found.backups)
        json["backups"].push_back(json_of(backup));
    for (const DamagedManifest &damaged : found.damaged)
        json["damaged"].push_back({{"name", damaged.name}, {"why", damaged.why}});
    for (const RestoreUnderWay &each : restores)
        json["restores"].push_back({{"target", each.record.target},
                                    {"database", each.database},
                                    {"started_at", iso_text(each.record.started_at)},
                                    {"state", state_of(each)}});
    output.json(json);
    return ExitCode::done;
}

}  // namespace pitstop::tool
