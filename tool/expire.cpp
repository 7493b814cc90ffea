// pitstop expire: deletes what the policy does not keep.
#include <ctime>
#include <nlohmann/json.hpp>

#include "backups.hpp"
#include "commands.hpp"
#include "step.hpp"
#include "tool/core/retention.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using Json = nlohmann::ordered_json;

constexpr unsigned most_to_keep = 100000;

RetentionPolicy policy_of(const Invocation &invocation)
{
    RetentionPolicy policy;
    const auto take = [&invocation](const char *option, unsigned least, unsigned &number) {
        number = invocation.number(option, least, most_to_keep).value_or(number);
    };
    take("--keep-last", 0, policy.keep_last);
    take("--keep-daily", 0, policy.keep_daily);
    take("--keep-weekly", 0, policy.keep_weekly);
    take("--keep-monthly", 0, policy.keep_monthly);
    take("--minimum", 1, policy.minimum);
    return policy;
}

bool is_in_use(const StoredBackup &backup)
{
    return exists(backup.archive_path_to_lock()) && !lock_for_deleting(backup);
}

std::vector<BackupAge> ages_of(const BackupDirectory &found)
{
    std::vector<BackupAge> ages;
    for (const StoredBackup &backup : found.backups) {
        const Manifest &manifest = backup.manifest;
        BackupAge age{manifest.name, manifest.database, manifest.started_at, BackupAge::State::proven};
        if (is_in_use(backup))
            age.state = BackupAge::State::in_use;
        else if (!is_proven(manifest))
            age.state = BackupAge::State::not_proven;
        ages.push_back(age);
    }
    return ages;
}

const StoredBackup &called(const BackupDirectory &found, const std::string &name)
{
    for (const StoredBackup &backup : found.backups) {
        if (backup.manifest.name == name)
            return backup;
    }
    throw Failure(ExitCode::failed, "backup \"" + printable(name) + "\" is gone");
}

void report(const std::vector<Verdict> &verdicts, bool is_dry_run, Output &output)
{
    TextTable table;
    table.columns = {{"name", {}}, {is_dry_run ? "would be" : "is", {}}, {"because", {}}};
    Json json = {{"dry_run", is_dry_run}, {"backups", Json::array()}};
    for (const Verdict &verdict : verdicts) {
        table.rows.push_back({verdict.name, verdict.keep ? "kept" : "deleted", verdict.reason});
        json["backups"].push_back({{"name", verdict.name}, {"keep", verdict.keep}, {"reason", verdict.reason}});
    }
    if (verdicts.empty())
        output.say("There are no backups.");
    else if (!output.is_quiet())
        output.table(table);
    output.json(json);
}

// One that a reader began to read after the decision stays.
void delete_all(const BackupDirectory &found, std::vector<Verdict> &verdicts)
{
    for (Verdict &verdict : verdicts) {
        if (verdict.keep)
            continue;
        const StoredBackup &backup = called(found, verdict.name);
        const bool has_archive = exists(backup.archive_path_to_lock());
        const std::optional<FileLock> lock = has_archive ? lock_for_deleting(backup) : std::nullopt;
        if (has_archive && !lock) {
            verdict.keep = true;
            verdict.reason = "in use";
            continue;
        }
        delete_backup(backup);
    }
}

}  // namespace

ExitCode run_expire(const Invocation &invocation, Output &output)
{
    const std::string directory = backup_directory_of(invocation);
    const RetentionPolicy policy = policy_of(invocation);
    const std::optional<FileLock> lock = invocation.is_dry_run() ? std::nullopt : lock_directory(directory);
    if (!invocation.is_dry_run() && !lock)
        throw Failure(ExitCode::busy, "another backup or expire works in \"" + printable(directory) + "\"", {},
                      "Wait until it has ended.");
    if (!invocation.is_dry_run())
        clear_leftovers(directory);
    const BackupDirectory found = look_into(directory);
    for (const DamagedManifest &damaged : found.damaged)
        output.warn("the manifest of \"" + printable(damaged.name) +
                    "\" cannot be used, so it is left alone: " + damaged.why);
    std::vector<Verdict> verdicts = decide_retention(ages_of(found), policy, Moment{std::time(nullptr)});
    if (!invocation.is_dry_run()) {
        begin_step(output, "delete");
        delete_all(found, verdicts);
    }
    report(verdicts, invocation.is_dry_run(), output);
    return ExitCode::done;
}

}  // namespace pitstop::tool
