// Drives that go: their positions stay, without a drive, and then their rows are deleted. Journals nothing.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "pg/spi.hpp"

namespace pitstop::pg {

// Takes the positions of drives from them; returns which they were.
using PositionsOfDrives = std::map<std::int64_t, std::vector<std::int64_t>>;
PositionsOfDrives detach_positions(Spi &spi, const std::vector<std::int64_t> &drive_ids);
// Deletes drives; raises DomainError::wrong_state when one of them stays, as a trigger of somebody else's can make it.
void delete_drive_rows(Spi &spi, const std::vector<std::int64_t> &drive_ids);

}  // namespace pitstop::pg
