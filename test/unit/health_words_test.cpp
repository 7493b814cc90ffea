#include "tool/core/health_words.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "health_reports.hpp"

namespace pitstop::tool::test {

namespace {

std::string value_of(const char *code, double value)
{
    return value_text(*find_health_check(code), value);
}

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST(A_number, is_the_shortest_that_means_it)
{
    EXPECT_EQ(number_text(0), "0");
    EXPECT_EQ(number_text(0.1), "0.1");
    EXPECT_EQ(number_text(-1.5), "-1.5");
    EXPECT_EQ(number_text(5e9), "5000000000");
    EXPECT_EQ(number_text(1e22), "10000000000000000000000");
    EXPECT_EQ(number_text(infinity), "+Inf");
    EXPECT_EQ(number_text(-infinity), "-Inf");
    EXPECT_EQ(number_text(std::numeric_limits<double>::quiet_NaN()), "NaN");
    // 0.000…0005 with 324 places.
    EXPECT_EQ(number_text(std::numeric_limits<double>::denorm_min()).size(), 326U);
}

TEST(A_value, is_told_in_its_unit)
{
    EXPECT_EQ(value_of("connection", 0.0124), "12 ms");
    EXPECT_EQ(value_of("connection", 1.4), "1 s");
    EXPECT_EQ(value_of("backup", 97'200), "1 day 3 h");
    EXPECT_EQ(value_of("database_size", 4'200'000'000), "4.2 GB");
    EXPECT_EQ(value_of("dead_rows", 0.294), "29 %");
    EXPECT_EQ(value_of("addresses", 1234), "1,234");
    EXPECT_EQ(value_of("addresses", 1.5), "1.5");
}

TEST(A_value, that_cannot_be_is_told_as_a_number)
{
    EXPECT_EQ(value_of("backup", -3), "-3");
    EXPECT_EQ(value_of("database_size", 1e16), "10000000000000000");
    EXPECT_EQ(value_of("addresses", std::numeric_limits<double>::quiet_NaN()), "NaN");
}

TEST(A_finding, is_what_the_worst_observations_say)
{
    CheckReport report = check_report("positions", HealthStatus::warning,
                                      {observation("car 1", 5), observation("car 2", 7200),
                                       observation("car 3", 9000, "Nothing came in since it woke up.")});
    report.observations[0].status = HealthStatus::ok;
    EXPECT_EQ(finding_of(report), "car 2: 2 h; car 3: Nothing came in since it woke up");
}

TEST(A_finding, tells_five_and_how_many_more)
{
    const std::vector<Observation> seven(7, observation("", 2));
    EXPECT_EQ(finding_of(check_report("indexes", HealthStatus::warning, seven)), "2; 2; 2; 2; 2 and 2 more");
}

TEST(A_finding, is_the_error_where_that_is_the_reason)
{
    CheckReport report = check_report("positions", HealthStatus::unknown, {observation("car 1", 5)});
    report.error = "timed out";
    EXPECT_EQ(finding_of(report), "timed out");
    report.status = report.observations[0].status = HealthStatus::warning;
    EXPECT_EQ(finding_of(report), "car 1: 5 s");

    report = check_report("connection", HealthStatus::critical, {observation("", 0.01)});
    report.error = "connection refused";
    EXPECT_EQ(finding_of(report), "connection refused");
}

TEST(A_finding, is_that_nobody_has_looked_yet)
{
    CheckReport report = check_report("positions", HealthStatus::unknown, {});
    report.observed_at = std::nullopt;
    EXPECT_EQ(finding_of(report), "not looked at yet");
}

}  // namespace pitstop::tool::test
