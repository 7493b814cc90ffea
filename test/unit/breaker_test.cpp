#include "core/breaker.hpp"

#include <gtest/gtest.h>

#include "values.hpp"

namespace pitstop {

inline void PrintTo(Breaker::State state, std::ostream *out)
{
    *out << name_of(state);
}

}  // namespace pitstop

namespace pitstop::test {

namespace {

using namespace std::chrono_literals;
using State = Breaker::State;

const UtcTime now = after(0);

void fail(Breaker &breaker, UtcTime moment)
{
    breaker.on_request(moment);
    breaker.on_failure(moment);
}

void succeed(Breaker &breaker, UtcTime moment)
{
    breaker.on_request(moment);
    breaker.on_success(moment);
}

// Failures one second apart, the last one at `last`.
Breaker failed(int times, UtcTime last = now)
{
    Breaker breaker;
    for (int i = times - 1; i >= 0; --i)
        fail(breaker, last - std::chrono::seconds{i});
    return breaker;
}

// Since `now`.
Breaker opened()
{
    return failed(6);
}

}  // namespace

TEST(A_breaker, is_closed_at_first)
{
    EXPECT_EQ(Breaker().state(now), State::closed);
}

TEST(A_breaker, tolerates_five_failures)
{
    EXPECT_EQ(failed(5).state(now), State::closed);
}

TEST(A_breaker, opens_at_the_sixth_failure)
{
    EXPECT_EQ(failed(6).state(now), State::open);
}

TEST(A_breaker, opens_at_the_sixth_failure_three_minutes_after_the_first)
{
    Breaker breaker;
    fail(breaker, now - 3min);
    for (int i = 0; i < 5; ++i)
        fail(breaker, now);
    EXPECT_EQ(breaker.state(now), State::open);
}

TEST(A_breaker, forgets_a_failure_after_more_than_three_minutes)
{
    Breaker breaker;
    fail(breaker, now - 3min - 1us);
    for (int i = 0; i < 5; ++i)
        fail(breaker, now);
    EXPECT_EQ(breaker.state(now), State::closed);
}

TEST(A_breaker, stays_closed_when_the_failures_are_rare)
{
    Breaker breaker;
    for (int i = 0; i < 100; ++i)
        fail(breaker, now + i * 37s);
    EXPECT_EQ(breaker.state(now + 99 * 37s), State::closed);
}

TEST(A_breaker, counts_failures_between_successes)
{
    Breaker breaker;
    for (int i = 0; i < 6; ++i) {
        succeed(breaker, now);
        fail(breaker, now);
    }
    EXPECT_EQ(breaker.state(now), State::open);
}

TEST(A_breaker, does_not_count_what_was_cancelled)
{
    Breaker breaker = failed(5);
    breaker.on_request(now);
    breaker.on_cancelled();
    EXPECT_EQ(breaker.state(now), State::closed);
}

TEST(A_closed_breaker, allows_requests_side_by_side)
{
    Breaker breaker;
    breaker.on_request(now);
    EXPECT_TRUE(breaker.allows(now));
}

TEST(A_closed_breaker, allows_the_next_request_now)
{
    EXPECT_EQ(failed(5).next_attempt(now), now);
}

TEST(An_open_breaker, allows_nothing)
{
    EXPECT_FALSE(opened().allows(now));
}

TEST(An_open_breaker, allows_nothing_just_before_fifteen_minutes_are_over)
{
    EXPECT_FALSE(opened().allows(now + 15min - 1us));
}

TEST(An_open_breaker, is_half_open_after_fifteen_minutes)
{
    EXPECT_EQ(opened().state(now + 15min), State::half_open);
}

TEST(An_open_breaker, tells_when_to_come_back)
{
    EXPECT_EQ(opened().next_attempt(now + 1min), now + 15min);
}

TEST(An_open_breaker, ignores_a_late_failure)
{
    Breaker breaker = opened();
    breaker.on_failure(now + 1min);
    EXPECT_EQ(breaker.next_attempt(now + 1min), now + 15min);
}

TEST(An_open_breaker, ignores_a_late_success)
{
    Breaker breaker = opened();
    breaker.on_success(now + 1min);
    EXPECT_EQ(breaker.state(now + 1min), State::open);
}

TEST(An_open_breaker, can_be_reset)
{
    Breaker breaker = opened();
    breaker.reset();
    EXPECT_EQ(breaker.state(now), State::closed);
}

TEST(A_half_open_breaker, allows_a_probe_now)
{
    EXPECT_TRUE(opened().allows(now + 15min));
    EXPECT_EQ(opened().next_attempt(now + 16min), now + 16min);
}

TEST(A_half_open_breaker, allows_one_probe_at_a_time)
{
    Breaker breaker = opened();
    breaker.on_request(now + 15min);
    EXPECT_FALSE(breaker.allows(now + 15min));
}

TEST(A_half_open_breaker, allows_another_probe_when_one_was_cancelled)
{
    Breaker breaker = opened();
    breaker.on_request(now + 15min);
    breaker.on_cancelled();
    EXPECT_TRUE(breaker.allows(now + 15min));
}

TEST(A_half_open_breaker, ignores_a_late_failure)
{
    Breaker breaker = opened();
    breaker.on_failure(now + 15min);
    EXPECT_TRUE(breaker.allows(now + 15min));
}

TEST(A_probe, that_succeeds_closes)
{
    Breaker breaker = opened();
    succeed(breaker, now + 15min);
    EXPECT_EQ(breaker.state(now + 15min), State::closed);
}

TEST(A_probe, that_succeeds_makes_the_failures_forgotten)
{
    Breaker breaker = opened();
    succeed(breaker, now + 15min);
    for (int i = 0; i < 5; ++i)
        fail(breaker, now + 15min);
    EXPECT_EQ(breaker.state(now + 15min), State::closed);
}

TEST(A_probe, that_fails_opens_for_another_fifteen_minutes)
{
    Breaker breaker = opened();
    breaker.on_request(now + 15min);
    breaker.on_failure(now + 16min);
    EXPECT_EQ(breaker.state(now + 31min - 1us), State::open);
    EXPECT_EQ(breaker.state(now + 31min), State::half_open);
}

TEST(A_probe, that_fails_may_be_followed_by_another)
{
    Breaker breaker = opened();
    fail(breaker, now + 15min);
    EXPECT_TRUE(breaker.allows(now + 30min));
}

TEST(A_clock_that_goes_back, does_not_undo_failures)
{
    Breaker breaker = failed(5);
    fail(breaker, now - 1s);
    EXPECT_EQ(breaker.state(now - 1s), State::open);
}

TEST(A_clock_that_goes_back, a_little_leaves_a_breaker_open)
{
    EXPECT_EQ(opened().state(now - 3min), State::open);
}

TEST(A_clock_that_goes_back, far_does_not_keep_a_breaker_open)
{
    EXPECT_EQ(opened().state(now - 24h), State::half_open);
}

TEST(A_clock_that_goes_back, during_a_probe_that_succeeds_leaves_it_closed)
{
    Breaker breaker = opened();
    breaker.on_request(now + 15min);
    breaker.on_success(now + 14min);
    EXPECT_EQ(breaker.state(now + 14min), State::closed);
}

TEST(A_clock_that_goes_back, during_a_probe_that_fails_does_not_prevent_the_next)
{
    Breaker breaker = opened();
    breaker.on_request(now + 15min);
    breaker.on_failure(now + 14min);
    EXPECT_FALSE(breaker.allows(now + 29min - 1us));
    EXPECT_TRUE(breaker.allows(now + 29min));
}

TEST(A_clock_that_goes_forward, makes_a_breaker_half_open)
{
    EXPECT_EQ(opened().state(now + 24h * 365), State::half_open);
}

TEST(A_clock_at_the_ends_of_time, opens_and_half_opens)
{
    for (const UtcTime end : {minus_infinity, infinity}) {
        Breaker breaker = failed(6, end);
        EXPECT_EQ(breaker.state(end), State::open);
        EXPECT_EQ(breaker.state(now), State::half_open);
    }
}

TEST(A_restored_breaker, remembers_its_failures)
{
    Breaker breaker;
    breaker.restore(failed(5).failures(), false, UtcTime(), now);
    fail(breaker, now);
    EXPECT_EQ(breaker.state(now), State::open);
}

TEST(A_restored_breaker, remembers_that_it_is_open)
{
    Breaker breaker;
    breaker.restore({}, true, now - 10min, now);
    EXPECT_EQ(breaker.next_attempt(now), now + 5min);
}

TEST(A_restored_breaker, allows_a_probe)
{
    Breaker breaker = opened();
    breaker.on_request(now + 15min);
    breaker.restore(breaker.failures(), breaker.is_open(), breaker.opened_at(), now + 15min);
    EXPECT_TRUE(breaker.allows(now + 15min));
}

TEST(A_restored_breaker, was_opened_now_at_the_latest)
{
    Breaker breaker;
    breaker.restore({}, true, infinity, now);
    EXPECT_EQ(breaker.opened_at(), now);
}

TEST(A_restored_breaker, has_failed_now_at_the_latest)
{
    Breaker breaker;
    breaker.restore({now + 24h}, false, UtcTime(), now);
    EXPECT_EQ(breaker.failures(), std::vector{now});
}

TEST(A_restored_breaker, keeps_the_five_newest_failures)
{
    Breaker breaker;
    breaker.restore({now, now - 1s, now - 2s, now - 3s, now - 4s, now - 5s}, false, UtcTime(), now);
    EXPECT_EQ(breaker.failures(), (std::vector{now - 4s, now - 3s, now - 2s, now - 1s, now}));
}

TEST(The_state_of_a_breaker, has_a_name)
{
    EXPECT_STREQ(name_of(State::closed), "closed");
    EXPECT_STREQ(name_of(State::open), "open");
    EXPECT_STREQ(name_of(State::half_open), "half open");
}

}  // namespace pitstop::test
