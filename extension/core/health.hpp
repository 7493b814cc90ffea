// The one catalogue of what can be wrong with a TeslaMate database and around it, for doctor(), health() and the program.
// Facts come in as observations; whether one is bad is decided here, without a clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pitstop {

// Numbers as exit statuses of Nagios' plugins.
enum class HealthStatus : int { ok = 0, warning = 1, critical = 2, unknown = 3 };

const char *name_of(HealthStatus status) noexcept;
std::optional<HealthStatus> health_status_of(std::string_view name) noexcept;

// ok < warning < unknown < critical: not to know is worse than a warning, and no reason to be got out of bed.
HealthStatus worse_of(HealthStatus a, HealthStatus b) noexcept;

// From where a value is bad, in the check's unit. Nothing: no value is.
struct Thresholds {
    std::optional<double> warning;
    std::optional<double> critical;
};

struct HealthCheck {
    // server: pitstop.observe(code) tells. program: only the program can know (the connection, backups, its machine's disks).
    enum class Source { server, program };

    std::string_view code;   // "positions": as in settings, JSON and metrics
    std::string_view title;  // "newest position of each car"
    std::string_view unit;   // "s", "bytes", "ratio", or "" where things are counted
    bool low_is_bad = false;
    Thresholds thresholds;
    std::chrono::seconds every{0};
    std::chrono::milliseconds timeout{0};
    Source source = Source::server;
    std::string_view mend;  // the call that mends it, or where to look
};

// In the order in which people are shown them. The end is one beyond the last.
const HealthCheck *health_checks_begin() noexcept;
const HealthCheck *health_checks_end() noexcept;
const HealthCheck *find_health_check(std::string_view code) noexcept;

// What one look at one thing found. A check may look at several: cars, tables, disks.
struct Observation {
    std::string subject;                  // "car 2", "positions"; empty where there is but one
    std::optional<double> value;          // in the check's unit
    std::optional<HealthStatus> verdict;  // where no threshold decides: a car that is asleep, a version that is refused
    std::string note;                     // a sentence; nothing of where somebody was, no VIN, no text of a query
    std::vector<std::int64_t> examples;   // ids of a few that are meant
};

// The verdict where there is one; without a value unknown; else by the thresholds, which belong to the bad.
HealthStatus judge(const HealthCheck &check, const Thresholds &thresholds, const Observation &observation) noexcept;

}  // namespace pitstop
