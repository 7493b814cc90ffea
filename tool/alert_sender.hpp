// Watches the report, and sends what has to be said of it to a web hook or a command. In a thread of its own: a receiver that hangs
// holds up nobody. What was announced and what is still to be sent is in a file, so that nothing is lost over a restart.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "health_watch.hpp"
#include "tool/core/alert.hpp"

namespace pitstop::tool {

class AlertSender {
public:
    // `watch` outlives it. Without a directory alerts are remembered as long as the process lives.
    AlertSender(const HealthWatch &watch, AlertPlan plan, const std::optional<std::string> &state_dir);
    ~AlertSender();
    AlertSender(const AlertSender &) = delete;
    AlertSender &operator=(const AlertSender &) = delete;

    void change_plan(AlertPlan plan);
    // False when a receiver hangs: its thread is left behind, and ends with the process.
    bool stop();

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

}  // namespace pitstop::tool
