// Tells the database which backups there are and how far they are proven, so that pitstop.health() and Grafana see them.
#pragma once

#include <string>

#include "backups.hpp"
#include "session.hpp"

namespace pitstop::tool {

// Replaces what is recorded of this machine's directory. Raises SqlError where the extension is missing or older, or where the
// role may not (pitstop.grant_operator).
void record_backups(Session &session, const BackupDirectory &found, Session::Timeout timeout);

// The same after a command that changed the directory: nothing of it makes the command fail. A missing or older extension is passed
// over in silence, for it is not needed for backups; anything else is a warning.
class Connection;
class Output;
void record_backups(const Connection &connection, const std::string &directory, Output &output);

}  // namespace pitstop::tool
