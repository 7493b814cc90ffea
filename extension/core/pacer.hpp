// When the next request to one geocoder may start: the interval with jitter, a daily limit, and pauses that a geocoder
// asked for or that grow from failure to failure. The clock and the randomness are arguments.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/utc_time.hpp"

namespace pitstop {

struct Pace {
    std::chrono::milliseconds interval{2'000};  // between the starts of two requests; 0: no pause
    std::int64_t daily_limit = 0;               // requests per UTC day; 0: no limit
};

class Pacer {
public:
    static constexpr std::chrono::seconds first_pause{5};
    static constexpr std::chrono::minutes longest_pause{30};

    // The moment from which a request may start; `now` when it may start at once.
    UtcTime next_start(const Pace &pace, UtcTime now) const noexcept;
    bool allows(const Pace &pace, UtcTime now) const noexcept { return !(now < next_start(pace, now)); }
    bool daily_limit_reached(const Pace &pace, UtcTime now) const noexcept;

    // `random` is in [0, 1). The interval gets up to a fifth longer by it, never shorter.
    void on_request(const Pace &pace, UtcTime now, double random) noexcept;
    void on_success() noexcept;
    // A pause until `now` + retry_after where the geocoder said so, else one that doubles from failure to failure, from
    // first_pause to longest_pause, each with jitter of a quarter up or down.
    void on_failure(UtcTime now, std::optional<std::chrono::seconds> retry_after, double random) noexcept;

    // All of it, for the state that survives a restart. A clock that went back does not stop the pacer for longer than
    // one day, the longest that Retry-After is honoured: restore() clamps, and a running pacer forgets such a pause.
    struct Memory {
        UtcTime next;          // no request before this
        std::int64_t day = 0;  // days since 2000-01-01 of the count below
        std::int64_t requests_today = 0;
        std::int64_t failures = 0;  // in a row
    };
    const Memory &memory() const noexcept { return memory_; }
    void restore(const Memory &memory, UtcTime now) noexcept;
    // Forgets pauses and failures; the day's count stays, for the geocoder's operator counts too.
    void reset() noexcept;

private:
    Memory memory_;
};

}  // namespace pitstop
