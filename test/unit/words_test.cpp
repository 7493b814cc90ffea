#include "tool/core/words.hpp"

#include <gtest/gtest.h>

#include "tool/core/failure.hpp"

namespace pitstop::tool::test {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

TEST(An_age, is_told_in_its_largest_unit)
{
    EXPECT_EQ(age_text(59s), "just now");
    EXPECT_EQ(age_text(60s), "1 minute ago");
    EXPECT_EQ(age_text(5min), "5 minutes ago");
    EXPECT_EQ(age_text(119min), "1 hour ago");
    EXPECT_EQ(age_text(23h + 59min), "23 hours ago");
    EXPECT_EQ(age_text(72h), "3 days ago");
}

TEST(An_age, below_nothing_is_in_the_future)
{
    EXPECT_EQ(age_text(-59s), "just now");
    EXPECT_EQ(age_text(-2h), "in 2 hours");
    EXPECT_EQ(age_text(std::chrono::seconds::min()), "in 106,751,991,167,300 days");
}

TEST(Printable_text, stays_as_it_is)
{
    const auto text = "Straße 5 \\ \"x\" 'y' 車 \xf0\x9f\x9a\x97"sv;
    EXPECT_EQ(printable(text), text);
}

TEST(Printable_text, has_no_control_characters)
{
    EXPECT_EQ(printable("a\nb\tc\rd"), "a\\nb\\tc\\rd");
    EXPECT_EQ(printable("\x1b[31m\0\x7f"sv), "\\x1b[31m\\x00\\x7f");
    EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");
    EXPECT_EQ(printable("\xc2\xa0"), "\xc2\xa0");
}

TEST(Printable_text, has_no_line_breaks_and_no_turns_of_direction)
{
    EXPECT_EQ(printable("\u2028"), "\\xe2\\x80\\xa8");
    EXPECT_EQ(printable("\u202e"), "\\xe2\\x80\\xae");
    EXPECT_EQ(printable("\u2066"), "\\xe2\\x81\\xa6");
    EXPECT_EQ(printable("\u2027\u202f"), "\u2027\u202f");
}

TEST(Printable_text, has_no_invalid_UTF_8)
{
    EXPECT_EQ(printable("\xff"), "\\xff");
    EXPECT_EQ(printable("\xc3"), "\\xc3");
    EXPECT_EQ(printable("\xc3x"), "\\xc3x");
    EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");
    EXPECT_EQ(printable("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");
    EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
    EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
    EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");
}

TEST(An_identifier, is_quoted)
{
    EXPECT_EQ(quoted_identifier("tesla mate"), "\"tesla mate\"");
    EXPECT_EQ(quoted_identifier("a\"b\\c'd"), "\"a\"\"b\\c'd\"");
}

TEST(A_literal, is_quoted)
{
    EXPECT_EQ(quoted_literal("it's \"x\""), "'it''s \"x\"'");
    EXPECT_EQ(quoted_literal(""), "''");
}

TEST(A_literal, with_a_backslash_does_not_depend_on_standard_conforming_strings)
{
    EXPECT_EQ(quoted_literal("C:\\it's"), "E'C:\\\\it''s'");
}

TEST(Neither_identifier_nor_literal, holds_a_NUL)
{
    EXPECT_THROW(quoted_identifier("a\0b"sv), Failure);
    EXPECT_THROW(quoted_literal("a\0b"sv), Failure);
}

}  // namespace pitstop::tool::test
