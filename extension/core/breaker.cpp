#include "core/breaker.hpp"

#include <algorithm>

namespace pitstop {

Breaker::State Breaker::state(UtcTime now) const noexcept
{
    if (!open_)
        return State::closed;
    // It was opened just now, whatever a clock says that was set back a little; one that was set back far says nothing.
    const std::chrono::microseconds ago = now - opened_at_;
    return ago >= -window && ago < open_for ? State::open : State::half_open;
}

bool Breaker::allows(UtcTime now) const noexcept
{
    switch (state(now)) {
    case State::closed: return true;
    case State::open: return false;
    case State::half_open: return !probing_;
    }
    return false;
}

UtcTime Breaker::next_attempt(UtcTime now) const noexcept
{
    return state(now) == State::open ? opened_at_ + open_for : now;
}

void Breaker::on_request(UtcTime now) noexcept
{
    probing_ = state(now) == State::half_open;
}

// While closed, what failed before still counts: a geocoder that fails every other time is no healthy one.
void Breaker::on_success(UtcTime) noexcept
{
    if (probing_)
        reset();
}

void Breaker::on_failure(UtcTime now)
{
    if (probing_) {
        probing_ = false;
        opened_at_ = now;
        return;
    }
    if (open_)
        return;  // of a request that had started before it opened
    // A clock that was set back makes none of them undone.
    for (UtcTime &failure : failures_)
        failure = std::min(failure, now);
    failures_.erase(
        std::remove_if(failures_.begin(), failures_.end(), [now](UtcTime failure) { return now - failure > window; }),
        failures_.end());
    failures_.push_back(now);
    if (failures_.size() <= tolerated_failures)
        return;
    failures_.clear();
    open_ = true;
    opened_at_ = now;
}

void Breaker::on_cancelled() noexcept
{
    probing_ = false;
}

void Breaker::reset() noexcept
{
    failures_.clear();
    open_ = false;
    probing_ = false;
    opened_at_ = UtcTime();
}

void Breaker::restore(std::vector<UtcTime> failures, bool open, UtcTime opened_at, UtcTime now)
{
    reset();
    std::sort(failures.begin(), failures.end());
    if (failures.size() > tolerated_failures)
        failures.erase(failures.begin(), failures.end() - static_cast<std::ptrdiff_t>(tolerated_failures));
    for (const UtcTime failure : failures)
        failures_.push_back(std::min(failure, now));
    open_ = open;
    if (open)
        opened_at_ = std::min(opened_at, now);
}

const char *name_of(Breaker::State state) noexcept
{
    switch (state) {
    case Breaker::State::closed: return "closed";
    case Breaker::State::open: return "open";
    case Breaker::State::half_open: return "half open";
    }
    return "closed";
}

}  // namespace pitstop
