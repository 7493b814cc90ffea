#include "tool/core/quantity.hpp"

#include <gtest/gtest.h>

namespace pitstop::tool::test {

TEST(A_duration, has_a_unit)
{
    EXPECT_EQ(parse_duration("500ms"), 0.5);
    EXPECT_EQ(parse_duration("90s"), 90);
    EXPECT_EQ(parse_duration("10min"), 600);
    EXPECT_EQ(parse_duration("1.5h"), 5400);
    EXPECT_EQ(parse_duration("7d"), 604'800);
    EXPECT_EQ(parse_duration("36500d"), 3'153'600'000);
}

TEST(A_duration, is_nothing_else)
{
    for (const char *text :
         {"",    "36",     "h",    "36 h", " 36h", "36h ", "-1h",   "+1h", "1e3s",   "1.h",
          ".5h", "1.2.3h", "infs", "nan",  "36x",  "1w",   "36h7d", "36H", "36526d", "99999999999999999999d"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(A_size, has_a_unit)
{
    EXPECT_EQ(parse_size("512B"), 512);
    EXPECT_EQ(parse_size("5GB"), 5e9);
    EXPECT_EQ(parse_size("1.5kB"), 1500);
    EXPECT_EQ(parse_size("2MiB"), 2'097'152);
    EXPECT_EQ(parse_size("1PB"), 1e15);
    for (const char *text : {"", "5", "5G", "5gb", "5 GB", "-5GB", "2000PB"})
        EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

TEST(A_ratio, is_from_0_to_1)
{
    EXPECT_EQ(parse_ratio("0.3"), 0.3);
    EXPECT_EQ(parse_ratio("30%"), 0.3);
    EXPECT_EQ(parse_ratio("100%"), 1);
    EXPECT_EQ(parse_ratio("0"), 0);
    for (const char *text : {"", "%", "1.1", "101%", "30 %", "-0.1", "30%%"})
        EXPECT_EQ(parse_ratio(text), std::nullopt) << text;
}

TEST(A_count, is_a_whole_number)
{
    EXPECT_EQ(parse_count("0"), 0);
    EXPECT_EQ(parse_count("100"), 100);
    for (const char *text : {"", "1.0", "-1", "1e3", "100x", "9999999999999999999"})
        EXPECT_EQ(parse_count(text), std::nullopt) << text;
}

}  // namespace pitstop::tool::test
