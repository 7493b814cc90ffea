#include "tool/core/toml_ascii.hpp"

#include <gtest/gtest.h>

namespace pitstop::tool::test {

TEST(A_text_beyond_ASCII, is_found_with_its_line)
{
    EXPECT_EQ(line_beyond_ascii("ü"), 1U);
    EXPECT_EQ(line_beyond_ascii("a = 1\nb = “c”\n"), 2U);
    EXPECT_EQ(line_beyond_ascii("\xef\xbb\xbf\n\nü"), 3U);
}

TEST(A_text_beyond_ASCII, may_stand_in_quotes_and_comments)
{
    for (const char *text : {"", "a = 1", "a = \"ü\"", "a = 'ü'", "a = \"\"\"\nü\n\"\"\"", "a = '''\nü\n'''", "# ü # ü",
                             "a = 1 # ü\nb = 2", "\"ü\" = 1", "a = \"\\\"ü\"", "a = \"\"\"\"\"ü\"\"\"", "a = '''''ü'''",
                             "a = \"\"\"\\\nü\"\"\"", "a = \"'ü\"", "a = '\"ü'", "a = \"#ü\""})
        EXPECT_EQ(line_beyond_ascii(text), std::nullopt) << text;
}

TEST(A_text_beyond_ASCII, may_not_stand_behind_them)
{
    for (const char *text :
         {"a = \"\" ü", "a = '' ü", "a = \"x\" ü", "a = '\\' ü", "a = \"\\\\\" ü", "a = \"\"\"\"\"\" ü",
          "a = \"\"\"x\"\"\"\" ü", "a = \"\"\"x\"\"\"\"\" ü", "a = '''x'''' ü", "a = \"\"\"\\\"\"\"\" ü"})
        EXPECT_EQ(line_beyond_ascii(text), 1U) << text;
    EXPECT_EQ(line_beyond_ascii("# ' \"\nü"), 2U);
    EXPECT_EQ(line_beyond_ascii("a = \"\"\"\n\\\n\n\"\"\"\nü"), 5U);
}

}  // namespace pitstop::tool::test
