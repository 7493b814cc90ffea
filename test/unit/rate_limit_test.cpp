#include "tool/core/rate_limit.hpp"

#include <gtest/gtest.h>

namespace pitstop::tool::test {

namespace {

using namespace std::chrono_literals;

const RateLimit::Time start{1000s};

// How many of so many tries at that moment come through.
int passed(RateLimit &limit, int tries, RateLimit::Time at, std::string_view who = "a")
{
    int count = 0;
    for (int i = 0; i < tries; ++i)
        if (limit.take(who, at) == 0s)
            ++count;
    return count;
}

}  // namespace

TEST(A_rate_limit, lets_a_burst_pass)
{
    RateLimit limit(1, 3, 10);
    EXPECT_EQ(passed(limit, 5, start), 3);
}

TEST(A_rate_limit, lets_so_many_pass_in_the_long_run)
{
    RateLimit limit(2, 3, 10);
    passed(limit, 5, start);
    EXPECT_EQ(passed(limit, 5, start + 499ms), 0);
    EXPECT_EQ(passed(limit, 5, start + 500ms), 1);
    EXPECT_EQ(passed(limit, 5, start + 1500ms), 2);
}

TEST(A_rate_limit, saves_no_more_than_a_burst)
{
    RateLimit limit(1, 3, 10);
    passed(limit, 5, start);
    EXPECT_EQ(passed(limit, 5, start + 24h), 3);
}

TEST(A_rate_limit, is_not_reset_by_trying)
{
    RateLimit limit(1, 1, 10);
    passed(limit, 1, start);
    for (auto at = start + 100ms; at < start + 1s; at += 100ms)
        EXPECT_NE(limit.take("a", at), 0s);
    EXPECT_EQ(limit.take("a", start + 1001ms), 0s);
}

TEST(A_rate_limit, says_in_whole_seconds_when_to_come_again)
{
    RateLimit limit(0.1, 1, 10);
    EXPECT_EQ(limit.take("a", start), 0s);
    EXPECT_EQ(limit.take("a", start), 10s);
    EXPECT_EQ(limit.take("a", start + 2500ms), 8s);  // 7.5
    RateLimit fast(100, 1, 10);
    fast.take("a", start);
    EXPECT_EQ(fast.take("a", start), 1s);
    RateLimit slow(1e-300, 1, 10);
    slow.take("a", start);
    EXPECT_EQ(slow.take("a", start), 24h);
}

TEST(A_rate_limit, is_one_for_each)
{
    RateLimit limit(1, 2, 10);
    EXPECT_EQ(passed(limit, 5, start, "a"), 2);
    EXPECT_EQ(passed(limit, 5, start, "b"), 2);
}

TEST(A_rate_limit, gives_nothing_for_a_clock_that_goes_back)
{
    RateLimit limit(1, 1, 10);
    EXPECT_EQ(passed(limit, 5, start), 1);
    EXPECT_EQ(passed(limit, 5, start - 1h), 0);
    EXPECT_EQ(passed(limit, 5, start), 0);
    EXPECT_EQ(passed(limit, 5, start + 1s), 1);
}

TEST(A_rate_limit, remembers_no_more_than_it_may)
{
    RateLimit limit(1, 1, 100);
    for (int i = 0; i < 1000; ++i)
        limit.take(std::to_string(i), start);
    EXPECT_EQ(limit.remembered(), 100u);
}

TEST(A_rate_limit, forgets_who_has_not_come_for_the_longest_time)
{
    RateLimit limit(1, 1, 2);
    limit.take("a", start);
    limit.take("b", start);
    limit.take("a", start);
    limit.take("c", start);
    EXPECT_NE(limit.take("a", start), 0s);
    EXPECT_EQ(limit.take("b", start), 0s);
}

}  // namespace pitstop::tool::test
