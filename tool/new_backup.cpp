#include "new_backup.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cstdlib>

#include "process.hpp"
#include "sha256.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr const char *archive_ending = ".dump";
constexpr const char *directory_ending = ".dir";
constexpr const char *encrypted_ending = ".age";
constexpr const char *companion_ending = ".pitstop.sql";

bool ends_with(const std::string &text, const std::string &ending)
{
    return text.size() > ending.size() && text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

void take_ending(std::string &name, const char *ending)
{
    if (ends_with(name, ending))
        name.resize(name.size() - std::string(ending).size());
}

// A database may be called anything; a file's name should not need quoting in a shell.
std::string plain_name(const std::string &database)
{
    std::string name;
    for (const char each : database) {
        const bool is_plain = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                              (each >= '0' && each <= '9') || each == '_' || each == '-' || each == '.';
        name += is_plain ? each : '_';
    }
    return name.empty() || name[0] == '.' || name[0] == '-' ? "_" + name : name;
}

void require_directory(const std::string &path)
{
    if (!is_directory(path))
        throw Failure(
            ExitCode::failed, "the directory \"" + printable(path) + "\" does not exist", {},
            "Make it, or mount the disk it is on. pitstop does not make it: a disk that is not mounted would fill "
            "the one below.");
}

}  // namespace

BackupOptions read_backup_options(const Invocation &invocation)
{
    BackupOptions options;
    if (const auto target = invocation.argument(0)) {
        // A name without an ending is a directory that is not there, such as one whose disk is not mounted.
        if (is_directory(*target) || target->back() == '/' || name_in(*target).find('.') == std::string::npos) {
            options.directory = *target;
        } else {
            options.directory = parent_of(*target);
            options.file = name_in(*target);
        }
    } else {
        options.directory = backup_directory_of(invocation);
    }
    options.jobs = invocation.number("--jobs", 1, 64);
    options.recipients = invocation.values("--encrypt");
    if (options.jobs && !options.recipients.empty())
        throw Failure(ExitCode::usage, "--jobs and --encrypt exclude each other", {},
                      "A directory of files cannot be streamed through age.");
    if (options.file && options.file->front() == '.')
        throw Failure(ExitCode::usage, "a backup's name cannot begin with a dot");
    require_directory(options.directory);
    return options;
}

NewBackup::NewBackup(BackupOptions options, const std::string &database, Moment now) : options_(std::move(options))
{
    const std::string ending = (options_.jobs ? directory_ending : archive_ending) +
                               std::string(options_.recipients.empty() ? "" : encrypted_ending);
    if (options_.file) {
        archive_ = *options_.file;
        name_ = archive_;
        for (const char *each : {encrypted_ending, archive_ending, directory_ending})
            take_ending(name_, each);
        if (exists(archive_path()) || exists(join_path(options_.directory, name_ + ".json")))
            throw Failure(ExitCode::usage, "\"" + printable(archive_path()) + "\" is there already", {},
                          "pitstop overwrites no backup. Name another file, or a directory.");
        return;
    }
    do {
        name_ = plain_name(database) + "-" + file_text(now);
        archive_ = name_ + ending;
        ++now.seconds;
    } while (exists(archive_path()) || exists(join_path(options_.directory, name_ + ".json")));
}

NewBackup::~NewBackup()
{
    for (const std::string &path : temporaries_)
        remove_tree(path);
}

std::string NewBackup::temporary(const std::string &name) const
{
    return temporary_path(options_.directory, name);
}

void NewBackup::dump(DumpCall call, RowCounting &counting)
{
    const std::string path = temporary(archive_);
    temporaries_.push_back(path);
    compression_ = call.compression;
    if (options_.jobs) {
        dump_into_directory(call, *options_.jobs, path, counting);
        note_directory();
        return;
    }
    NewFile file(archive_path(), path);
    written_ = dump_into_file(call, options_.recipients, file, counting);
    file.sync();
    file.leave();
    files_ = {{archive_, written_->bytes, written_->sha256}};
}

void NewBackup::note_directory()
{
    const std::string path = temporary(archive_);
    files_.clear();
    for (const std::string &name : names_in(path)) {
        const std::string file = join_path(path, name);
        sync_file(file);
        const FileDigest digest = digest_of_file(file);
        files_.push_back({archive_ + "/" + name, digest.bytes, digest.sha256});
    }
    sync_directory(path);
}

void NewBackup::read_back()
{
    // A directory's files were read from the disk when their checksums were made, after pg_restore had read them.
    if (!written_)
        return;
    const FileDigest digest = digest_of_file(temporary(archive_));
    if (digest.bytes != written_->bytes || digest.sha256 != written_->sha256)
        throw Failure(ExitCode::not_proven, "what is on the disk is not what was written", {},
                      "The disk of \"" + printable(options_.directory) +
                          "\" may be failing: look into the system's log.");
}

void NewBackup::add_companion(const std::string &sql)
{
    companion_ = name_ + companion_ending + (options_.recipients.empty() ? "" : encrypted_ending);
    const std::string path = temporary(*companion_);
    temporaries_.push_back(path);
    NewFile file(join_path(options_.directory, *companion_), path);
    if (options_.recipients.empty())
        file.write(sql);
    else
        encrypt_into(sql, options_.recipients, file.descriptor());
    file.sync();
    file.leave();
    const FileDigest digest = digest_of_file(path);
    files_.push_back({*companion_, digest.bytes, digest.sha256});
}

void NewBackup::describe(Manifest &manifest) const
{
    manifest.name = name_;
    manifest.format = options_.jobs ? "directory" : "custom";
    manifest.compression = compression_;
    manifest.archive = archive_;
    manifest.files = files_;
    manifest.companion = companion_;
    for (const BackupFile &file : files_) {
        if (file.name != companion_)
            manifest.archive_bytes += file.bytes;
    }
    if (options_.recipients.empty())
        return;
    std::string recipients;
    for (const std::string &recipient : options_.recipients)
        recipients += (recipients.empty() ? "" : ", ") + recipient;
    manifest.encrypted_for = recipients;
}

StoredBackup NewBackup::keep(Manifest manifest)
{
    StoredBackup backup{options_.directory, std::move(manifest)};
    const std::string manifest_name = name_in(backup.manifest_path());
    // A name that was free may be taken by now; a rename would replace what is there.
    for (const std::string &name : {archive_, companion_.value_or(archive_), manifest_name}) {
        if (exists(backup.path(name)))
            throw Failure(ExitCode::failed, "\"" + printable(backup.path(name)) + "\" came to be meanwhile");
    }
    // When anything goes wrong from here on, what has its name already goes as well.
    temporaries_.insert(temporaries_.begin(), {temporary(manifest_name), backup.manifest_path(), backup.path(archive_),
                                               backup.path(companion_.value_or(archive_))});
    draft_manifest(backup);
    give_names(backup);
    temporaries_.clear();
    return backup;
}

}  // namespace pitstop::tool
