// pitstop backup: the story of one.
#include <ctime>
#include <nlohmann/json.hpp>

#include "backup_record.hpp"
#include "commands.hpp"
#include "companion.hpp"
#include "contents.hpp"
#include "copy.hpp"
#include "copy_watch.hpp"
#include "hook.hpp"
#include "new_backup.hpp"
#include "process.hpp"
#include "step.hpp"
#include "tool/core/plausible.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using Json = nlohmann::ordered_json;

Moment now()
{
    return Moment{std::time(nullptr)};
}

FileLock take_lock(const std::string &directory)
{
    std::optional<FileLock> lock = lock_directory(directory);
    if (!lock)
        throw Failure(ExitCode::busy, "another backup or expire works in \"" + printable(directory) + "\"", {},
                      "Wait until it has ended. A lock left by a killed one does not stay.");
    return std::move(*lock);
}

void warn_of_newer(const PostgresProgram &pg_dump, const Session &session, Output &output)
{
    if (pg_dump.major > session.server_version() / 10000)
        output.warn("pg_dump is of PostgreSQL " + std::to_string(pg_dump.major) + ", the server of " +
                        std::to_string(session.server_version() / 10000) +
                        ": what it writes may not restore on this server",
                    "Install postgresql-client-" + std::to_string(session.server_version() / 10000) + ".");
}

// All but pitstop's own, which a stock server does not have, and pg_cron, which only one database of a server may have.
std::vector<std::string> extensions_to_dump(const Manifest &manifest)
{
    std::vector<std::string> names;
    for (const Extension &extension : manifest.extensions) {
        if (extension.name != "pitstop" && extension.name != "pg_cron")
            names.push_back(extension.name);
    }
    return names;
}

// What is known when the dump begins.
struct Beginning {
    Snapshot snapshot;
    Manifest manifest;
    DumpPrograms programs;
    Companion companion;
};

Beginning begin(const Connection &connection, Output &output)
{
    Beginning beginning{take_snapshot(connection), {}, {}, {}};
    Session &session = beginning.snapshot.session;
    beginning.programs = programs_for_dumping(session.server_version() / 10000);
    warn_of_newer(beginning.programs.pg_dump, session, output);
    beginning.manifest.started_at = now();
    beginning.manifest.pitstop_version = PITSTOP_VERSION;
    beginning.manifest.pg_dump_version = beginning.programs.pg_dump.version;
    describe_database(session, beginning.manifest);
    beginning.companion = read_companion(session);
    return beginning;
}

void dump(const Connection &connection, const Beginning &beginning, NewBackup &backup, Manifest &manifest,
          Output &output)
{
    DumpCall call{connection, beginning.snapshot, beginning.programs, extensions_to_dump(manifest),
                  compression_for(beginning.programs.pg_dump)};
    const CopyWatch watch(connection, manifest.database, beginning.snapshot.estimated_rows, "backing up", output);
    RowCounting counting(connection, beginning.snapshot);
    try {
        backup.dump(call, counting);
    } catch (const Failure &failure) {
        if (!lacks_compression(failure))
            throw;
        call.compression = fallback_compression;
        backup.dump(call, counting);
    }
    manifest.tables = counting.finish();
}

// The newest proven backup of the same database: what the new one's size is compared with.
std::optional<Manifest> last_of(const std::string &directory, const std::string &database)
{
    std::optional<Manifest> last;
    for (const StoredBackup &backup : look_into(directory).backups) {
        if (backup.manifest.database == database && is_proven(backup.manifest))
            last = backup.manifest;
    }
    return last;
}

Proof proof_of(const Manifest &manifest, const std::string &directory)
{
    Proof proof;
    proof.at = now();
    proof.how = "read";
    proof.passed = true;
    if (const auto last = last_of(directory, manifest.database)) {
        if (const auto odd = implausible(manifest, *last)) {
            proof.passed = false;
            proof.finding = *odd;
        }
    }
    return proof;
}

bool copy_everywhere(const Invocation &invocation, const StoredBackup &backup, Json &copies, Output &output)
{
    bool all_well = true;
    for (const std::string &place : invocation.values("--copy-to")) {
        begin_step(output, "copy");
        try {
            copy_to(place, backup);
            copies.push_back({{"place", place}, {"copied", true}});
        } catch (const Failure &failure) {
            all_well = false;
            output.warn(std::string(failure.what()) + (failure.detail().empty() ? "" : "\n" + failure.detail()),
                        failure.hint());
            copies.push_back({{"place", place}, {"copied", false}, {"error", failure.what()}});
        }
    }
    return all_well;
}

void report(const StoredBackup &backup, const Json &copies, Output &output)
{
    const Manifest &manifest = backup.manifest;
    const Proof &proof = *newest_proof(manifest);
    const std::int64_t seconds = manifest.finished_at.seconds - manifest.started_at.seconds;
    output.say("Backed up \"" + printable(manifest.database) + "\" into " + printable(backup.archive_path()) + ": " +
               plural(total_rows(manifest), "row", "rows") + ", " + size_text(total_bytes(manifest)) + ", " +
               span_text(std::chrono::seconds(seconds)) + ".");
    if (proof.passed)
        output.say("It was read back to its end and is whole.");
    output.json({{"name", manifest.name},
                 {"path", backup.archive_path()},
                 {"manifest", backup.manifest_path()},
                 {"database", manifest.database},
                 {"rows", total_rows(manifest)},
                 {"bytes", total_bytes(manifest)},
                 {"seconds", seconds},
                 {"compression", manifest.compression},
                 {"proven", proof.passed},
                 {"finding", proof.finding},
                 {"copies", copies}});
}

ExitCode show_plan(const BackupOptions &options, const Connection &connection, Output &output)
{
    Manifest manifest;
    const Beginning beginning = begin(connection, output);
    const NewBackup planned(options, beginning.manifest.database, now());
    const std::string compression = compression_for(beginning.programs.pg_dump);
    output.say("Would dump \"" + printable(beginning.manifest.database) + "\", " +
               plural(beginning.snapshot.tables.size(), "table", "tables") + ", about " +
               plural(beginning.snapshot.estimated_rows, "row", "rows") + ",");
    output.say("with pg_dump " + beginning.programs.pg_dump.version + " and " + compression + ",");
    output.say("into " + printable(planned.archive_path()) + ".");
    output.json({{"dry_run", true},
                 {"database", beginning.manifest.database},
                 {"path", planned.archive_path()},
                 {"tables", beginning.snapshot.tables.size()},
                 {"estimated_rows", beginning.snapshot.estimated_rows},
                 {"pg_dump", beginning.programs.pg_dump.version},
                 {"compression", compression}});
    return ExitCode::done;
}

// The archive and all that goes with it, under its name at the end.
StoredBackup make_backup(const BackupOptions &options, const Connection &connection, Output &output)
{
    begin_step(output, "take the snapshot");
    Beginning beginning = begin(connection, output);
    Manifest manifest = beginning.manifest;
    NewBackup backup(options, manifest.database, manifest.started_at);
    begin_step(output, "dump and count");
    dump(connection, beginning, backup, manifest, output);
    begin_step(output, "read back");
    backup.read_back();
    if (beginning.companion.warning)
        output.warn(*beginning.companion.warning, "Run the backup as the owner of the extension, or as a superuser.");
    if (beginning.companion.sql)
        backup.add_companion(*beginning.companion.sql);
    backup.describe(manifest);
    manifest.finished_at = now();
    add_proof(manifest, proof_of(manifest, options.directory));
    begin_step(output, "keep");
    return backup.keep(manifest);
}

// Somebody who changes a table, such as TeslaMate's migrations at its start, comes first; then it begins anew.
StoredBackup make_backup_patiently(const BackupOptions &options, const Connection &connection, Output &output)
{
    constexpr int most_attempts = 3;
    for (int attempt = 1;; ++attempt) {
        try {
            return make_backup(options, connection, output);
        } catch (const Failure &failure) {
            if (!met_a_change(failure))
                throw;
            if (attempt == most_attempts)
                throw Failure(ExitCode::failed, "could not dump the database: its tables change all the time",
                              failure.what(), "Wait until TeslaMate has started, then try again.");
        }
        output.warn("somebody waits to change a table, so the dump made way for him and begins anew");
    }
}

ExitCode back_up(const Invocation &invocation, Output &output)
{
    const BackupOptions options = read_backup_options(invocation);
    for (const std::string &place : invocation.values("--copy-to"))
        require_copy_place(place);
    if (!options.recipients.empty() && find_program("age").empty())
        throw Failure(ExitCode::program, "could not find the program \"age\"", {}, "Install it: apt-get install age.");
    const Connection connection = Connection::of(invocation);
    if (invocation.is_dry_run())
        return show_plan(options, connection, output);
    const FileLock lock = take_lock(options.directory);
    if (const std::size_t cleared = clear_leftovers(options.directory); cleared > 0)
        output.warn("cleared away " + plural(cleared, "file", "files") + " of a backup that did not come to its end");

    const StoredBackup backup = make_backup_patiently(options, connection, output);
    Json copies = Json::array();
    const bool all_copied = copy_everywhere(invocation, backup, copies, output);
    report(backup, copies, output);
    record_backups(connection, options.directory, output);
    const Proof &proof = *newest_proof(backup.manifest);
    if (!proof.passed)
        throw Failure(ExitCode::not_proven, "the backup is odd: " + proof.finding,
                      "It is kept as \"" + printable(backup.manifest.name) + "\", and does not count as proven.",
                      "Look into the database. If it is right as it is, \"pitstop verify --restore " +
                          printable(backup.manifest.name) + "\" proves the backup.");
    return all_copied ? ExitCode::done : ExitCode::partial;
}

}  // namespace

ExitCode run_backup(const Invocation &invocation, Output &output)
{
    return with_hooks(invocation, output, [&] { return back_up(invocation, output); });
}

}  // namespace pitstop::tool
