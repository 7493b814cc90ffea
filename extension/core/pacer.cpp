#include "core/pacer.hpp"

#include <algorithm>

namespace pitstop {

namespace {

constexpr std::int64_t microseconds_per_day = 86'400'000'000;
constexpr std::chrono::hours longest_ordered_pause{24};
constexpr std::int64_t most_requests = 1'000'000'000;  // in a day, more than any limit
constexpr double longer_by = 0.2;                      // of the interval
constexpr double jitter_by = 0.25;                     // of a pause, up or down

// Since midnight, UTC.
std::chrono::microseconds time_of_day(UtcTime moment) noexcept
{
    const std::int64_t rest = moment.microseconds % microseconds_per_day;
    return std::chrono::microseconds{rest < 0 ? rest + microseconds_per_day : rest};
}

std::int64_t day_of(UtcTime moment) noexcept
{
    const std::int64_t day = moment.microseconds / microseconds_per_day;
    return moment.microseconds % microseconds_per_day < 0 ? day - 1 : day;
}

// No pause is longer than a day: one that seems to be was ordered before the clock went back.
UtcTime end_of_pause(UtcTime next, UtcTime now) noexcept
{
    return next - now > longest_ordered_pause ? now : next;
}

std::chrono::microseconds times(std::chrono::microseconds span, double factor) noexcept
{
    return std::chrono::microseconds{static_cast<std::int64_t>(static_cast<double>(span.count()) * factor)};
}

}  // namespace

UtcTime Pacer::next_start(const Pace &pace, UtcTime now) const noexcept
{
    const UtcTime tomorrow = now + (std::chrono::microseconds{microseconds_per_day} - time_of_day(now));
    return std::max({now, end_of_pause(memory_.next, now), daily_limit_reached(pace, now) ? tomorrow : now});
}

bool Pacer::daily_limit_reached(const Pace &pace, UtcTime now) const noexcept
{
    return pace.daily_limit > 0 && memory_.day == day_of(now) && memory_.requests_today >= pace.daily_limit;
}

void Pacer::on_request(const Pace &pace, UtcTime now, double random) noexcept
{
    if (memory_.day != day_of(now)) {
        memory_.day = day_of(now);
        memory_.requests_today = 0;
    }
    ++memory_.requests_today;
    memory_.next = std::max(end_of_pause(memory_.next, now), now + times(pace.interval, 1 + longer_by * random));
}

void Pacer::on_success() noexcept
{
    memory_.failures = 0;
}

void Pacer::on_failure(UtcTime now, std::optional<std::chrono::seconds> retry_after, double random) noexcept
{
    std::chrono::microseconds pause = first_pause;
    for (std::int64_t i = 0; i < memory_.failures && pause < longest_pause; ++i)
        pause *= 2;
    pause = times(std::min<std::chrono::microseconds>(pause, longest_pause), 1 - jitter_by + 2 * jitter_by * random);
    if (retry_after)
        pause = std::clamp<std::chrono::seconds>(*retry_after, std::chrono::seconds{0}, longest_ordered_pause);
    ++memory_.failures;
    memory_.next = std::max(end_of_pause(memory_.next, now), now + pause);
}

void Pacer::restore(const Memory &memory, UtcTime now) noexcept
{
    memory_ = memory;
    memory_.next = std::min(memory.next, now + longest_ordered_pause);
    memory_.failures = std::clamp<std::int64_t>(memory.failures, 0, 1000);
    memory_.requests_today = std::clamp<std::int64_t>(memory.requests_today, 0, most_requests);
    if (memory.day > day_of(now))
        memory_.day = day_of(now);
}

void Pacer::reset() noexcept
{
    memory_.next = UtcTime();
    memory_.failures = 0;
}

}  // namespace pitstop
