#include "tool/core/moment.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace pitstop::tool::test {

namespace {

// 2026-11-25 03:15:00 UTC, a Wednesday: 20,782 days after 1970-01-01.
constexpr Moment night{20782LL * 86400 + 3 * 3600 + 15 * 60};

}  // namespace

TEST(A_moment, is_written_as_in_ISO_8601)
{
    EXPECT_EQ(iso_text(night), "2026-11-25T03:15:00Z");
    EXPECT_EQ(iso_text({0}), "1970-01-01T00:00:00Z");
}

TEST(A_moment, is_written_without_colons_in_names_of_files)
{
    EXPECT_EQ(file_text(night), "20261125T031500Z");
}

TEST(A_moment, is_read_in_both_forms)
{
    EXPECT_EQ(parse_iso("2026-11-25T03:15:00Z"), night);
    EXPECT_EQ(parse_file_text("20261125T031500Z"), night);
}

TEST(A_moment, may_be_any_from_1970_to_9999)
{
    EXPECT_EQ(parse_iso("1970-01-01T00:00:00Z"), Moment{0});
    EXPECT_EQ(parse_iso("9999-12-31T23:59:59Z"), Moment{253402300799});
    EXPECT_EQ(parse_iso("1969-12-31T23:59:59Z"), std::nullopt);
}

TEST(A_moment, is_only_what_has_exactly_that_form)
{
    for (const char *text : {"", "2026-11-25", "2026-11-25T03:15:00", "2026-11-25 03:15:00Z", "2026-11-25T03:15:00z",
                             "2026-11-25T03:15:00+00", "2026-11-25T03:15:00.5Z", " 2026-11-25T03:15:00Z",
                             "2026-11-25T03:15:0xZ", "2026-11-25T03:15:-1Z", "20261125T031500Z"})
        EXPECT_EQ(parse_iso(text), std::nullopt) << text;
    for (const char *text : {"", "20261125T031500", "20261125 031500Z", "2026112xT031500Z", "020261125T031500Z"})
        EXPECT_EQ(parse_file_text(text), std::nullopt) << text;
}

TEST(A_moment, is_none_that_the_calendar_does_not_have)
{
    for (const char *text :
         {"20260001T000000Z", "20261301T000000Z", "20260100T000000Z", "20260431T000000Z", "20260229T000000Z",
          "21000229T000000Z", "20260101T240000Z", "20260101T006000Z", "20260101T000060Z"})
        EXPECT_EQ(parse_file_text(text), std::nullopt) << text;
    EXPECT_NE(parse_file_text("20280229T000000Z"), std::nullopt);
    EXPECT_NE(parse_file_text("20000229T000000Z"), std::nullopt);
}

TEST(A_moment, has_a_date)
{
    const CivilDate date = date_of(night);
    EXPECT_EQ(date.year, 2026);
    EXPECT_EQ(date.month, 11U);
    EXPECT_EQ(date.day, 25U);
}

TEST(A_moment, has_a_date_on_each_day_of_four_centuries)
{
    for (std::int64_t day = 0; day < 146097; ++day) {
        const std::string text = iso_text({day * 86400});
        ASSERT_EQ(parse_iso(text), Moment{day * 86400}) << text;
    }
}

TEST(A_moment, before_1970_belongs_to_the_day_and_week_before)
{
    EXPECT_EQ(day_of({-1}), -1);
    EXPECT_EQ(iso_text({-1}), "1969-12-31T23:59:59Z");
    EXPECT_EQ(week_of({-3 * 86400}), 0);
    EXPECT_EQ(week_of({-3 * 86400 - 1}), -1);
}

TEST(A_moment, at_the_ends_of_time_has_a_date_too)
{
    EXPECT_GT(date_of({std::numeric_limits<std::int64_t>::max()}).year, 292'000'000'000);
    EXPECT_LT(date_of({std::numeric_limits<std::int64_t>::min()}).year, -292'000'000'000);
}

TEST(A_week, begins_on_Monday)
{
    const Moment monday = *parse_iso("2026-11-23T00:00:00Z");
    EXPECT_EQ(week_of(monday), week_of(*parse_iso("2026-11-29T23:59:59Z")));
    EXPECT_EQ(week_of({monday.seconds - 1}), week_of(monday) - 1);
}

}  // namespace pitstop::tool::test
