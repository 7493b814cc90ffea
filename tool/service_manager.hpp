// systemd's notification protocol (sd_notify(3)), which is stable and a datagram: ready, reloading, stopping, alive. Does nothing where
// no service manager listens.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace pitstop::tool {

// "READY=1", "STATUS=…".
void notify_service_manager(const std::string &state) noexcept;

// How often it wants to hear WATCHDOG=1; nothing: not at all.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace pitstop::tool
