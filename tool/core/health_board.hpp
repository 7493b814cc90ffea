// Keeps the last answer of each check, and since when it is what it is. Pure: the clock is an argument.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tool/core/health_report.hpp"

namespace pitstop::tool {

struct HealthPlan {
    std::map<std::string, Thresholds> thresholds;  // that differ from the catalogue's, by code
    std::vector<std::string> disabled;             // codes of checks that are switched off
};

class HealthBoard {
public:
    HealthBoard(HealthPlan plan, Moment started_at);

    // The checks that are on, in the catalogue's order.
    const std::vector<const HealthCheck *> &checks() const noexcept { return checks_; }

    void note(std::string_view code, std::vector<Observation> observations, Moment at);
    // A look that failed. What was seen last stays, with the error; as soon as that is older than stale_after() tells, or there
    // was none, the check is unknown; "connection" is critical at once.
    void note_failure(std::string_view code, std::string error, Moment at);

    // Status and since of each as of `now`: what nobody has looked at for too long is unknown from then on, also when nothing
    // was noted (a probe that hangs).
    HealthReport report(Moment now) const;

    static std::int64_t stale_after_seconds(const HealthCheck &check) noexcept;  // three rounds and a minute

private:
    struct Entry {
        CheckReport last;
        Moment first_missed;
    };
    HealthPlan plan_;
    Moment started_at_;
    std::vector<const HealthCheck *> checks_;
    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace pitstop::tool
