#include "tool/core/text_table.hpp"

#include <gtest/gtest.h>

namespace pitstop::tool::test {

namespace {

using Align = TextTable::Align;

}  // namespace

TEST(A_table, has_a_header_a_line_and_the_rows)
{
    const TextTable table{{{"NAME"}, {"SIZE", Align::right}, {"PROVEN"}},
                          {{"teslamate", "215 MB", "yes"}, {"b", "1.3 GB", "no"}}};
    EXPECT_EQ(text_of(table), "NAME         SIZE  PROVEN\n"
                              "---------  ------  ------\n"
                              "teslamate  215 MB  yes\n"
                              "b          1.3 GB  no\n");
}

TEST(A_table, has_nothing_behind_the_last_column)
{
    const TextTable table{{{"A"}, {"B"}}, {{"1", ""}, {"2", "longer"}}};
    EXPECT_EQ(text_of(table), "A  B\n-  ------\n1\n2  longer\n");
}

TEST(A_table, may_have_no_rows)
{
    EXPECT_EQ(text_of({{{"A"}, {"B"}}, {}}), "A  B\n-  -\n");
}

TEST(A_table, draws_its_header_bold)
{
    EXPECT_EQ(text_of({{{"A"}, {"B"}}, {{"1", "2"}}}, true), "\x1b[1mA  B\x1b[0m\n-  -\n1  2\n");
}

TEST(A_table, counts_code_points)
{
    EXPECT_EQ(text_of({{{"A"}, {"B"}}, {{"größer", "1"}, {"x", "2"}}}), "A       B\n------  -\ngrößer  1\nx       2\n");
}

TEST(A_table, is_made_printable)
{
    EXPECT_EQ(text_of({{{"A"}, {"B"}}, {{"a\nb", "\x1b[0m"}}}), "A     B\n----  -------\na\\nb  \\x1b[0m\n");
}

}  // namespace pitstop::tool::test
