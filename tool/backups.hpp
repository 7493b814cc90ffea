// The backups of a directory: a manifest NAME.json each, the files it names beside it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "file.hpp"
#include "invocation.hpp"
#include "tool/core/manifest.hpp"

namespace pitstop::tool {

struct StoredBackup {
    std::string directory;
    Manifest manifest;

    std::string path(const std::string &file) const { return join_path(directory, file); }
    std::string archive_path() const { return path(manifest.archive); }
    std::string manifest_path() const { return path(manifest.name + ".json"); }
    // The first file of the archive: unlike the manifest it is never replaced, so a lock on it is everybody's.
    std::string archive_path_to_lock() const { return path(manifest.files.at(0).name); }
};

struct DamagedManifest {
    std::string name;
    std::string why;
};

struct BackupDirectory {
    std::string path;
    std::vector<StoredBackup> backups;     // the oldest first
    std::vector<DamagedManifest> damaged;  // manifests that cannot be read; never touched
    std::vector<std::string> leftovers;    // temporary names of backups that did not come to their end
};

// --backup-dir, else PITSTOP_BACKUP_DIR; Failure (usage) when neither is given.
std::string backup_directory_of(const Invocation &invocation);

BackupDirectory look_into(const std::string &directory);

// What a user means by BACKUP: a path of a manifest, an archive or any dump; a name of the directory's; nothing for the newest
// proven one. `backup` is there when it has a manifest.
// Those of one database; all, where none is named.
BackupDirectory backups_of(BackupDirectory found, const std::optional<std::string> &database);

struct WantedBackup {
    std::string path;  // the archive or dump
    std::optional<StoredBackup> backup;
};
WantedBackup find_backup(const Invocation &invocation, const std::optional<std::string> &given);

StoredBackup read_backup(const std::string &manifest_path);

// What a file of a backup is called until the backup is whole.
std::string temporary_path(const std::string &directory, const std::string &name);

// A new backup, all of it proven and under temporary names. Its manifest is written under such a name as well: from then on
// whoever finds it finishes the backup.
void draft_manifest(const StoredBackup &backup);
// The files get their names, the manifest last: it makes them a backup.
void give_names(const StoredBackup &backup);

// Into the manifest as it is now: another verify may have changed it meanwhile.
void note_proof(const StoredBackup &backup, const Proof &proof);

// Deletes a backup. The manifest goes first, by a rename into a leftover: from then on it is no backup, and the leftover still
// names the files that have to go. The directory's lock and the backup's are held.
void delete_backup(const StoredBackup &backup);

// Finishes what was killed while it got its names, clears away what other killed backups and deletions left, and tells how many
// files that were. The directory's lock is held.
std::size_t clear_leftovers(const std::string &directory);

// Locks. One backup (or expire) at a time works in a directory: DIR/.pitstop.lock. Whoever reads a backup holds its
// archive locked shared; expire takes it exclusively before it deletes.
std::optional<FileLock> lock_directory(const std::string &directory);
bool is_locked(const std::string &directory);  // writes nothing
std::optional<FileLock> lock_for_reading(const StoredBackup &backup);
std::optional<FileLock> lock_for_deleting(const StoredBackup &backup);

}  // namespace pitstop::tool
