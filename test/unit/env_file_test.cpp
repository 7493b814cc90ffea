#include "tool/core/env_file.hpp"

#include <gtest/gtest.h>

#include "tool/core/failure.hpp"

namespace pitstop::tool::test {

namespace {

using namespace std::string_view_literals;

std::string value(std::string_view assignment)
{
    return parse_env_file("NAME=" + std::string(assignment)).at("NAME");
}

std::string fault(std::string_view text)
{
    try {
        parse_env_file(text);
    } catch (const Failure &failure) {
        EXPECT_EQ(failure.code(), ExitCode::usage);
        return failure.what();
    }
    return "nothing";
}

}  // namespace

TEST(An_env_file, is_a_name_and_a_value_to_a_line)
{
    const Variables expected{{"DATABASE_USER", "teslamate"}, {"DATABASE_HOST", "db"}};
    EXPECT_EQ(parse_env_file("DATABASE_USER=teslamate\nDATABASE_HOST=db\n"), expected);
    EXPECT_EQ(parse_env_file("DATABASE_USER=teslamate\nDATABASE_HOST=db"), expected);
}

TEST(An_env_file, may_be_empty)
{
    EXPECT_EQ(parse_env_file(""), Variables{});
    EXPECT_EQ(parse_env_file("\n  \n\t\n"), Variables{});
}

TEST(An_env_file, may_have_a_byte_order_mark_and_ends_of_lines_of_Windows)
{
    const Variables expected{{"A", "1"}, {"B", "2 3"}, {"C", "4"}};
    EXPECT_EQ(parse_env_file("\xef\xbb\xbf"
                             "A=1\r\nB=\"2 3\"\r\n\r\nC=4\r\n"),
              expected);
}

TEST(An_env_file, has_comments_at_the_start_of_a_line)
{
    EXPECT_EQ(parse_env_file("# A=1\n  # B='\nC=3"), (Variables{{"C", "3"}}));
}

TEST(An_env_file, may_have_export_before_a_name)
{
    EXPECT_EQ(parse_env_file("export A=1\n export\tB=2"), (Variables{{"A", "1"}, {"B", "2"}}));
}

TEST(An_env_file, may_have_names_that_begin_with_export)
{
    EXPECT_EQ(parse_env_file("export=1\nexported=2"), (Variables{{"export", "1"}, {"exported", "2"}}));
}

TEST(An_env_file, may_have_blanks_around_names_and_values)
{
    EXPECT_EQ(parse_env_file("  A  =  1 2  \n\tB=\t'3'\t\n"), (Variables{{"A", "1 2"}, {"B", "3"}}));
}

TEST(An_env_file, takes_the_last_assignment_of_a_name)
{
    EXPECT_EQ(parse_env_file("A=1\nA=2\nA=3\n"), (Variables{{"A", "3"}}));
}

TEST(An_env_file, takes_a_name_alone_from_the_environment)
{
    EXPECT_EQ(parse_env_file("A\nB=2\n"), (Variables{{"B", "2"}}));
}

TEST(A_value, may_be_empty)
{
    for (const char *text : {"", "''", "\"\"", "   ", "\n", " # a comment"})
        EXPECT_EQ(value(text), "") << text;
}

TEST(A_value, is_never_expanded_or_run)
{
    for (const char *text : {"$HOME", "${HOME}", "pa$$word", "`id`", "$(id)", "a\\nb", "a\\", "a;b", "a=b", "a\"b'c"})
        EXPECT_EQ(value(text), text);
}

TEST(A_value, ends_before_a_comment_that_a_space_precedes)
{
    EXPECT_EQ(value("secret # of the database"), "secret");
    EXPECT_EQ(value("secret\t# of the database"), "secret");
    EXPECT_EQ(value("sec#ret"), "sec#ret");
    EXPECT_EQ(value("#secret"), "#secret");
}

TEST(A_value, loses_its_quotes)
{
    EXPECT_EQ(value("'a # b'"), "a # b");
    EXPECT_EQ(value("\"a # b\""), "a # b");
    EXPECT_EQ(value("' a ' # a comment"), " a ");
    EXPECT_EQ(value("'say \"x\"'"), "say \"x\"");
    EXPECT_EQ(value("\"it's\""), "it's");
}

TEST(A_value, in_quotes_may_span_lines)
{
    EXPECT_EQ(parse_env_file("A='1\r\n# 2\nB=3'\nC=4"), (Variables{{"A", "1\n# 2\nB=3"}, {"C", "4"}}));
}

TEST(A_value, in_double_quotes_has_three_escapes)
{
    EXPECT_EQ(value(R"("a\"b\\c\nd")"), "a\"b\\c\nd");
    EXPECT_EQ(value(R"("a\tb\$c\'d")"), R"(a\tb\$c\'d)");
    EXPECT_EQ(value(R"("a\\")"), "a\\");
}

TEST(A_value, in_single_quotes_has_no_escapes)
{
    EXPECT_EQ(value(R"('a\\b\n\')"), R"(a\\b\n\)");
}

TEST(A_fault_of_an_env_file, names_the_line)
{
    EXPECT_EQ(fault("A=1\n\nB 2\n"), "line 3 of the env file is not NAME=VALUE");
    EXPECT_EQ(fault("=1"), "line 1 of the env file does not begin with a name");
    EXPECT_EQ(fault("A=1\n5B=1"), "line 2 of the env file does not begin with a name");
    EXPECT_EQ(fault("A=1\nB='2\n3\n"), "line 2 of the env file has a quote that is never closed");
    EXPECT_EQ(fault("A=\"1\\\""), "line 1 of the env file has a quote that is never closed");
    EXPECT_EQ(fault("A='1\n2' 3"), "line 2 of the env file has something behind the closing quote");
    EXPECT_EQ(fault("A='1'2"), "line 1 of the env file has something behind the closing quote");
}

TEST(A_fault_of_an_env_file, does_not_show_the_line)
{
    EXPECT_EQ(fault("DATABASE_PASS hunter2").find("hunter2"), std::string::npos);
}

TEST(A_fault_of_an_env_file, is_a_NUL)
{
    EXPECT_EQ(fault("A=1\0"sv), "the env file is no text");
}

}  // namespace pitstop::tool::test
