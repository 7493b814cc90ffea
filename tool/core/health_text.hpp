// A health report as programs read it. None of these texts holds coordinates, addresses, VINs or SQL of users.
#pragma once

#include <string>

#include "tool/core/health_report.hpp"
#include "tool/core/text_table.hpp"

namespace pitstop::tool {

// application/health+json: status pass, warn, fail, and "checks" by code, each a list with componentId (the subject), observedValue,
// observedUnit, status, time, output (the note); beyond the draft: title, since, thresholds, mend, error, examples, and state: ok,
// warning, critical, unknown, the last of which is a fail, as it is to is_ready(). Backups and series too.
std::string health_json(const HealthReport &report);

// Prometheus' text format, version 0.0.4: pitstop_check_status{check}, pitstop_check_value{check,subject,unit}, age of observations,
// newest backup, and so on; names, types and escaping by its rules.
std::string metrics_text(const HealthReport &report);

// One line for each check that is critical or unknown: "connection: critical: …"; nothing when all is well.
std::string readiness_text(const HealthReport &report);
bool is_ready(const HealthReport &report) noexcept;

// One line as Nagios' plugins print it, with performance data behind "|".
std::string nagios_text(const HealthReport &report);

// For a terminal: a row for each observation, and for each check that has none.
TextTable health_table(const HealthReport &report);
// What goes below it: of each check that is not ok what was found, and what mends it. Empty when all is well.
std::string health_advice(const HealthReport &report);

}  // namespace pitstop::tool
