#include "tool/core/progress.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "tool/core/utf8.hpp"

namespace pitstop::tool::test {

namespace {

using namespace std::chrono_literals;

constexpr Progress::Clock::time_point start{1000s};

Progress at(std::uint64_t done, std::chrono::seconds after, std::uint64_t total = 1'000'000'000)
{
    Progress progress("positions", total, start);
    progress.advance_to(done, start + after);
    return progress;
}

// The rate alone, as it is shown.
std::string rate(const Progress &progress)
{
    const std::string line = progress.line(100);
    const std::size_t end = line.find("/s");
    return line.substr(line.rfind("  ", end) + 2, end - line.rfind("  ", end) - 2);
}

}  // namespace

TEST(Progress, shows_how_far_how_fast_and_how_long_yet)
{
    EXPECT_EQ(at(610'000'000, 10s).line(100),
              "positions [######----]   61 %  610,000,000 rows  61,000,000 rows/s  7 s left");
}

TEST(Progress, shows_nothing_of_a_rate_before_there_is_one)
{
    EXPECT_EQ(Progress("positions", 1000, start).line(100), "positions [----------]    0 %  0 rows");
}

TEST(Progress, shows_neither_percentage_nor_time_left_where_the_total_is_not_known)
{
    EXPECT_EQ(at(610'000'000, 10s, 0).line(100), "positions  610,000,000 rows  61,000,000 rows/s");
}

TEST(Progress, reaches_100_percent_only_at_the_end)
{
    EXPECT_EQ(at(999'999'999, 10s).line(19), " 99 %");
    EXPECT_EQ(at(1'000'000'000, 10s).line(19), "100 %");
    EXPECT_EQ(at(2'000'000'000, 10s).line(100),
              "positions [##########]  100 %  2,000,000,000 rows  200,000,000 rows/s");
    EXPECT_EQ(at(29, 1s, 100).line(19), " 29 %");
}

TEST(Progress, may_be_of_the_largest_numbers)
{
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(at(most / 2, 1s, most).line(19), " 50 %");
    EXPECT_EQ(at(most, 1s, most).line(19), "100 %");
    Progress sudden("x", most, start);
    sudden.advance_to(most, start + 1ns);
    EXPECT_FALSE(sudden.line(100).empty());
}

TEST(Progress, never_goes_back)
{
    Progress progress = at(500'000'000, 10s);
    progress.advance_to(100'000'000, start + 11s);
    EXPECT_EQ(progress.line(19), " 50 %");
}

TEST(Progress, takes_the_mean_rate_at_first)
{
    Progress progress = at(100'000'000, 1s);
    EXPECT_EQ(rate(progress), "100,000,000 rows");
    progress.advance_to(100'000'000, start + 2s);
    EXPECT_EQ(rate(progress), "50,000,000 rows");
}

TEST(Progress, smooths_the_rate_over_some_ten_seconds)
{
    // 100 s of 1,000,000 rows/s, then 10 s of 11,000,000 rows/s: 1 + 10 (1 - 1/e) is 7.3212… million.
    Progress progress("positions", 1'000'000'000, start);
    for (unsigned second = 1; second <= 100; ++second)
        progress.advance_to(second * 1'000'000, start + std::chrono::seconds(second));
    EXPECT_EQ(rate(progress), "1,000,000 rows");
    for (unsigned second = 1; second <= 10; ++second)
        progress.advance_to(100'000'000 + second * 11'000'000, start + std::chrono::seconds(100 + second));
    EXPECT_EQ(rate(progress), "7,321,205 rows");
}

TEST(Progress, does_not_jump_when_nothing_advanced)
{
    // A million a second for 100 s, then half a second of nothing: e^(-1/20) is 0.951229….
    Progress progress("positions", 1'000'000'000, start);
    for (unsigned second = 1; second <= 100; ++second)
        progress.advance_to(second * 1'000'000, start + std::chrono::seconds(second));
    progress.advance_to(100'000'000, start + 100s + 500ms);
    EXPECT_EQ(rate(progress), "951,229 rows");
    progress.advance_to(100'000'000, start + 100s + 500ms);
    EXPECT_EQ(rate(progress), "951,229 rows");
}

TEST(Progress, tells_no_time_left_where_nothing_moves)
{
    EXPECT_EQ(at(0, 10s).line(100), "positions [----------]    0 %  0 rows  0 rows/s");
}

TEST(Progress, tells_no_time_left_that_nobody_waits_for)
{
    EXPECT_EQ(at(1, 100'000s).line(100).find("left"), std::string::npos);
}

TEST(Progress, is_never_wider_than_the_terminal)
{
    for (const char *what : {"positions", "", "車車車車車車車車車車車車車車車車車車車車車車車車車"})
        for (const std::uint64_t total : {std::uint64_t{0}, std::uint64_t{1'000'000'000}})
            for (unsigned columns = 0; columns < 120; ++columns) {
                Progress progress(what, total, start);
                progress.advance_to(123'456'789, start + 3s);
                ASSERT_LE(count_code_points(progress.line(columns)), columns);
            }
}

TEST(Progress, leaves_out_the_bar_first)
{
    const Progress progress = at(610'000'000, 10s);
    EXPECT_EQ(progress.line(85), "positions [######----]   61 %  610,000,000 rows  61,000,000 rows/s  7 s left");
    EXPECT_EQ(progress.line(75), "positions   61 %  610,000,000 rows  61,000,000 rows/s  7 s left");
    EXPECT_EQ(progress.line(40), "positions   61 %  7 s left");
    EXPECT_EQ(progress.line(20), "positi   61 %");
}

TEST(Progress, breaks_no_character_and_shows_no_control_character)
{
    EXPECT_EQ(Progress("車車車車車車車車", 0, start).line(23), "車車車車車車車  0 rows");
    EXPECT_EQ(Progress("a\nb", 0, start).line(40), "a\\nb  0 rows");
}

}  // namespace pitstop::tool::test
