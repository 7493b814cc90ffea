#include "core/finding_words.hpp"

#include <gtest/gtest.h>

namespace pitstop::test {

TEST(A_span, is_told_in_the_largest_unit_of_which_it_has_two)
{
    EXPECT_EQ(words_for(0, "s"), "0 s");
    EXPECT_EQ(words_for(119.9, "s"), "119 s");
    EXPECT_EQ(words_for(120, "s"), "2 min");
    EXPECT_EQ(words_for(7199, "s"), "119 min");
    EXPECT_EQ(words_for(7200, "s"), "2 h");
    EXPECT_EQ(words_for(172799, "s"), "47 h");
    EXPECT_EQ(words_for(172800, "s"), "2 days");
}

TEST(A_size, is_told_in_decimal_units_with_one_place)
{
    EXPECT_EQ(words_for(999, "bytes"), "999 bytes");
    EXPECT_EQ(words_for(1000, "bytes"), "1.0 kB");
    EXPECT_EQ(words_for(4'250'000'000, "bytes"), "4.2 GB");
    EXPECT_EQ(words_for(1.5e12, "bytes"), "1.5 TB");
}

TEST(A_ratio, is_told_in_percent)
{
    EXPECT_EQ(words_for(0.424, "ratio"), "42 %");
}

TEST(A_count, is_told_as_a_whole_number)
{
    EXPECT_EQ(words_for(123, ""), "123");
}

TEST(Things, are_counted_in_the_plural_but_for_one)
{
    EXPECT_EQ(counted(0, "drive"), "0 drives");
    EXPECT_EQ(counted(1, "drive"), "1 drive");
    EXPECT_EQ(counted(2, "drive"), "2 drives");
}

TEST(A_value, of_any_size_has_words)
{
    EXPECT_EQ(words_for(1e308, "").size(), 309U);
}

TEST(A_finding, tells_title_subject_value_and_note)
{
    const HealthCheck &check = *find_health_check("dead_rows");
    EXPECT_EQ(words_for(check, {"positions", 0.5, std::nullopt, "since yesterday", {}}),
              "share of dead rows in a table, positions: 50 %; since yesterday");
}

TEST(A_finding, leaves_out_what_there_is_not)
{
    const HealthCheck &check = *find_health_check("geocoder");
    EXPECT_EQ(words_for(check, {"", std::nullopt, HealthStatus::warning, "The worker is not running.", {}}),
              "the address repair: The worker is not running.");
    EXPECT_EQ(words_for(check, Observation{}), "the address repair");
    EXPECT_EQ(words_for(*find_health_check("indexes"), {"", 2, std::nullopt, "", {}}),
              "indexes of TeslaMate's that are missing or invalid: 2");
}

}  // namespace pitstop::test
