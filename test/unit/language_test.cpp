#include "tool/core/language.hpp"

#include <string>

#include <gtest/gtest.h>

namespace pitstop::tool::test {

namespace {

std::string_view chosen(std::string_view accept_language)
{
    return preferred_language(accept_language, {"en", "zh"});
}

}  // namespace

TEST(A_language, is_the_one_that_is_asked_for)
{
    EXPECT_EQ(chosen("zh"), "zh");
    EXPECT_EQ(chosen("en"), "en");
}

TEST(A_language, is_the_first_offered_when_nothing_offered_is_asked_for)
{
    EXPECT_EQ(chosen(""), "en");
    EXPECT_EQ(chosen("de-DE,de;q=0.9"), "en");
    EXPECT_EQ(preferred_language("de", {"zh", "en"}), "zh");
}

TEST(A_language, is_meant_by_its_regions_and_scripts)
{
    EXPECT_EQ(chosen("zh-CN"), "zh");
    EXPECT_EQ(chosen("zh-Hans-CN"), "zh");
    EXPECT_EQ(chosen("ZH-cn"), "zh");
    EXPECT_EQ(chosen("zha"), "en");
}

TEST(A_language, is_the_one_with_the_greatest_weight)
{
    EXPECT_EQ(chosen("en;q=0.8,zh;q=0.9"), "zh");
    EXPECT_EQ(chosen("en;q=0.8, zh"), "zh");
    EXPECT_EQ(chosen("zh;q=0.8,en"), "en");
    EXPECT_EQ(chosen("en;q=0.001,zh;q=0.002"), "zh");
    EXPECT_EQ(chosen("en;q=0.1,zh;Q=0.10"), "en");
    EXPECT_EQ(chosen("de,fr;q=0.9,zh;q=0.8,en;q=0.7"), "zh");
}

TEST(A_language, is_the_first_asked_for_among_equals)
{
    EXPECT_EQ(chosen("zh,en"), "zh");
    EXPECT_EQ(chosen("en,zh"), "en");
    EXPECT_EQ(chosen("zh-CN,en;q=1.000"), "zh");
}

TEST(A_language, with_a_weight_of_zero_is_not_taken_when_there_is_another)
{
    EXPECT_EQ(chosen("en;q=0,zh;q=0.1"), "zh");
    EXPECT_EQ(chosen("zh;q=0"), "en");
    EXPECT_EQ(chosen("en;q=0,*"), "zh");
}

TEST(A_star, means_the_first_that_is_not_named)
{
    EXPECT_EQ(chosen("*"), "en");
    EXPECT_EQ(chosen("en;q=0.3,*;q=0.5"), "zh");
    EXPECT_EQ(chosen("zh;q=0.5,*;q=0.8"), "en");
    EXPECT_EQ(chosen("zh,en;q=0.5,*;q=0.8"), "zh");
}

TEST(White_space, may_stand_around_a_language_and_its_weight)
{
    EXPECT_EQ(chosen(" \ten ; q=0.5 ,\tzh ;\tq=0.6 "), "zh");
}

TEST(A_language, whose_weight_is_none_is_passed_over)
{
    for (const char *weight : {"", "2", "1.1", "1.001", "-1", "0,9", "0.9999", "x", ".9", "0.x", "01", "0x1"})
        EXPECT_EQ(chosen(std::string("zh;q=") + weight), "en") << weight;
    EXPECT_EQ(chosen("zh;level=1"), "en");
    EXPECT_EQ(chosen("zh;q"), "en");
    EXPECT_EQ(chosen("zh;q=1."), "zh");
}

TEST(Nonsense, is_passed_over)
{
    EXPECT_EQ(chosen(",,;,;;q=,zh,"), "zh");
    EXPECT_EQ(chosen(std::string_view("\0zh,\xff\xfe", 6)), "en");
}

}  // namespace pitstop::tool::test
