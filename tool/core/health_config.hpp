// The config file of `pitstop serve` and `pitstop health`: TOML, read from a text. And the options that say the same.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tool/core/alert.hpp"
#include "tool/core/health_board.hpp"

namespace pitstop::tool {

struct HealthConfig {
    std::optional<std::string> listen;
    std::optional<std::string> token_file;
    std::optional<std::string> backup_dir;
    HealthPlan plan;
    AlertPlan alerts;
};

// Raises Failure (usage) that names the line and the key, and says what is possible; never the value of a webhook or a command,
// which may hold a secret.
HealthConfig parse_health_config(std::string_view text);

// --threshold backup=36h:7d, backup=36h, backup=:7d; what is not given stays. --disable collation. Failure (usage).
void set_threshold(HealthPlan &plan, std::string_view option);
void disable_check(HealthPlan &plan, std::string_view code);

}  // namespace pitstop::tool
