#include "core/checked_json.hpp"

#include <gtest/gtest.h>

namespace pitstop::test {

namespace {

using namespace std::string_view_literals;

bool is_json(std::string_view text)
{
    return read_checked_json(text).has_value();
}

std::string nested(std::size_t depth)
{
    return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST(JSON, is_read)
{
    const auto json = read_checked_json(R"( {"a": [1, -2.5, "x", true, null]} )");
    ASSERT_TRUE(json.has_value());
    EXPECT_EQ(json->dump(), R"({"a":[1,-2.5,"x",true,null]})");
}

TEST(JSON, is_only_what_is_whole)
{
    for (const auto text : {""sv, " "sv, "{"sv, "{\"a\":1"sv, "[1,]"sv, "\"a"sv, "nul"sv, "{'a':1}"sv, "-"sv, "1."sv})
        EXPECT_FALSE(is_json(text)) << text;
}

TEST(JSON, has_nothing_behind_it)
{
    for (const auto text : {"{} x"sv, "{}{}"sv, "[]]"sv, "1 2"sv, "{}\0"sv, "{}\0garbage"sv})
        EXPECT_FALSE(is_json(text)) << text;
}

TEST(JSON, has_no_byte_order_mark_before_it)
{
    EXPECT_FALSE(is_json("\xef\xbb\xbf{}"));
}

TEST(JSON, nests_32_deep_and_no_deeper)
{
    EXPECT_TRUE(is_json(nested(32)));
    EXPECT_FALSE(is_json(nested(33)));
}

TEST(JSON, may_have_many_elements_side_by_side)
{
    std::string many = "[[]";
    for (int i = 0; i < 1000; ++i)
        many += ",[{}]";
    EXPECT_TRUE(is_json(many + "]"));
}

TEST(JSON, that_nests_too_deep_is_given_up_early)
{
    EXPECT_FALSE(is_json(std::string(10'000'000, '[')));
}

TEST(JSON, holds_no_NUL)
{
    EXPECT_FALSE(is_json(R"(["\u0000"])"));
    EXPECT_FALSE(is_json(R"({"a\u0000b":1})"));
    EXPECT_FALSE(is_json("[\"\0\"]"sv));
}

TEST(JSON, holds_a_backslash_before_what_looks_like_a_NUL)
{
    EXPECT_TRUE(is_json(R"(["\\u0000"])"));
}

TEST(JSON, holds_no_invalid_UTF_8)
{
    for (const auto text : {"[\"\xff\"]"sv, "[\"\xc3\"]"sv, "[\"\xc0\x80\"]"sv, "[\"\xed\xa0\x80\"]"sv,
                            "[\"\xf4\x90\x80\x80\"]"sv, "[\"\xe2\x82\"]"sv})
        EXPECT_FALSE(is_json(text));
}

TEST(JSON, holds_pairs_of_surrogates_only)
{
    EXPECT_TRUE(is_json(R"(["\ud83d\ude97"])"));
    for (const auto text : {R"(["\ud83d"])"sv, R"(["\ude97"])"sv, R"(["\ude97\ud83d"])"sv, R"(["\ud83dx"])"sv})
        EXPECT_FALSE(is_json(text)) << text;
}

TEST(JSON, holds_numbers_that_numeric_can_hold)
{
    for (const auto text : {"1e300"sv, "-1E+300"sv, "1e-1000"sv, "0.0000001"sv, "18446744073709551616"sv, "-0"sv})
        EXPECT_TRUE(is_json(text)) << text;
    for (const auto text : {"1e1001"sv, "1e999999"sv, "1e-1001"sv, "0e1001"sv, "1e-9223372036854775808"sv,
                            "1e-99999999999999999999"sv, "1e+99999999999999999999"sv, "NaN"sv, "Infinity"sv})
        EXPECT_FALSE(is_json(text)) << text;
}

TEST(JSON, holds_no_number_of_endless_digits)
{
    EXPECT_TRUE(is_json("0." + std::string(300, '1')));
    EXPECT_FALSE(is_json("0." + std::string(1000, '1')));
    EXPECT_FALSE(is_json(std::string(100'000, '1')));
}

}  // namespace pitstop::test
