// Copies of a backup in another place, each checked after it was made.
#pragma once

#include <string>

#include "backups.hpp"

namespace pitstop::tool {

// rclone:REMOTE:PATH, or command:COMMAND for /bin/sh. Failure (usage) for anything else, before a backup is begun.
void require_copy_place(const std::string &place);

// All files, the manifest last. Then rclone reads each back, and its SHA-256 is compared; a command gets the manifest on its
// standard input and the files' paths in PITSTOP_FILES, a line each, and answers for itself with its exit status. Failure
// (program, not_proven).
void copy_to(const std::string &place, const StoredBackup &backup);

}  // namespace pitstop::tool
