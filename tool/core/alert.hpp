#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace pitstop::tool {

struct AlertPlan {
    std::string webhook;  // or
    std::string command;  // where messages go; both empty: there are no alerts
    std::chrono::seconds hold_off{120};
    std::optional<std::chrono::seconds> repeat_every;
};

}  // namespace pitstop::tool
