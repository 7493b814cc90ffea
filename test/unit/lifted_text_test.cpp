#include "tool/core/lifted_text.hpp"

#include <gtest/gtest.h>

namespace pitstop::tool::test {

TEST(A_lifted_text, has_its_characters_in_another_plane)
{
    EXPECT_EQ(lifted("a = 1\n"), "a = 1\n");
    // U+00FC, U+8ECA and U+FEFF become U+F00FC, U+F8ECA and U+FFEFF.
    EXPECT_EQ(lifted("a\u00fc"), "a\U000f00fc");
    EXPECT_EQ(lifted("\u8eca"), "\U000f8eca");
    EXPECT_EQ(lifted("a\ufeff"), "a\U000ffeff");
    EXPECT_EQ(lifted("\U0001f697"), "\U0001f697");
}

TEST(A_lifted_text, keeps_what_is_no_character)
{
    EXPECT_EQ(lifted("\xff\xc3"), "\xff\xc3");
    EXPECT_EQ(lifted("\xef\xbb\xbf\u00fc"), "\xef\xbb\xbf\U000f00fc");
}

TEST(A_lifted_text, is_not_made_of_one_that_is_up_there)
{
    EXPECT_EQ(lifted("\U000effff"), "\U000effff");
    EXPECT_EQ(lifted("\U000f0000"), std::nullopt);
    EXPECT_EQ(lifted("\U0010ffff"), std::nullopt);
}

TEST(A_lifted_text, comes_down_as_it_was)
{
    for (const char *text : {"", "a", "\u0080\u00fc\u07ff\u0800\u8eca\uffff\U00010000\U000effff", "\xff\xc3"})
        EXPECT_EQ(lowered(*lifted(text)), text);
}

}  // namespace pitstop::tool::test
