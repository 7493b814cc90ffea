#include "core/server_version.hpp"

#include <gtest/gtest.h>

namespace pitstop::test {

namespace {

Finding for_teslamate(int version_number)
{
    return judge_server(version_number, "its version").at(0);
}

Finding for_pitstop(int version_number)
{
    return judge_server(version_number, "its version").at(1);
}

std::string teslamate_status(int version_number)
{
    return name_of(for_teslamate(version_number).status);
}

std::string pitstop_status(int version_number)
{
    return name_of(for_pitstop(version_number).status);
}

bool mentions(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST(PostgreSQL_for_TeslaMate, is_refused_at_14)
{
    EXPECT_EQ(teslamate_status(140020), "refused");
}

TEST(PostgreSQL_for_TeslaMate, is_refused_at_15)
{
    EXPECT_EQ(teslamate_status(150018), "refused");
}

TEST(PostgreSQL_for_TeslaMate, is_refused_at_16_6)
{
    EXPECT_EQ(teslamate_status(160006), "refused");
}

TEST(PostgreSQL_for_TeslaMate, is_fine_from_16_7_on)
{
    EXPECT_EQ(teslamate_status(160007), "ok");
}

TEST(PostgreSQL_for_TeslaMate, is_fine_at_a_later_16)
{
    EXPECT_EQ(teslamate_status(160014), "ok");
}

TEST(PostgreSQL_for_TeslaMate, is_refused_at_17_2)
{
    EXPECT_EQ(teslamate_status(170002), "refused");
}

TEST(PostgreSQL_for_TeslaMate, is_fine_from_17_3_on)
{
    EXPECT_EQ(teslamate_status(170003), "ok");
}

TEST(PostgreSQL_for_TeslaMate, is_fine_from_18_0_on)
{
    EXPECT_EQ(teslamate_status(180000), "ok");
}

TEST(PostgreSQL_for_TeslaMate, is_only_warned_about_at_19)
{
    EXPECT_EQ(teslamate_status(190000), "warning");
}

TEST(PostgreSQL_for_TeslaMate, is_said_not_to_be_officially_tested_at_19)
{
    EXPECT_TRUE(mentions(for_teslamate(190001).message, "not officially tested"));
}

TEST(PostgreSQL_for_TeslaMate, that_is_too_old_in_its_major_version_is_told_the_minimum_of_16)
{
    EXPECT_TRUE(mentions(for_teslamate(160006).message, "16.7"));
}

TEST(PostgreSQL_for_TeslaMate, that_is_too_old_in_its_major_version_is_told_the_minimum_of_17)
{
    EXPECT_TRUE(mentions(for_teslamate(170002).message, "17.3"));
}

TEST(PostgreSQL_for_TeslaMate, that_is_too_old_is_told_all_that_is_supported)
{
    EXPECT_TRUE(mentions(for_teslamate(150018).message, "16.7+, 17.3+ or 18.0+"));
}

TEST(PostgreSQL_for_TeslaMate, is_shown_beside_what_is_required)
{
    EXPECT_EQ(for_teslamate(160007).required, "16.7+, 17.3+ or 18.0+");
}

TEST(PostgreSQL_for_TeslaMate, is_shown_as_people_read_it)
{
    EXPECT_EQ(judge_server(150018, "15.18").at(0).found, "15.18");
}

TEST(PostgreSQL_for_TeslaMate, always_gets_a_message)
{
    for (const int version : {140020, 150018, 160006, 160007, 190000})
        EXPECT_FALSE(for_teslamate(version).message.empty()) << version;
}

TEST(PostgreSQL_for_pitstop, is_refused_at_14)
{
    EXPECT_EQ(pitstop_status(140020), "refused");
}

TEST(PostgreSQL_for_pitstop, is_fine_from_15_on)
{
    EXPECT_EQ(pitstop_status(150000), "ok");
}

TEST(PostgreSQL_for_pitstop, is_fine_where_TeslaMate_refuses_the_minor_version)
{
    EXPECT_EQ(pitstop_status(170002), "ok");
}

TEST(PostgreSQL_for_pitstop, is_fine_at_18)
{
    EXPECT_EQ(pitstop_status(180006), "ok");
}

TEST(PostgreSQL_for_pitstop, is_warned_about_at_19)
{
    EXPECT_EQ(pitstop_status(190000), "warning");
}

TEST(PostgreSQL_for_pitstop, is_shown_as_people_read_it)
{
    EXPECT_EQ(judge_server(150018, "15.18").at(1).found, "15.18");
}

TEST(PostgreSQL_for_pitstop, is_shown_beside_what_is_required)
{
    EXPECT_EQ(for_pitstop(150018).required, "15 to 18");
}

TEST(PostgreSQL_for_pitstop, always_gets_a_message)
{
    for (const int version : {140020, 150018, 190000})
        EXPECT_FALSE(for_pitstop(version).message.empty()) << version;
}

TEST(The_versions_of_a_server, are_judged_for_TeslaMate_and_for_pitstop)
{
    const auto findings = judge_server(180000, "18.0");
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].name, "PostgreSQL for TeslaMate");
    EXPECT_EQ(findings[1].name, "PostgreSQL for pitstop");
}

}  // namespace pitstop::test
