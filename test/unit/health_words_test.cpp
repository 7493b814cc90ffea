#include "tool/core/health_words.hpp"

#include <gtest/gtest.h>

#include "health_reports.hpp"

namespace pitstop::tool::test {

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

TEST(What_mends, is_the_call_of_the_catalogue)
{
    EXPECT_EQ(mend_of(check_report("open_sessions", HealthStatus::warning, {observation("", 3)})),
              "SELECT * FROM pitstop.close_stale()");
}

TEST(What_mends, is_what_the_error_asks_for_where_nobody_can_look)
{
    CheckReport report = check_report("open_sessions", HealthStatus::unknown, {observation("", 3)});
    report.error = "the extension is not installed";
    EXPECT_EQ(mend_of(report), "");
    report.hint = "CREATE EXTENSION pitstop";
    EXPECT_EQ(mend_of(report), "CREATE EXTENSION pitstop");

    // What was seen a while ago still counts.
    report.status = HealthStatus::warning;
    EXPECT_EQ(mend_of(report), "SELECT * FROM pitstop.close_stale()");
}

TEST(What_mends, is_told_of_a_connection_in_any_case)
{
    CheckReport report = check_report("connection", HealthStatus::critical, {});
    report.error = "connection refused";
    EXPECT_EQ(mend_of(report), find_health_check("connection")->mend);
    report.hint = "Start it.";
    EXPECT_EQ(mend_of(report), "Start it.");
}

TEST(A_finding, is_that_nobody_has_looked_yet)
{
    CheckReport report = check_report("positions", HealthStatus::unknown, {});
    report.observed_at = std::nullopt;
    EXPECT_EQ(finding_of(report), "not looked at yet");
}

}  // namespace pitstop::tool::test
