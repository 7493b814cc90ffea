// A moment as TeslaMate stores it: a timestamp without zone that means UTC, in microseconds.
// The clock itself is not here: now comes in as an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace pitstop {

// Microseconds since 2000-01-01 00:00, PostgreSQL's own epoch, so that nothing is converted on the way.
struct UtcTime {
    std::int64_t microseconds = 0;

    // PostgreSQL's 'infinity' and '-infinity'.
    bool is_finite() const noexcept
    {
        return microseconds != std::numeric_limits<std::int64_t>::max() &&
               microseconds != std::numeric_limits<std::int64_t>::min();
    }

    friend bool operator==(UtcTime a, UtcTime b) noexcept { return a.microseconds == b.microseconds; }
    friend bool operator!=(UtcTime a, UtcTime b) noexcept { return a.microseconds != b.microseconds; }
    friend bool operator<(UtcTime a, UtcTime b) noexcept { return a.microseconds < b.microseconds; }
    friend bool operator>(UtcTime a, UtcTime b) noexcept { return b < a; }
    friend bool operator<=(UtcTime a, UtcTime b) noexcept { return !(b < a); }
    friend bool operator>=(UtcTime a, UtcTime b) noexcept { return !(a < b); }
};

// PostgreSQL's calendar is longer than 64 bits of microseconds: a longer span becomes the longest.
inline std::chrono::microseconds operator-(UtcTime later, UtcTime earlier) noexcept
{
    std::int64_t span = 0;
    if (__builtin_sub_overflow(later.microseconds, earlier.microseconds, &span))
        return later < earlier ? std::chrono::microseconds::min() : std::chrono::microseconds::max();
    return std::chrono::microseconds{span};
}

// Beyond the calendar: its last moment, or its first.
inline UtcTime operator-(UtcTime moment, std::chrono::microseconds span) noexcept
{
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(moment.microseconds, span.count(), &difference))
        return UtcTime{span.count() > 0 ? std::numeric_limits<std::int64_t>::min()
                                        : std::numeric_limits<std::int64_t>::max()};
    return UtcTime{difference};
}

inline UtcTime operator+(UtcTime moment, std::chrono::microseconds span) noexcept
{
    std::int64_t sum = 0;
    if (__builtin_add_overflow(moment.microseconds, span.count(), &sum))
        return UtcTime{span.count() < 0 ? std::numeric_limits<std::int64_t>::min()
                                        : std::numeric_limits<std::int64_t>::max()};
    return UtcTime{sum};
}

// Whole minutes, half away from zero: what TeslaMate's round(extract(epoch FROM …) / 60)::integer gives.
inline std::int64_t rounded_minutes(std::chrono::microseconds span) noexcept
{
    constexpr std::int64_t minute = 60'000'000;
    const std::int64_t whole = span.count() / minute;
    const std::int64_t rest = span.count() % minute;
    if (rest >= minute / 2)
        return whole + 1;
    return rest <= -minute / 2 ? whole - 1 : whole;
}

}  // namespace pitstop
