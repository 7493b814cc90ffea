// Keeps the last answer of each check, and since when it is what it is. Pure: the clock is an argument. All is counted on the
// steady clock; dates are told as the clock of the newest call would have shown them. So after a clock was set, all dates move
// along once, ages stay what they are, and no date lies in the future.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tool/core/health_report.hpp"
#include "tool/core/instant.hpp"

namespace pitstop::tool {

struct HealthPlan {
    std::map<std::string, Thresholds> thresholds;  // that differ from the catalogue's, by code
    std::vector<std::string> disabled;             // codes of checks that are switched off
};

class HealthBoard {
public:
    HealthBoard(HealthPlan plan, Instant started_at);

    // The checks that are on, in the catalogue's order.
    const std::vector<const HealthCheck *> &checks() const noexcept { return checks_; }

    // What is noted of a check that is off goes nowhere. No observation at all is ok: nothing is there that could be bad.
    void note(std::string_view code, std::vector<Observation> observations, Instant at);
    // A look that failed. What was seen last stays, with the error; as soon as that is older than stale_after() tells, or there
    // was none, the check is unknown; "connection" is critical at once. The hint says what can be done about the error.
    void note_failure(std::string_view code, std::string error, Instant at, std::string hint = {});

    // Takes another plan, and judges by it what was seen last; a check that is new is unknown.
    void change_plan(HealthPlan plan, Instant now);

    // Status and since of each as of `now`: what nobody has looked at for too long is unknown from then on, also when nothing
    // was noted (a probe that hangs). Observations are unknown as well then. Its database and version are the caller's to say.
    HealthReport report(Instant now) const;

    static std::int64_t stale_after_seconds(const HealthCheck &check) noexcept;  // three rounds and a minute

private:
    using Steady = std::chrono::seconds;

    // A status, and from when on it is that.
    struct Standing {
        HealthStatus status = HealthStatus::unknown;
        Steady since{0};
    };
    struct Entry {
        const HealthCheck *check = nullptr;
        Thresholds thresholds;
        Standing standing;  // as of the last look
        std::optional<Steady> observed_at;
        Steady fresh_until{0};  // unknown from then on
        std::string error;
        std::string hint;
        std::vector<JudgedObservation> observations;
    };

    static Standing standing_at(const Entry &entry, Steady at) noexcept;
    static void change(Entry &entry, HealthStatus status, Steady at) noexcept;
    static HealthStatus judge_all(Entry &entry);

    void take_plan(Steady now);
    Entry *find(std::string_view code);
    HealthStatus worst_at(Steady at) const noexcept;
    Standing overall_at(Steady at) const;
    void settle(const Instant &now);
    std::int64_t beginning_s(const Instant &now) const noexcept;
    CheckReport report_of(const Entry &entry, const Instant &now) const;
    Moment date_of(Steady at, const Instant &now) const noexcept;

    HealthPlan plan_;
    std::vector<const HealthCheck *> checks_;
    std::vector<Entry> entries_;    // in the order of checks_
    std::int64_t beginning_s_ = 0;  // the steady clock's zero as a date
    Standing overall_;              // as of settled_until_
    Steady settled_until_{0};
};

}  // namespace pitstop::tool
