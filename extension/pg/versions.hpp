// What is installed, and whether it fits: behind check_postgres(), check_teslamate() and the checks of health.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "core/server_version.hpp"
#include "core/utc_time.hpp"
#include "pg/spi.hpp"
#include "pg/teslamate.hpp"

namespace pitstop::pg {

std::vector<Finding> findings_of_postgres();
std::vector<Finding> findings_of_teslamate(Spi &spi, const TeslaMate &teslamate);
// Nothing when no migration was applied.
std::optional<std::chrono::seconds> time_since_last_migration(Spi &spi, const TeslaMate &teslamate, UtcTime now);

}  // namespace pitstop::pg
