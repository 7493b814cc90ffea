#include "core/number_words.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace pitstop::test {

using namespace std::chrono_literals;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST(A_size, is_written_in_steps_of_1000)
{
    EXPECT_EQ(size_text(0), "0 B");
    EXPECT_EQ(size_text(999), "999 B");
    EXPECT_EQ(size_text(1000), "1.0 kB");
    EXPECT_EQ(size_text(215'000'000), "215 MB");
    EXPECT_EQ(size_text(1'320'000'000), "1.3 GB");
    EXPECT_EQ(size_text(2'000'000'000'000), "2.0 TB");
}

TEST(A_size, has_a_decimal_below_10_only)
{
    EXPECT_EQ(size_text(9'949), "9.9 kB");
    EXPECT_EQ(size_text(9'950), "10 kB");
    EXPECT_EQ(size_text(10'500), "11 kB");
}

TEST(A_size, that_rounds_to_1000_takes_the_next_unit)
{
    EXPECT_EQ(size_text(999'499), "999 kB");
    EXPECT_EQ(size_text(999'500), "1.0 MB");
}

TEST(A_size, may_be_the_largest_there_is)
{
    EXPECT_EQ(size_text(std::numeric_limits<std::uint64_t>::max()), "18447 PB");
}

TEST(A_count, has_commas)
{
    EXPECT_EQ(count_text(0), "0");
    EXPECT_EQ(count_text(999), "999");
    EXPECT_EQ(count_text(1000), "1,000");
    EXPECT_EQ(count_text(9'000'000), "9,000,000");
    EXPECT_EQ(count_text(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
}

TEST(A_span, is_written_with_its_two_largest_units)
{
    EXPECT_EQ(span_text(5s), "5 s");
    EXPECT_EQ(span_text(200s), "3 min 20 s");
    EXPECT_EQ(span_text(2h + 5min + 59s), "2 h 5 min");
    EXPECT_EQ(span_text(76h), "3 days 4 h");
    EXPECT_EQ(span_text(25h), "1 day 1 h");
}

TEST(A_span, leaves_out_a_unit_of_which_there_is_none)
{
    EXPECT_EQ(span_text(0s), "0 s");
    EXPECT_EQ(span_text(60s), "1 min");
    EXPECT_EQ(span_text(1h + 30s), "1 h");
    EXPECT_EQ(span_text(48h + 59min), "2 days");
}

TEST(A_plural, is_not_used_for_one)
{
    EXPECT_EQ(plural(0, "backup", "backups"), "0 backups");
    EXPECT_EQ(plural(1, "backup", "backups"), "1 backup");
    EXPECT_EQ(plural(1003, "backup", "backups"), "1,003 backups");
}

TEST(A_number, is_the_shortest_that_means_it)
{
    EXPECT_EQ(number_text(0), "0");
    EXPECT_EQ(number_text(0.1), "0.1");
    EXPECT_EQ(number_text(-1.5), "-1.5");
    EXPECT_EQ(number_text(5e9), "5000000000");
    EXPECT_EQ(number_text(1e22), "10000000000000000000000");
    EXPECT_EQ(number_text(infinity), "+Inf");
    EXPECT_EQ(number_text(-infinity), "-Inf");
    EXPECT_EQ(number_text(std::numeric_limits<double>::quiet_NaN()), "NaN");
    // 0.000…0005 with 324 places.
    EXPECT_EQ(number_text(std::numeric_limits<double>::denorm_min()).size(), 326U);
}

TEST(A_value, is_told_in_its_unit)
{
    EXPECT_EQ(value_text(0.0124, "s"), "12 ms");
    EXPECT_EQ(value_text(1.4, "s"), "1 s");
    EXPECT_EQ(value_text(97'200, "s"), "1 day 3 h");
    EXPECT_EQ(value_text(4'200'000'000, "bytes"), "4.2 GB");
    EXPECT_EQ(value_text(0.294, "ratio"), "29 %");
    EXPECT_EQ(value_text(1234, ""), "1,234");
    EXPECT_EQ(value_text(1.5, ""), "1.5");
    EXPECT_EQ(value_text(-4'200'000, "bytes"), "-4.2 MB");
}

TEST(A_value, that_cannot_be_is_told_as_a_number)
{
    EXPECT_EQ(value_text(-1e16, "bytes"), "-10000000000000000");
    EXPECT_EQ(value_text(1e16, "bytes"), "10000000000000000");
    EXPECT_EQ(value_text(std::numeric_limits<double>::quiet_NaN(), ""), "NaN");
}

}  // namespace pitstop::test
