#include "core/pacer.hpp"

#include <gtest/gtest.h>

#include "values.hpp"

namespace pitstop::test {

namespace {

using namespace std::chrono_literals;

constexpr double no_jitter = 0.5;  // of a pause: it is made neither shorter nor longer
constexpr double almost_one = 0.9999999;

const UtcTime now = after(0);
const UtcTime midnight{8855 * std::int64_t{86'400'000'000}};  // the next one after `now`

const Pace every_two_seconds{2s, 0};
const Pace no_pause{0s, 0};

Pace at_most(std::int64_t daily_limit)
{
    return {0s, daily_limit};
}

Pacer asked(int times, UtcTime moment = now)
{
    Pacer pacer;
    for (int i = 0; i < times; ++i)
        pacer.on_request(no_pause, moment, 0);
    return pacer;
}

// How long the pause is after so many failures in a row.
std::chrono::microseconds pause_after(int failures, double random = no_jitter)
{
    Pacer pacer;
    for (int i = 1; i < failures; ++i)
        pacer.on_failure(now - 24h, std::nullopt, random);
    pacer.on_failure(now, std::nullopt, random);
    return pacer.next_start(no_pause, now) - now;
}

std::chrono::microseconds pause_ordered(std::chrono::seconds retry_after)
{
    Pacer pacer;
    pacer.on_failure(now, retry_after, no_jitter);
    return pacer.next_start(no_pause, now) - now;
}

Pacer restored(const Pacer::Memory &memory)
{
    Pacer pacer;
    pacer.restore(memory, now);
    return pacer;
}

}  // namespace

TEST(A_pacer, allows_the_first_request_at_once)
{
    EXPECT_TRUE(Pacer().allows(every_two_seconds, now));
}

TEST(A_pacer, makes_the_next_request_wait_for_the_interval)
{
    Pacer pacer;
    pacer.on_request(every_two_seconds, now, 0);
    EXPECT_EQ(pacer.next_start(every_two_seconds, now), now + 2s);
    EXPECT_FALSE(pacer.allows(every_two_seconds, now + 2s - 1us));
    EXPECT_TRUE(pacer.allows(every_two_seconds, now + 2s));
}

TEST(A_pacer, makes_the_interval_longer_by_less_than_a_fifth)
{
    Pacer pacer;
    pacer.on_request(every_two_seconds, now, almost_one);
    EXPECT_GT(pacer.next_start(every_two_seconds, now), now + 2399ms);
    EXPECT_LE(pacer.next_start(every_two_seconds, now), now + 2400ms);
}

TEST(A_pacer, makes_nothing_wait_without_an_interval)
{
    EXPECT_TRUE(asked(1).allows(no_pause, now));
}

TEST(A_pacer, names_no_moment_that_is_over)
{
    EXPECT_EQ(asked(1).next_start(every_two_seconds, now + 1h), now + 1h);
}

TEST(A_daily_limit, allows_as_many_requests)
{
    EXPECT_TRUE(asked(2).allows(at_most(3), now));
}

TEST(A_daily_limit, allows_no_more_until_midnight)
{
    EXPECT_EQ(asked(3).next_start(at_most(3), now), midnight);
    EXPECT_FALSE(asked(3).allows(at_most(3), midnight - 1us));
}

TEST(A_daily_limit, allows_more_from_midnight_on)
{
    EXPECT_TRUE(asked(3).allows(at_most(3), midnight));
}

TEST(A_daily_limit, counts_from_midnight_on)
{
    Pacer pacer = asked(3);
    pacer.on_request(no_pause, midnight, 0);
    EXPECT_EQ(pacer.memory().requests_today, 1);
}

TEST(A_daily_limit, is_none_when_it_is_0)
{
    EXPECT_TRUE(asked(1000).allows(at_most(0), now));
}

TEST(A_daily_limit, ends_at_midnight_before_2000_too)
{
    const UtcTime last_noon_of_1999{-43'200'000'000};
    EXPECT_EQ(asked(3, last_noon_of_1999).next_start(at_most(3), last_noon_of_1999), UtcTime());
}

TEST(A_daily_limit, is_not_reached_when_the_clock_goes_back_to_the_day_before)
{
    EXPECT_FALSE(asked(3, midnight).daily_limit_reached(at_most(3), midnight - 1us));
}

TEST(A_pause, is_five_seconds_after_a_failure)
{
    EXPECT_EQ(pause_after(1), 5s);
}

TEST(A_pause, doubles_from_failure_to_failure)
{
    EXPECT_EQ(pause_after(2), 10s);
    EXPECT_EQ(pause_after(3), 20s);
    EXPECT_EQ(pause_after(9), 1280s);
}

TEST(A_pause, is_half_an_hour_at_most)
{
    EXPECT_EQ(pause_after(10), 30min);
    EXPECT_EQ(pause_after(5000), 30min);
}

TEST(A_pause, is_a_quarter_shorter_by_chance)
{
    EXPECT_EQ(pause_after(2, 0), 7500ms);
}

TEST(A_pause, is_a_quarter_longer_by_chance)
{
    EXPECT_LE(pause_after(2, almost_one), 12500ms);
    EXPECT_GT(pause_after(2, almost_one), 12499ms);
}

TEST(A_pause, is_short_again_after_a_success)
{
    Pacer pacer;
    for (int i = 0; i < 5; ++i)
        pacer.on_failure(now - 24h, std::nullopt, no_jitter);
    pacer.on_success();
    pacer.on_failure(now, std::nullopt, no_jitter);
    EXPECT_EQ(pacer.next_start(no_pause, now), now + 5s);
}

TEST(A_pause, is_not_cut_short_by_a_success)
{
    Pacer pacer;
    pacer.on_failure(now, 60s, no_jitter);
    pacer.on_success();
    EXPECT_EQ(pacer.next_start(no_pause, now), now + 60s);
}

TEST(A_pause, is_not_cut_short_by_another_failure)
{
    Pacer pacer;
    pacer.on_failure(now, 60s, no_jitter);
    pacer.on_failure(now, 1s, no_jitter);
    EXPECT_EQ(pacer.next_start(no_pause, now), now + 60s);
}

TEST(A_pause, is_as_long_as_the_geocoder_orders)
{
    EXPECT_EQ(pause_ordered(90s), 90s);
}

TEST(A_pause, is_a_day_at_most_when_the_geocoder_orders_more)
{
    EXPECT_EQ(pause_ordered(48h), 24h);
    EXPECT_EQ(pause_ordered(std::chrono::seconds::max()), 24h);
}

TEST(A_pause, is_never_negative)
{
    EXPECT_EQ(pause_ordered(std::chrono::seconds::min()), 0s);
}

TEST(A_pause, is_forgotten_by_a_reset)
{
    Pacer pacer;
    pacer.on_failure(now, 1h, no_jitter);
    pacer.reset();
    EXPECT_TRUE(pacer.allows(no_pause, now));
}

TEST(A_reset, makes_the_next_pause_short)
{
    Pacer pacer;
    pacer.on_failure(now, std::nullopt, no_jitter);
    pacer.reset();
    pacer.on_failure(now, std::nullopt, no_jitter);
    EXPECT_EQ(pacer.next_start(no_pause, now), now + 5s);
}

TEST(A_reset, keeps_the_count_of_the_day)
{
    Pacer pacer = asked(3);
    pacer.reset();
    EXPECT_FALSE(pacer.allows(at_most(3), now));
}

TEST(A_clock_that_went_back, by_less_than_a_day_leaves_a_pause)
{
    Pacer pacer;
    pacer.on_failure(now, 1h, no_jitter);
    EXPECT_EQ(pacer.next_start(no_pause, now - 1h), now + 1h);
}

TEST(A_clock_that_went_back, by_more_than_a_day_ends_a_pause)
{
    EXPECT_TRUE(asked(1).allows(no_pause, now - 24h * 365));
}

TEST(A_clock_that_went_back, by_more_than_a_day_leaves_the_interval)
{
    Pacer pacer = asked(1);
    pacer.on_request(every_two_seconds, now - 48h, 0);
    EXPECT_EQ(pacer.next_start(every_two_seconds, now - 48h), now - 48h + 2s);
}

TEST(A_clock_that_went_back, by_more_than_a_day_leaves_the_pause_after_a_failure)
{
    Pacer pacer = asked(1);
    pacer.on_failure(now - 48h, std::nullopt, no_jitter);
    EXPECT_EQ(pacer.next_start(no_pause, now - 48h), now - 48h + 5s);
}

TEST(A_clock_that_went_forward, ends_a_pause)
{
    Pacer pacer;
    pacer.on_failure(now, 1h, no_jitter);
    EXPECT_TRUE(pacer.allows(no_pause, now + 24h * 365));
}

TEST(The_end_of_time, is_no_reason_to_overflow)
{
    for (const UtcTime end : {minus_infinity, infinity}) {
        Pacer pacer;
        pacer.on_request(at_most(1), end, almost_one);
        pacer.on_failure(end, 24h, almost_one);
        EXPECT_GE(pacer.next_start(at_most(1), end), end);
    }
}

TEST(A_restored_pacer, remembers_pause_count_and_failures)
{
    Pacer pacer = asked(3);
    pacer.on_failure(now, std::nullopt, no_jitter);
    Pacer again = restored(pacer.memory());
    EXPECT_EQ(again.next_start(no_pause, now), now + 5s);
    EXPECT_TRUE(again.daily_limit_reached(at_most(3), now));
    again.on_failure(now, std::nullopt, no_jitter);
    EXPECT_EQ(again.next_start(no_pause, now), now + 10s);
}

TEST(A_restored_pacer, pauses_for_a_day_at_most)
{
    Pacer::Memory memory;
    memory.next = infinity;
    EXPECT_EQ(restored(memory).next_start(no_pause, now), now + 24h);
}

TEST(A_restored_pacer, counts_for_today_what_was_counted_for_a_day_to_come)
{
    Pacer::Memory memory;
    memory.day = std::numeric_limits<std::int64_t>::max();
    memory.requests_today = 3;
    EXPECT_EQ(restored(memory).next_start(at_most(3), now), midnight);
}

TEST(A_restored_pacer, goes_on_counting_from_any_number)
{
    Pacer::Memory memory;
    memory.day = 8854;
    memory.requests_today = std::numeric_limits<std::int64_t>::max();
    memory.failures = std::numeric_limits<std::int64_t>::max();
    Pacer pacer = restored(memory);
    pacer.on_request(no_pause, now, 0);
    pacer.on_failure(now, std::nullopt, no_jitter);
    EXPECT_TRUE(pacer.daily_limit_reached(at_most(100'000'000), now));
    EXPECT_EQ(pacer.next_start(no_pause, now), now + 30min);
}

TEST(A_restored_pacer, has_no_negative_counts)
{
    Pacer::Memory memory;
    memory.day = 8854;
    memory.requests_today = -5;
    memory.failures = -5;
    const Pacer pacer = restored(memory);
    EXPECT_EQ(pacer.memory().requests_today, 0);
    EXPECT_EQ(pacer.memory().failures, 0);
}

}  // namespace pitstop::test
