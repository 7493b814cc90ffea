// Looks at everything again and again, each check in a thread of its own: none can hold up another, nor who asks for the report,
// whatever hangs: a server, a name server, a file system.
#pragma once

#include <chrono>
#include <memory>

#include "health_look.hpp"
#include "tool/core/health_board.hpp"

namespace pitstop::tool {

class HealthWatch {
public:
    enum class Mode { once, for_good };

    HealthWatch(HealthTarget target, HealthPlan plan, Mode mode);
    // Until then nothing is looked at. Once.
    void begin();
    ~HealthWatch();
    HealthWatch(const HealthWatch &) = delete;
    HealthWatch &operator=(const HealthWatch &) = delete;

    // From now on other thresholds, other checks: each is looked at anew.
    void change_plan(HealthPlan plan);

    HealthReport report() const;
    // Whether each check has been looked at, well or not; waits for that at most so long.
    bool wait_until_complete(std::chrono::milliseconds at_most) const;

    // Wakes the threads and gives them a moment to end. False when one hangs: it is left behind, and ends with the process.
    bool stop();

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

}  // namespace pitstop::tool
