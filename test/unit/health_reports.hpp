// Health reports as the unit tests write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tool/core/health_report.hpp"

namespace pitstop::tool::test {

constexpr Moment noon{1'795'608'000};  // 2026-11-25T12:00:00Z

inline Observation observation(const char *subject, std::optional<double> value, const char *note = "")
{
    Observation result;
    result.subject = subject;
    result.value = value;
    result.note = note;
    return result;
}

// Looked at a minute ago, and what it is since two hours ago.
inline CheckReport check_report(std::string_view code, HealthStatus status,
                                const std::vector<Observation> &observations)
{
    CheckReport report;
    report.check = find_health_check(code);
    report.thresholds = report.check->thresholds;
    report.status = status;
    report.since = {noon.seconds - 7200};
    report.observed_at = Moment{noon.seconds - 60};
    for (const Observation &each : observations)
        report.observations.push_back({each, status});
    return report;
}

inline HealthReport health_report(std::vector<CheckReport> checks)
{
    HealthReport report;
    report.at = noon;
    report.since = {noon.seconds - 3600};
    report.database = "teslamate";
    report.version = "1.2.3";
    report.status = HealthStatus::ok;
    for (const CheckReport &check : checks)
        report.status = worse_of(report.status, check.status);
    report.checks = std::move(checks);
    return report;
}

}  // namespace pitstop::tool::test
