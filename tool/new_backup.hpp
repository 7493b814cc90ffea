// A backup that comes into being: its files under temporary names, until all of them are proven.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backups.hpp"
#include "dump.hpp"

namespace pitstop::tool {

struct BackupOptions {
    std::string directory;                // where it goes
    std::optional<std::string> file;      // the archive's name, when one was given
    std::optional<unsigned> jobs;         // directory format
    std::vector<std::string> recipients;  // of age
};

// TARGET of the command line, or PITSTOP_BACKUP_DIR: a directory, or a file in one. The directory has to exist: one that does
// not is a disk that is not mounted.
BackupOptions read_backup_options(const Invocation &invocation);

class NewBackup {
public:
    // Chooses a name that is free. The directory's lock is held.
    NewBackup(BackupOptions options, const std::string &database, Moment now);
    ~NewBackup();  // what has not got its name goes
    NewBackup(const NewBackup &) = delete;
    NewBackup &operator=(const NewBackup &) = delete;

    const std::string &name() const noexcept { return name_; }
    const BackupOptions &options() const noexcept { return options_; }
    std::string archive_path() const { return join_path(options_.directory, archive_); }

    // Dumps under a temporary name. With a compression that pg_dump was built without, with the other one.
    void dump(DumpCall call, RowCounting &counting);
    const std::string &compression() const noexcept { return compression_; }
    // To disk, and read back from there: the checksum must be that of what was written.
    void read_back();
    void add_companion(const std::string &sql);
    // The files as the manifest names them.
    void describe(Manifest &manifest) const;
    // All files get their names, the manifest last: it makes them a backup.
    StoredBackup keep(Manifest manifest);

private:
    std::string temporary(const std::string &name) const;
    void note_directory();

    BackupOptions options_;
    std::string name_;
    std::string archive_;
    std::string compression_;
    std::optional<Archive> written_;  // of a file; checked against what is on disk
    std::vector<BackupFile> files_;
    std::optional<std::string> companion_;
    std::vector<std::string> temporaries_;  // that still have to go or to get their name
};

}  // namespace pitstop::tool
