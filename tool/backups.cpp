#include "backups.hpp"

#include <algorithm>
#include <cstdlib>

#include "tool/core/dump_format.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr std::size_t manifest_limit = 16 << 20;
constexpr const char *manifest_ending = ".json";
constexpr const char *leftover_beginning = ".pitstop-";
constexpr const char *leftover_ending = ".partial";
constexpr const char *draft_ending = ".json.partial";
constexpr const char *expired_ending = ".expired.partial";
constexpr const char *lock_name = ".pitstop.lock";

bool begins_with(const std::string &text, const std::string &beginning)
{
    return text.rfind(beginning, 0) == 0;
}

bool ends_with(const std::string &text, const std::string &ending)
{
    return text.size() >= ending.size() && text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

std::string without(const std::string &text, const std::string &ending)
{
    return text.substr(0, text.size() - ending.size());
}

bool looks_like_manifest(const std::string &name)
{
    return ends_with(name, manifest_ending) && name[0] != '.';
}

void delete_files(const StoredBackup &backup)
{
    for (const BackupFile &file : backup.manifest.files)
        remove_file(backup.path(file.name));
    if (backup.manifest.format == "directory")
        remove_tree(backup.archive_path());
    sync_directory(backup.directory);
}

// Goes on with a deletion that was killed. What is no manifest, or names what is not its own, deletes nothing.
void finish_deleting(const std::string &directory, const std::string &leftover)
{
    try {
        StoredBackup backup{directory, parse_manifest(read_file(join_path(directory, leftover), manifest_limit))};
        if (names_only_its_own(backup.manifest) && !exists(backup.manifest_path()))
            delete_files(backup);
    } catch (const Failure &) {
        // Half a manifest was never renamed into a leftover; somebody else made it.
    }
}

std::string draft_path(const StoredBackup &backup)
{
    return temporary_path(backup.directory, backup.manifest.name + manifest_ending);
}

std::vector<std::string> names_to_give(const Manifest &manifest)
{
    std::vector<std::string> names = {manifest.archive};
    if (manifest.companion)
        names.push_back(*manifest.companion);
    return names;
}

// Each is there once, under its own name or under its temporary one.
bool has_all_files(const StoredBackup &backup)
{
    const std::vector<std::string> names = names_to_give(backup.manifest);
    return std::all_of(names.begin(), names.end(), [&](const std::string &name) {
        return exists(backup.path(name)) != exists(temporary_path(backup.directory, name));
    });
}

// A draft was written when all of its backup was proven, so only names are missing.
void finish_keeping(const std::string &directory, const std::string &leftover)
{
    try {
        const StoredBackup backup{directory, parse_manifest(read_file(join_path(directory, leftover), manifest_limit))};
        if (draft_path(backup) == join_path(directory, leftover) && names_only_its_own(backup.manifest) &&
            !exists(backup.manifest_path()) && has_all_files(backup))
            give_names(backup);
    } catch (const Failure &) {
        // Killed while the draft was written.
    }
}

// Whether somebody writes a proof into the manifest right now, by way of this draft.
bool is_being_noted(const std::string &directory, const std::string &leftover)
{
    const std::size_t start = std::string(leftover_beginning).size();
    const std::string manifest = join_path(directory, without(leftover, leftover_ending).substr(start));
    return exists(manifest) && !FileLock::try_take(manifest, FileLock::Kind::exclusive);
}

[[noreturn]] void fail_on_missing(const std::string &given)
{
    throw Failure(ExitCode::usage, "there is no backup \"" + printable(given) + "\"", {},
                  "\"pitstop list\" shows the names of those in --backup-dir; a path works as well.");
}

const StoredBackup *newest_proven(const BackupDirectory &directory)
{
    for (auto each = directory.backups.rbegin(); each != directory.backups.rend(); ++each) {
        if (is_proven(each->manifest))
            return &*each;
    }
    return nullptr;
}

// The backup that a path belongs to: its manifest, its archive, or its archive's directory.
std::optional<StoredBackup> backup_of(const std::string &path)
{
    if (ends_with(path, manifest_ending))
        return read_backup(path);
    const std::string name = name_in(path);
    // Each ending that an archive has may stand before the manifest's, so the shorter names are tried too.
    for (std::size_t length = name.size(); length != std::string::npos && length > 0;
         length = name.rfind('.', length - 1)) {
        const std::string manifest = join_path(parent_of(path), name.substr(0, length) + manifest_ending);
        if (!exists(manifest))
            continue;
        StoredBackup backup = read_backup(manifest);
        if (backup.manifest.archive == name)
            return backup;
    }
    return std::nullopt;
}

}  // namespace

std::string backup_directory_of(const Invocation &invocation)
{
    if (const auto given = invocation.value("--backup-dir"))
        return *given;
    if (const char *const variable = std::getenv("PITSTOP_BACKUP_DIR"); variable != nullptr && *variable != '\0')
        return variable;
    throw Failure(ExitCode::usage, "no directory of backups is named", {},
                  "Give it with --backup-dir, or set PITSTOP_BACKUP_DIR.");
}

BackupDirectory look_into(const std::string &directory)
{
    BackupDirectory found;
    found.path = directory;
    for (const std::string &name : names_in(directory)) {
        if (begins_with(name, leftover_beginning) && ends_with(name, leftover_ending)) {
            found.leftovers.push_back(name);
        } else if (looks_like_manifest(name)) {
            try {
                found.backups.push_back(read_backup(join_path(directory, name)));
            } catch (const Failure &failure) {
                found.damaged.push_back({without(name, manifest_ending), failure.what()});
            }
        }
    }
    std::sort(found.backups.begin(), found.backups.end(), [](const StoredBackup &a, const StoredBackup &b) {
        return a.manifest.started_at != b.manifest.started_at ? a.manifest.started_at < b.manifest.started_at
                                                              : a.manifest.name < b.manifest.name;
    });
    return found;
}

BackupDirectory backups_of(BackupDirectory found, const std::optional<std::string> &database)
{
    const auto is_other = [&](const StoredBackup &backup) { return database && backup.manifest.database != *database; };
    found.backups.erase(std::remove_if(found.backups.begin(), found.backups.end(), is_other), found.backups.end());
    return found;
}

StoredBackup read_backup(const std::string &manifest_path)
{
    StoredBackup backup;
    backup.directory = parent_of(manifest_path);
    backup.manifest = parse_manifest(read_file(manifest_path, manifest_limit));
    // A manifest that was renamed, or copied beside another's files, speaks of other files than its own.
    const std::string name = without(name_in(manifest_path), manifest_ending);
    if (backup.manifest.name != name)
        throw Failure(ExitCode::not_proven, "the manifest \"" + printable(name) +
                                                "\" says that it is of the backup \"" +
                                                printable(backup.manifest.name) + "\"");
    if (!names_only_its_own(backup.manifest))
        throw Failure(ExitCode::not_proven,
                      "the manifest of backup \"" + printable(name) + "\" names files that are not its own");
    return backup;
}

std::string temporary_path(const std::string &directory, const std::string &name)
{
    return join_path(directory, leftover_beginning + name + leftover_ending);
}

void draft_manifest(const StoredBackup &backup)
{
    NewFile file(backup.manifest_path(), draft_path(backup));
    file.write(manifest_text(backup.manifest));
    file.sync();
    file.leave();
    sync_directory(backup.directory);
}

void give_names(const StoredBackup &backup)
{
    for (const std::string &name : names_to_give(backup.manifest)) {
        if (const std::string temporary = temporary_path(backup.directory, name); exists(temporary))
            rename_durably(temporary, backup.path(name));
    }
    rename_durably(draft_path(backup), backup.manifest_path());
}

void note_proof(const StoredBackup &backup, const Proof &proof)
{
    const FileLock my_turn = FileLock::take_of_current(backup.manifest_path());
    StoredBackup now = read_backup(backup.manifest_path());
    add_proof(now.manifest, proof);
    NewFile file(now.manifest_path(), draft_path(now));
    file.write(manifest_text(now.manifest));
    file.keep();
}

WantedBackup find_backup(const Invocation &invocation, const std::optional<std::string> &given)
{
    if (!given) {
        const std::string directory = backup_directory_of(invocation);
        const BackupDirectory found = look_into(directory);
        const StoredBackup *const newest = newest_proven(found);
        if (newest == nullptr)
            throw Failure(ExitCode::usage, "there is no proven backup in \"" + printable(directory) + "\"", {},
                          "\"pitstop list\" shows what is there.");
        return {newest->archive_path(), *newest};
    }
    // A name has no slash; what is there under that very path comes first, as with other programs.
    if (exists(*given)) {
        std::optional<StoredBackup> backup = backup_of(*given);
        const std::string path = backup ? backup->archive_path() : *given;
        return {path, std::move(backup)};
    }
    if (given->find('/') != std::string::npos)
        fail_on_missing(*given);
    const std::string path = join_path(backup_directory_of(invocation), *given);
    if (exists(path + manifest_ending)) {
        StoredBackup backup = read_backup(path + manifest_ending);
        return {backup.archive_path(), std::move(backup)};
    }
    if (!exists(path))
        fail_on_missing(*given);
    std::optional<StoredBackup> backup = backup_of(path);
    const std::string archive = backup ? backup->archive_path() : path;
    return {archive, std::move(backup)};
}

void delete_backup(const StoredBackup &backup)
{
    const std::string doomed = leftover_beginning + backup.manifest.name + expired_ending;
    rename_durably(backup.manifest_path(), backup.path(doomed));
    delete_files(backup);
    for (const BackupFile &file : backup.manifest.files) {
        if (exists(backup.path(file.name)))
            throw Failure(ExitCode::partial, "could not delete \"" + printable(backup.path(file.name)) + "\"", {},
                          "Delete it yourself, as a user who may.");
    }
    remove_file(backup.path(doomed));
}

std::size_t clear_leftovers(const std::string &directory)
{
    for (const std::string &name : look_into(directory).leftovers) {
        if (ends_with(name, draft_ending))
            finish_keeping(directory, name);
    }
    std::size_t cleared = 0;
    for (const std::string &name : look_into(directory).leftovers) {
        if (ends_with(name, draft_ending) && is_being_noted(directory, name))
            continue;
        if (ends_with(name, expired_ending))
            finish_deleting(directory, name);
        remove_tree(join_path(directory, name));
        ++cleared;
    }
    return cleared;
}

std::optional<FileLock> lock_directory(const std::string &directory)
{
    return FileLock::create(join_path(directory, lock_name));
}

bool is_locked(const std::string &directory)
{
    const std::string lock = join_path(directory, lock_name);
    try {
        return exists(lock) && !FileLock::try_take(lock, FileLock::Kind::shared);
    } catch (const Failure &) {
        return true;  // another user's, and not to be seen by this one
    }
}

std::optional<FileLock> lock_for_reading(const StoredBackup &backup)
{
    return FileLock::try_take(backup.archive_path_to_lock(), FileLock::Kind::shared);
}

std::optional<FileLock> lock_for_deleting(const StoredBackup &backup)
{
    return FileLock::try_take(backup.archive_path_to_lock(), FileLock::Kind::exclusive);
}

}  // namespace pitstop::tool
