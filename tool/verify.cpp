// pitstop verify: proves a backup again.
#include <ctime>
#include <nlohmann/json.hpp>

#include "backups.hpp"
#include "commands.hpp"
#include "dump.hpp"
#include "dump_source.hpp"
#include "sha256.hpp"
#include "step.hpp"
#include "tool/core/words.hpp"
#include "verify_restore.hpp"

namespace pitstop::tool {

namespace {

void require_files(const StoredBackup &backup)
{
    for (const BackupFile &file : backup.manifest.files) {
        const std::string path = backup.path(file.name);
        if (!exists(path))
            throw Failure(ExitCode::not_proven, "\"" + printable(file.name) + "\" is missing");
        const FileDigest digest = digest_of_file(path);
        if (digest.bytes != file.bytes)
            throw Failure(ExitCode::not_proven, "\"" + printable(file.name) + "\" has " + count_text(digest.bytes) +
                                                    " bytes instead of " + count_text(file.bytes));
        if (digest.sha256 != file.sha256)
            throw Failure(ExitCode::not_proven, "the checksum of \"" + printable(file.name) + "\" differs");
    }
}

// Encrypted, and nobody gave the key.
bool is_sealed(const Invocation &invocation, const WantedBackup &wanted)
{
    return wanted.backup && wanted.backup->manifest.encrypted_for && !invocation.has("--identity");
}

// Reads all of it; its checksums are compared by then. An encrypted backup without its key is proven by its checksums alone:
// they are those of what was read back when it was made.
void read_to_its_end(const Invocation &invocation, const WantedBackup &wanted, Output &output)
{
    if (is_sealed(invocation, wanted)) {
        output.warn("the backup is encrypted, so only its checksums were compared",
                    "With --identity FILE it is decrypted and read to its end.");
        return;
    }
    begin_step(output, "read to the end");
    DumpSource::open(wanted.path, invocation.value("--identity")).read_through(newest_program("pg_restore").path);
}

Proof prove(const Invocation &invocation, const WantedBackup &wanted, Output &output)
{
    Proof proof;
    proof.how = "read";
    proof.at = Moment{std::time(nullptr)};
    try {
        if (wanted.backup) {
            begin_step(output, "compare checksums");
            require_files(*wanted.backup);
        }
        // What is damaged is not restored to see it.
        if (invocation.has("--restore"))
            return prove_by_restoring(invocation, output, wanted);
        read_to_its_end(invocation, wanted, output);
        proof.passed = true;
    } catch (const Failure &failure) {
        if (failure.code() != ExitCode::not_proven)
            throw;
        proof.finding = failure.what() + (failure.detail().empty() ? "" : ": " + failure.detail());
    }
    return proof;
}

void note(const Proof &proof, const StoredBackup &backup, Output &output)
{
    try {
        note_proof(backup, proof);
    } catch (const Failure &failure) {
        output.warn("the result could not be written into the manifest: " + std::string(failure.what()),
                    failure.hint());
    }
}

void report(const Proof &proof, const std::string &name, const Invocation &invocation, const WantedBackup &wanted,
            Output &output)
{
    if (proof.passed)
        output.say("\"" + printable(name) + "\" is whole: " +
                   (proof.how == "restore"          ? "it was restored on PostgreSQL " + proof.server + " and compared."
                    : is_sealed(invocation, wanted) ? "its checksums are those that it had when it was made."
                                                    : "it was read to its end."));
    output.json({{"name", name},
                 {"path", wanted.path},
                 {"how", proof.how},
                 {"server", proof.server},
                 {"passed", proof.passed},
                 {"finding", proof.finding},
                 {"at", iso_text(proof.at)}});
}

}  // namespace

ExitCode run_verify(const Invocation &invocation, Output &output)
{
    if (invocation.has("--scratch-bin") && !invocation.has("--restore"))
        throw Failure(ExitCode::usage, "--scratch-bin needs --restore");
    const WantedBackup wanted = find_backup(invocation, invocation.argument(0));
    const std::string name = wanted.backup ? wanted.backup->manifest.name : name_in(wanted.path);
    std::optional<FileLock> reading;
    if (wanted.backup && exists(wanted.backup->archive_path_to_lock())) {
        reading = lock_for_reading(*wanted.backup);
        if (!reading)
            throw Failure(ExitCode::busy, "backup \"" + printable(name) + "\" is being deleted");
    }
    const Proof proof = prove(invocation, wanted, output);
    if (wanted.backup)
        note(proof, *wanted.backup, output);
    report(proof, name, invocation, wanted, output);
    if (!proof.passed)
        throw Failure(ExitCode::not_proven, "\"" + printable(name) + "\" is not proven: " + proof.finding, {},
                      "Take another backup, and keep this one until that is proven.");
    return ExitCode::done;
}

}  // namespace pitstop::tool
