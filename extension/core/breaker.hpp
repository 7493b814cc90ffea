// The circuit breaker of one geocoder: five failures within three minutes are tolerated, the sixth opens it for fifteen
// minutes; then one probe decides. As TeslaMate guards its geocoder, but for the probe. The clock is an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "core/utc_time.hpp"

namespace pitstop {

class Breaker {
public:
    static constexpr std::size_t tolerated_failures = 5;
    static constexpr std::chrono::minutes window{3};
    static constexpr std::chrono::minutes open_for{15};

    enum class State { closed, open, half_open };

    State state(UtcTime now) const noexcept;
    // Whether a request may start: always while closed, never while open, one at a time while half open.
    bool allows(UtcTime now) const noexcept;
    // The moment from which allows() can be true again, for whoever waits; `now` when it is.
    UtcTime next_attempt(UtcTime now) const noexcept;

    // A request starts; it must be followed by one of the three below.
    void on_request(UtcTime now) noexcept;
    void on_success(UtcTime now) noexcept;  // any sensible answer, "no such place" too
    void on_failure(UtcTime now);
    void on_cancelled() noexcept;  // given up by us, which says nothing about the geocoder

    void reset() noexcept;

    // For the state that survives a restart. A clock that went back does not keep it open for longer than open_for and
    // the window together: restore() clamps to `now`, and state() becomes half open.
    const std::vector<UtcTime> &failures() const noexcept { return failures_; }
    UtcTime opened_at() const noexcept { return opened_at_; }
    bool is_open() const noexcept { return open_; }
    void restore(std::vector<UtcTime> failures, bool open, UtcTime opened_at, UtcTime now);

private:
    std::vector<UtcTime> failures_;  // within the window, oldest first; never more than tolerated_failures + 1
    bool open_ = false;
    bool probing_ = false;
    UtcTime opened_at_;
};

const char *name_of(Breaker::State state) noexcept;  // closed, open, half open

}  // namespace pitstop
