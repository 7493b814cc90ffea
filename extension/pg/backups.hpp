// What the program has recorded of its backups.
#pragma once

#include <string>
#include <vector>

#include "pg/spi.hpp"

namespace pitstop::pg {

// The newest first, over all hosts and directories, each a JSON object. Read as the extension's owner.
std::vector<std::string> newest_backups_as_json(Spi &spi, std::int64_t count);

}  // namespace pitstop::pg
