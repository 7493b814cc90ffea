// The small file beside an archive: pitstop's own tables and grants, as SQL. The archive leaves them out, so that it restores on a
// server that knows nothing of pitstop.
#pragma once

#include <optional>
#include <string>

#include "session.hpp"

namespace pitstop::tool {

struct Companion {
    std::optional<std::string> sql;      // nothing where the extension is not in the database
    std::optional<std::string> warning;  // why it is left out although it is
};

// As of the session's snapshot.
Companion read_companion(Session &session);

}  // namespace pitstop::tool
