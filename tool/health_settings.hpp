// What `pitstop serve` and `pitstop health` are told: by options, then the environment, then the config file.
#pragma once

#include <optional>
#include <string>

#include "health_look.hpp"
#include "invocation.hpp"
#include "tool/core/health_config.hpp"
#include "tool/core/listen_address.hpp"

namespace pitstop::tool {

struct HealthSettings {
    HealthTarget target;
    HealthPlan plan;
    AlertPlan alerts;
};

struct ServeSettings {
    HealthSettings health;
    ListenAddress listen;
    std::optional<std::string> state_dir;  // of --state-dir, or systemd's StateDirectory=
    std::optional<std::string> token;      // of --token-file, the config file, or systemd's credential "pitstop.token"
};

// Reads files; connects nowhere. Failure (usage) says which option or line is wrong.
HealthSettings read_health_settings(const Invocation &invocation);
// Also refuses to listen where others come from without a token.
ServeSettings read_serve_settings(const Invocation &invocation);

}  // namespace pitstop::tool
