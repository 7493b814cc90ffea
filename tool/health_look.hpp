// One look at one thing of the catalogue: what the server tells through pitstop.observe(), and what only this program can see.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connecting.hpp"
#include "core/health.hpp"
#include "tool/core/health_report.hpp"

namespace pitstop::tool {

// What is looked at.
struct HealthTarget {
    Connection connection;
    std::optional<std::string> backup_dir;  // nothing: what was recorded in the database is looked at
};

struct Look {
    std::vector<Observation> observations;
    std::vector<BackupReport> backups;  // of the check "backup"; the newest first
    std::string database;               // of the check "connection"
};

// Takes no longer than the check's timeout, but where a name server or a file system hangs. Raises Failure.
Look look_at(const HealthCheck &check, const HealthTarget &target);

// The numbers that pitstop.record_measures() has kept for the charts.
std::vector<SeriesReport> read_series(const HealthTarget &target);

}  // namespace pitstop::tool
