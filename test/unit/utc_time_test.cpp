#include "core/utc_time.hpp"

#include <gtest/gtest.h>

#include "values.hpp"

namespace pitstop::test {

namespace {

using namespace std::chrono_literals;

}  // namespace

TEST(A_duration_in_minutes, is_none_just_under_half_a_minute)
{
    EXPECT_EQ(rounded_minutes(29'999'999us), 0);
}

TEST(A_duration_in_minutes, is_one_from_half_a_minute_on)
{
    EXPECT_EQ(rounded_minutes(30s), 1);
}

TEST(A_duration_in_minutes, is_one_just_under_a_minute_and_a_half)
{
    EXPECT_EQ(rounded_minutes(89'999'999us), 1);
}

TEST(A_duration_in_minutes, is_two_from_a_minute_and_a_half_on)
{
    EXPECT_EQ(rounded_minutes(90s), 2);
}

TEST(A_duration_in_minutes, is_three_from_two_and_a_half_on)
{
    EXPECT_EQ(rounded_minutes(150s), 3);
}

TEST(A_duration_in_minutes, rounds_minus_half_away_from_zero)
{
    EXPECT_EQ(rounded_minutes(-30s), -1);
}

TEST(A_duration_in_minutes, rounds_just_above_minus_half_to_zero)
{
    EXPECT_EQ(rounded_minutes(-29'999'999us), 0);
}

TEST(A_duration_in_minutes, rounds_minus_two_and_a_half_away_from_zero)
{
    EXPECT_EQ(rounded_minutes(-150s), -3);
}

TEST(A_duration_in_minutes, is_exact_over_centuries)
{
    EXPECT_EQ(rounded_minutes(2'000'000h + 29'999'999us), 120'000'000);
}

TEST(A_moment, is_finite)
{
    EXPECT_TRUE(after(0).is_finite());
}

TEST(A_moment, is_not_finite_at_infinity)
{
    EXPECT_FALSE(infinity.is_finite());
}

TEST(A_moment, is_not_finite_at_minus_infinity)
{
    EXPECT_FALSE(minus_infinity.is_finite());
}

TEST(A_moment, is_before_a_later_one)
{
    EXPECT_TRUE(after(0) < after(1) && after(1) > after(0));
}

TEST(A_moment, is_not_before_itself)
{
    EXPECT_TRUE(after(1) <= after(1) && after(1) >= after(1) && !(after(1) < after(1)));
}

TEST(A_moment, can_be_moved_back)
{
    EXPECT_EQ(after(60) - 60s, after(0));
}

TEST(A_moment, can_be_moved_on)
{
    EXPECT_EQ(after(0) + 60s, after(60));
}

TEST(A_moment, can_be_moved_on_by_less_than_nothing)
{
    EXPECT_EQ(after(60) + -60s, after(0));
}

TEST(A_moment, cannot_be_moved_beyond_the_end_of_time)
{
    EXPECT_EQ(UtcTime{infinity.microseconds - 1} + 1h, infinity);
}

TEST(A_moment, cannot_be_moved_on_to_before_the_beginning_of_time)
{
    EXPECT_EQ(UtcTime{minus_infinity.microseconds + 1} + -1h, minus_infinity);
}

TEST(A_moment, cannot_be_moved_back_beyond_the_beginning_of_time)
{
    EXPECT_EQ(UtcTime{minus_infinity.microseconds + 1} - 1h, minus_infinity);
}

TEST(A_moment, cannot_be_moved_back_to_after_the_end_of_time)
{
    EXPECT_EQ(UtcTime{infinity.microseconds - 1} - -1h, infinity);
}

TEST(A_moment, lies_a_span_after_an_earlier_one)
{
    EXPECT_EQ(after(1.5) - after(0), 1'500'000us);
}

TEST(A_moment, lies_the_longest_span_after_one_that_is_farther_away)
{
    EXPECT_EQ(infinity - minus_infinity, std::chrono::microseconds::max());
}

TEST(A_moment, lies_the_longest_span_before_one_that_is_farther_away)
{
    EXPECT_EQ(minus_infinity - infinity, std::chrono::microseconds::min());
}

}  // namespace pitstop::test
