// Tables of somebody else's that refer to TeslaMate's rows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pg/spi.hpp"

namespace pitstop::pg {

// Deleting these rows of TeslaMate's table would make foreign keys that are not TeslaMate's delete or change rows
// the journal does not know, and undo() could not bring back. Raises DomainError::wrong_state where there are such rows.
void require_unreferenced(Spi &spi, const std::string &table, const std::vector<std::int64_t> &ids);

}  // namespace pitstop::pg
