// What `pitstop serve` answers to which path. Knows the report and the page, not HTTP's wire.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "http_server.hpp"
#include "tool/core/health_report.hpp"

namespace pitstop::tool {

// `report` is asked only where the answer tells of it.
HttpAnswer answer_to(const HttpRequest &request, const std::optional<std::string> &token,
                     const std::function<HealthReport()> &report);

}  // namespace pitstop::tool
