#include "core/geocoder_reply.hpp"

#include <gtest/gtest.h>

#include "values.hpp"

namespace pitstop::test {

namespace {

using namespace std::chrono_literals;

// Sunday, 1994-11-06 08:49:37, the moment of HTTP's examples; 1882 days before 2000.
constexpr std::int64_t example_s = -1882LL * 86400 + 8 * 3600 + 49 * 60 + 37;
constexpr std::int64_t day_s = 86400;

UtcTime at(std::int64_t seconds)
{
    return {seconds * 1'000'000};
}

std::optional<std::chrono::seconds> pause(std::string_view value, UtcTime now = at(example_s))
{
    return parse_retry_after(value, now);
}

// From the start of a day of the year 2000, so many seconds earlier.
std::optional<std::chrono::seconds> pause_before(std::int64_t day, std::string_view value)
{
    return parse_retry_after(value, at(day * day_s - 10));
}

constexpr std::optional<std::chrono::seconds> none;

}  // namespace

TEST(Retry_After, is_a_number_of_seconds)
{
    EXPECT_EQ(pause("120"), 120s);
}

TEST(Retry_After, may_have_leading_zeros)
{
    EXPECT_EQ(pause("0000000000000000000000060"), 60s);
}

TEST(Retry_After, is_a_day_at_most)
{
    EXPECT_EQ(pause("86400"), 86400s);
    EXPECT_EQ(pause("86401"), 86400s);
    EXPECT_EQ(pause("1000000000"), 86400s);
    EXPECT_EQ(pause("99999999999999999999999999999"), 86400s);
}

TEST(Retry_After, is_nothing_for_no_seconds)
{
    EXPECT_EQ(pause("0"), none);
    EXPECT_EQ(pause("000000000000"), none);
}

TEST(Retry_After, is_a_date)
{
    EXPECT_EQ(pause("Sun, 06 Nov 1994 08:50:37 GMT"), 60s);
}

TEST(Retry_After, is_a_date_as_of_RFC_850)
{
    EXPECT_EQ(pause("Sunday, 06-Nov-94 08:50:37 GMT", at(example_s)), none);
    EXPECT_EQ(pause_before(0, "Saturday, 01-Jan-00 00:00:20 GMT"), 30s);
}

TEST(Retry_After, is_a_date_as_of_asctime)
{
    EXPECT_EQ(pause("Sun Nov  6 08:50:37 1994"), 60s);
    EXPECT_EQ(pause("Wed Nov 16 08:49:38 1994", at(example_s + 10 * day_s)), 1s);
}

TEST(Retry_After, is_nothing_for_a_moment_that_has_come)
{
    EXPECT_EQ(pause("Sun, 06 Nov 1994 08:49:37 GMT"), none);
    EXPECT_EQ(pause("Sun, 06 Nov 1994 08:49:36 GMT"), none);
}

TEST(Retry_After, is_a_day_for_a_date_further_away)
{
    EXPECT_EQ(pause("Fri, 31 Dec 9999 23:59:59 GMT"), 86400s);
}

TEST(Retry_After, takes_two_digits_of_a_distant_year_for_one_that_is_gone)
{
    EXPECT_EQ(pause_before(0, "Friday, 31-Dec-99 23:59:59 GMT"), none);
    EXPECT_EQ(pause_before(0, "Thursday, 31-Dec-48 23:59:59 GMT"), 86400s);
}

TEST(Retry_After, knows_leap_days)
{
    EXPECT_EQ(pause_before(59, "Tue, 29 Feb 2000 00:00:00 GMT"), 10s);
    EXPECT_EQ(pause_before(60, "Wed, 01 Mar 2000 00:00:00 GMT"), 10s);
    EXPECT_EQ(pause_before(366 + 59, "Thu, 01 Mar 2001 00:00:00 GMT"), 10s);
}

TEST(Retry_After, knows_leap_seconds)
{
    EXPECT_EQ(pause_before(366, "Sun, 31 Dec 2000 23:59:60 GMT"), 10s);
}

TEST(Retry_After, knows_all_months)
{
    constexpr const char *names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int day = 0;
    for (int month = 0; month < 12; day += days[month++])
        EXPECT_EQ(pause_before(day, std::string("Sat, 01 ") + names[month] + " 2000 00:00:00 GMT"), 10s);
}

TEST(Retry_After, is_nothing_for_a_date_that_there_is_not)
{
    for (const char *value :
         {"Wed, 30 Feb 2000 00:00:00 GMT", "Thu, 29 Feb 2001 00:00:00 GMT", "Sat, 00 Jan 2001 00:00:00 GMT",
          "Mon, 31 Apr 2001 00:00:00 GMT", "Mon, 32 Dec 2001 00:00:00 GMT", "Mon, 01 Jan 2001 24:00:00 GMT",
          "Mon, 01 Jan 2001 00:60:00 GMT", "Mon, 01 Jan 2001 00:00:61 GMT", "Mon, 01 Foo 2001 00:00:00 GMT"})
        EXPECT_EQ(pause(value), none) << value;
}

TEST(Retry_After, is_nothing_for_garbage)
{
    using namespace std::string_view_literals;
    for (const std::string_view value : {""sv,
                                         " "sv,
                                         "soon"sv,
                                         "-1"sv,
                                         "+1"sv,
                                         "1.5"sv,
                                         "60 s"sv,
                                         "60\0"sv,
                                         ","sv,
                                         "Mon,"sv,
                                         "Mon, 1 Jan 2001 00:00:00 GMT"sv,
                                         "Mon, 01 Jan 2001 00:00:00"sv,
                                         "Mon, 01 Jan 2001 00:00:00 UTC"sv,
                                         "Mon, 01-Jan 2001 00:00:00 GMT"sv,
                                         "Mon, 01-Jan-2001 00:00:00 GMT"sv,
                                         "Mon, 01 Jan 01 00:00:00 GMT"sv,
                                         "Mon, 01 Jan 2001 00:00:00 GMT, 60"sv,
                                         "01 Jan 2001 00:00:00 GMT"sv,
                                         "2001-01-01T00:00:00Z"sv,
                                         "\xff\xfe\xfd"sv})
        EXPECT_EQ(pause(value), none) << value;
}

TEST(Retry_After, can_be_asked_for_at_the_ends_of_time)
{
    EXPECT_EQ(pause("Mon, 01 Jan 2001 00:00:00 GMT", infinity), none);
    EXPECT_EQ(pause("Mon, 01 Jan 2001 00:00:00 GMT", minus_infinity), 86400s);
    EXPECT_EQ(pause("60", infinity), 60s);
}

}  // namespace pitstop::test
