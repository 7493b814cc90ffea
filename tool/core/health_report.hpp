// What is known of a TeslaMate's health at one moment, as all of the program's faces show it: JSON, metrics, page, alerts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/health.hpp"
#include "tool/core/moment.hpp"

namespace pitstop::tool {

struct JudgedObservation {
    Observation observation;
    HealthStatus status = HealthStatus::unknown;
};

struct CheckReport {
    const HealthCheck *check = nullptr;
    Thresholds thresholds;
    HealthStatus status = HealthStatus::unknown;  // the worst of its observations
    Moment since;                                 // when it became that
    std::optional<Moment> observed_at;            // nothing: it has not been looked at yet
    std::string error;  // why there is no newer observation; empty when the last look went well
    std::string hint;   // what can be done about the error, where that is known
    std::vector<JudgedObservation> observations;  // of the last look that went well
};

// Of the backups that the program can see, for the page's timeline.
struct BackupReport {
    std::string name;
    Moment started_at;
    std::uint64_t bytes = 0;
    bool proven = false;
    std::string how;  // "read", "restore", or empty
};

// A few numbers over time: sizes, missing addresses. The oldest first.
struct SeriesReport {
    std::string code;  // of the check
    std::vector<std::pair<Moment, double>> points;
};

struct HealthReport {
    Moment at;
    HealthStatus status = HealthStatus::unknown;  // the worst of all
    Moment since;
    std::string database;
    std::string version;  // pitstop's
    std::vector<CheckReport> checks;
    std::vector<BackupReport> backups;  // the newest first
    std::vector<SeriesReport> series;
};

}  // namespace pitstop::tool
