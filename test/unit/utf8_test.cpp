#include "tool/core/utf8.hpp"

#include <gtest/gtest.h>

namespace pitstop::tool::test {

TEST(A_character, has_up_to_four_bytes)
{
    EXPECT_EQ(character_length("ab"), 1U);
    EXPECT_EQ(character_length("\u00e9b"), 2U);
    EXPECT_EQ(character_length("\u8ecab"), 3U);
    EXPECT_EQ(character_length("\U0010ffffb"), 4U);
}

TEST(A_character, is_none_where_UTF_8_is_invalid)
{
    for (const char *text : {"", "\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                             "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe8\xbb", "\xe8\xbbx", "\xf0\x9f\x9a\xff"})
        EXPECT_EQ(character_length(text), 0U) << text;
}

TEST(The_beginning_of_a_text, breaks_no_character)
{
    EXPECT_EQ(first_bytes("a\u8ecab", 5), "a\u8ecab");
    EXPECT_EQ(first_bytes("a\u8ecab", 4), "a\u8eca");
    EXPECT_EQ(first_bytes("a\u8ecab", 3), "a");
    EXPECT_EQ(first_bytes("a\u8ecab", 2), "a");
    EXPECT_EQ(first_bytes("\u8eca", 2), "");
    EXPECT_EQ(first_code_points("a\u8ecab", 2), "a\u8eca");
    EXPECT_EQ(first_code_points("a\u8ecab", 9), "a\u8ecab");
    EXPECT_EQ(first_code_points("a\u8ecab", 0), "");
}

}  // namespace pitstop::tool::test
