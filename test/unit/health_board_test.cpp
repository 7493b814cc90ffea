#include "tool/core/health_board.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace pitstop::tool::test {

namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr HealthStatus ok = HealthStatus::ok;
constexpr HealthStatus warning = HealthStatus::warning;
constexpr HealthStatus critical = HealthStatus::critical;
constexpr HealthStatus unknown = HealthStatus::unknown;

constexpr std::int64_t start_s = 1'795'576'500;  // 2026-11-25T03:15:00Z

// So long after the start, on a machine that had been up for an hour; its clock was set by `jump` since.
Instant after(seconds span, seconds jump = seconds(0))
{
    return {{start_s + span.count() + jump.count()}, hours(1) + span};
}

// The moment so long after the start.
Moment date(seconds span)
{
    return {start_s + span.count()};
}

Observation value_of(double value, const char *subject = "")
{
    Observation observation;
    observation.subject = subject;
    observation.value = value;
    return observation;
}

// Every check but these is off.
HealthBoard board_of(const std::vector<std::string> &codes)
{
    HealthPlan plan;
    for (const HealthCheck *check = health_checks_begin(); check != health_checks_end(); ++check)
        if (std::find(codes.begin(), codes.end(), check->code) == codes.end())
            plan.disabled.emplace_back(check->code);
    return {plan, after(seconds(0))};
}

const CheckReport &check_in(const HealthReport &report, std::string_view code)
{
    const auto found = std::find_if(report.checks.begin(), report.checks.end(),
                                    [&](const CheckReport &each) { return each.check->code == code; });
    EXPECT_NE(found, report.checks.end()) << code;
    return *found;
}

}  // namespace

TEST(A_health_board, has_the_catalogues_checks_in_its_order)
{
    const HealthBoard board({}, after(seconds(0)));
    ASSERT_EQ(board.checks().size(), static_cast<std::size_t>(health_checks_end() - health_checks_begin()));
    EXPECT_EQ(board.checks().front()->code, "connection");
    EXPECT_EQ(board.checks().back()->code, "collation");
}

TEST(A_health_board, leaves_out_what_is_switched_off)
{
    HealthBoard board({{}, {"collation", "connection"}}, after(seconds(0)));
    EXPECT_EQ(board.checks().front()->code, "postgres");
    EXPECT_EQ(board.checks().back()->code, "long_transactions");
    board.note("connection", {value_of(9)}, after(seconds(1)));
    board.note_failure("connection", "refused", after(seconds(2)));
    EXPECT_EQ(board.report(after(seconds(3))).checks.front().check->code, "postgres");
}

TEST(A_health_board, knows_nothing_before_a_look)
{
    const HealthReport report = board_of({"backup"}).report(after(seconds(5)));
    const CheckReport &backup = check_in(report, "backup");
    EXPECT_EQ(report.at, date(seconds(5)));
    EXPECT_EQ(report.status, unknown);
    EXPECT_EQ(report.since, date(seconds(0)));
    EXPECT_EQ(backup.status, unknown);
    EXPECT_EQ(backup.since, date(seconds(0)));
    EXPECT_EQ(backup.observed_at, std::nullopt);
    EXPECT_EQ(backup.error, "");
    EXPECT_TRUE(backup.observations.empty());
}

TEST(A_health_board, judges_each_observation_and_the_check_by_the_worst)
{
    HealthBoard board = board_of({"positions"});
    board.note("positions", {value_of(3600, "car 1"), value_of(5, "car 2")}, after(seconds(10)));
    const HealthReport report = board.report(after(seconds(11)));
    const CheckReport &positions = check_in(report, "positions");
    ASSERT_EQ(positions.observations.size(), 2U);
    EXPECT_EQ(positions.observations[0].status, warning);
    EXPECT_EQ(positions.observations[0].observation.subject, "car 1");
    EXPECT_EQ(positions.observations[1].status, ok);
    EXPECT_EQ(positions.status, warning);
    EXPECT_EQ(positions.since, date(seconds(10)));
    EXPECT_EQ(positions.observed_at, date(seconds(10)));
}

TEST(A_health_board, takes_nothing_that_could_be_bad_for_ok)
{
    HealthBoard board = board_of({"positions"});
    board.note("positions", {}, after(seconds(10)));
    EXPECT_EQ(board.report(after(seconds(11))).status, ok);
}

TEST(A_health_board, judges_by_thresholds_of_the_plan)
{
    HealthPlan plan;
    plan.thresholds["backup"] = {10, 20};
    HealthBoard board(plan, after(seconds(0)));
    board.note("backup", {value_of(20)}, after(seconds(1)));
    const HealthReport report = board.report(after(seconds(1)));
    EXPECT_EQ(check_in(report, "backup").status, critical);
    EXPECT_EQ(check_in(report, "backup").thresholds.critical, 20);
    EXPECT_EQ(check_in(report, "positions").thresholds.warning, 3600);
}

TEST(A_status, is_since_it_changed)
{
    HealthBoard board = board_of({"positions"});
    board.note("positions", {value_of(5)}, after(seconds(10)));
    board.note("positions", {value_of(6)}, after(seconds(70)));
    EXPECT_EQ(check_in(board.report(after(seconds(71))), "positions").since, date(seconds(10)));
    board.note("positions", {value_of(4000)}, after(seconds(130)));
    board.note("positions", {value_of(4060)}, after(seconds(190)));
    EXPECT_EQ(check_in(board.report(after(seconds(200))), "positions").since, date(seconds(130)));
}

TEST(A_failed_look, leaves_what_was_seen_with_the_error)
{
    HealthBoard board = board_of({"positions"});
    board.note("positions", {value_of(5)}, after(seconds(10)));
    board.note_failure("positions", "could not ask", after(seconds(70)));
    const HealthReport report = board.report(after(seconds(71)));
    const CheckReport &positions = check_in(report, "positions");
    EXPECT_EQ(positions.status, ok);
    EXPECT_EQ(positions.error, "could not ask");
    EXPECT_EQ(positions.observed_at, date(seconds(10)));
    ASSERT_EQ(positions.observations.size(), 1U);
    EXPECT_EQ(positions.observations[0].status, ok);
}

TEST(A_failed_look, makes_unknown_what_was_never_seen)
{
    HealthBoard board = board_of({"positions"});
    board.note_failure("positions", "could not ask", after(seconds(10)));
    const HealthReport report = board.report(after(seconds(11)));
    EXPECT_EQ(check_in(report, "positions").status, unknown);
    EXPECT_EQ(check_in(report, "positions").error, "could not ask");
    EXPECT_EQ(check_in(report, "positions").since, date(seconds(0)));
}

TEST(A_failed_look, is_forgotten_by_one_that_goes_well)
{
    HealthBoard board = board_of({"positions"});
    board.note_failure("positions", "could not ask", after(seconds(10)));
    board.note("positions", {value_of(5)}, after(seconds(70)));
    EXPECT_EQ(check_in(board.report(after(seconds(71))), "positions").error, "");
}

TEST(A_failed_look, is_critical_at_once_for_the_connection)
{
    HealthBoard board = board_of({"connection"});
    board.note("connection", {value_of(0.01)}, after(seconds(10)));
    board.note_failure("connection", "refused", after(seconds(20)));
    board.note_failure("connection", "refused", after(seconds(30)));
    const HealthReport report = board.report(after(seconds(31)));
    const CheckReport &connection = check_in(report, "connection");
    EXPECT_EQ(connection.status, critical);
    EXPECT_EQ(connection.since, date(seconds(20)));
    EXPECT_EQ(connection.observed_at, date(seconds(10)));
    ASSERT_EQ(connection.observations.size(), 1U);
    EXPECT_EQ(connection.observations[0].status, critical);
    EXPECT_EQ(report.status, critical);
    EXPECT_EQ(report.since, date(seconds(20)));
}

TEST(A_check, is_unknown_once_nobody_looked_for_three_rounds_and_a_minute)
{
    // Every two minutes: 420 s after 10 s.
    HealthBoard board = board_of({"positions"});
    EXPECT_EQ(HealthBoard::stale_after_seconds(*board.checks().front()), 420);
    board.note("positions", {value_of(5)}, after(seconds(10)));
    EXPECT_EQ(board.report(after(seconds(429))).status, ok);
    const HealthReport report = board.report(after(seconds(9999)));
    const CheckReport &positions = check_in(report, "positions");
    EXPECT_EQ(positions.status, unknown);
    EXPECT_EQ(positions.since, date(seconds(430)));
    EXPECT_EQ(positions.error, "no look at it has come to an end for too long");
    EXPECT_EQ(positions.observations[0].status, unknown);
    EXPECT_EQ(report.status, unknown);
    EXPECT_EQ(report.since, date(seconds(430)));
}

TEST(A_check, tells_that_its_first_look_hangs)
{
    const HealthBoard board = board_of({"positions"});
    EXPECT_EQ(board.report(after(seconds(419))).checks[0].error, "");
    EXPECT_EQ(board.report(after(seconds(420))).checks[0].error, "no look at it has come to an end for too long");
}

TEST(A_check, is_unknown_once_looks_fail_for_so_long_and_stays_so_until_one_succeeds)
{
    HealthBoard board = board_of({"positions"});
    board.note("positions", {value_of(5)}, after(seconds(10)));
    board.note_failure("positions", "could not ask", after(seconds(429)));
    board.note_failure("positions", "timed out", after(seconds(489)), "Look for locks.");
    const HealthReport report = board.report(after(seconds(490)));
    EXPECT_EQ(check_in(report, "positions").status, unknown);
    EXPECT_EQ(check_in(report, "positions").since, date(seconds(430)));
    EXPECT_EQ(check_in(report, "positions").error, "timed out");
    EXPECT_EQ(check_in(report, "positions").hint, "Look for locks.");
    board.note("positions", {value_of(5)}, after(seconds(600)));
    EXPECT_EQ(check_in(board.report(after(seconds(601))), "positions").hint, "");
    EXPECT_EQ(check_in(board.report(after(seconds(601))), "positions").status, ok);
    EXPECT_EQ(check_in(board.report(after(seconds(601))), "positions").since, date(seconds(600)));
}

TEST(A_connection, is_unknown_when_even_failing_has_stopped)
{
    // Every 10 s: 90 s after 20 s.
    HealthBoard board = board_of({"connection"});
    board.note_failure("connection", "refused", after(seconds(20)));
    EXPECT_EQ(board.report(after(seconds(109))).status, critical);
    EXPECT_EQ(board.report(after(seconds(110))).status, unknown);
}

TEST(The_whole, is_the_worst_since_it_changed)
{
    HealthBoard board = board_of({"connection", "positions"});
    board.note("connection", {value_of(0.01)}, after(seconds(1)));
    EXPECT_EQ(board.report(after(seconds(2))).since, date(seconds(0)));
    board.note("positions", {value_of(4000)}, after(seconds(3)));
    EXPECT_EQ(board.report(after(seconds(4))).status, warning);
    EXPECT_EQ(board.report(after(seconds(4))).since, date(seconds(3)));
    // 2 s of connection are a warning too: the whole is what it was.
    board.note("connection", {value_of(2)}, after(seconds(11)));
    board.note("positions", {value_of(5)}, after(seconds(13)));
    EXPECT_EQ(board.report(after(seconds(14))).status, warning);
    EXPECT_EQ(board.report(after(seconds(14))).since, date(seconds(3)));
}

TEST(The_whole, became_unknown_with_the_first_of_several)
{
    // The connection is unknown 90 s after its look, positions 420 s after theirs.
    HealthBoard board = board_of({"connection", "positions"});
    board.note("positions", {value_of(5)}, after(seconds(1)));
    board.note("connection", {value_of(0.01)}, after(seconds(2)));
    EXPECT_EQ(board.report(after(seconds(1000))).since, date(seconds(92)));
    // So it is when something else was noted in between.
    board.note_failure("positions", "could not ask", after(seconds(900)));
    EXPECT_EQ(board.report(after(seconds(1000))).since, date(seconds(92)));
}

TEST(The_whole, is_since_the_worst_ended_though_another_was_unknown_long_before)
{
    HealthBoard board = board_of({"connection", "positions"});
    board.note("positions", {value_of(5)}, after(seconds(10)));
    board.note_failure("connection", "refused", after(seconds(420)));
    board.note_failure("connection", "refused", after(seconds(480)));
    board.note("connection", {value_of(0.01)}, after(seconds(500)));
    const HealthReport report = board.report(after(seconds(501)));
    EXPECT_EQ(check_in(report, "positions").since, date(seconds(430)));
    EXPECT_EQ(report.status, unknown);
    EXPECT_EQ(report.since, date(seconds(500)));
}

TEST(A_clock_that_is_set_forth, makes_nothing_old)
{
    HealthBoard board = board_of({"positions"});
    board.note("positions", {value_of(5)}, after(seconds(10)));
    const HealthReport report = board.report(after(seconds(40), hours(5)));
    const CheckReport &positions = check_in(report, "positions");
    EXPECT_EQ(report.at, date(hours(5) + seconds(40)));
    EXPECT_EQ(positions.status, ok);
    // 30 s ago, as before.
    EXPECT_EQ(positions.since, date(hours(5) + seconds(10)));
    EXPECT_EQ(positions.observed_at, date(hours(5) + seconds(10)));
    EXPECT_EQ(report.since, date(hours(5) + seconds(10)));
}

TEST(A_clock_that_is_set_back, makes_nothing_of_the_future)
{
    HealthBoard board = board_of({"positions"});
    board.note("positions", {value_of(5)}, after(seconds(10)));
    board.note("positions", {value_of(5)}, after(seconds(70), hours(-5)));
    const HealthReport report = board.report(after(seconds(80), hours(-5)));
    EXPECT_EQ(check_in(report, "positions").since, date(hours(-5) + seconds(10)));
    EXPECT_EQ(check_in(report, "positions").observed_at, date(hours(-5) + seconds(70)));
    // What hangs is found all the same, 420 s after the look.
    EXPECT_EQ(board.report(after(seconds(490), hours(-5))).status, unknown);
    EXPECT_EQ(check_in(board.report(after(seconds(491), hours(-5))), "positions").since,
              date(hours(-5) + seconds(490)));
}

TEST(A_clock_that_drifts_by_a_second, moves_no_date)
{
    HealthBoard board = board_of({"positions"});
    board.note("positions", {value_of(5)}, after(seconds(10)));
    for (const int drift_s : {-2, -1, 1, 2})
        EXPECT_EQ(board.report(after(seconds(60), seconds(drift_s))).since, date(seconds(10))) << drift_s;
    // Nor after it was set.
    board.note("positions", {value_of(5)}, after(seconds(70), hours(5)));
    EXPECT_EQ(board.report(after(seconds(71), hours(5) + seconds(1))).since, date(hours(5) + seconds(10)));
}

TEST(A_clock_that_drifts_by_a_second, puts_no_date_into_the_future)
{
    HealthBoard board = board_of({"positions"});
    board.note("positions", {value_of(5)}, after(seconds(10)));
    EXPECT_EQ(board.report(after(seconds(10), seconds(-2))).since, date(seconds(8)));
}

TEST(Another_plan, judges_what_was_seen)
{
    HealthBoard board = board_of({"positions", "backup"});
    board.note("positions", {value_of(100)}, after(seconds(10)));
    board.note("backup", {value_of(100)}, after(seconds(20)));
    HealthPlan plan;
    plan.thresholds["backup"] = {50, 200};
    plan.disabled = {"positions"};
    board.change_plan(plan, after(seconds(30)));
    const HealthReport report = board.report(after(seconds(31)));
    EXPECT_EQ(check_in(report, "backup").status, warning);
    EXPECT_EQ(check_in(report, "backup").since, date(seconds(30)));
    EXPECT_EQ(check_in(report, "backup").observed_at, date(seconds(20)));
    EXPECT_EQ(check_in(report, "connection").status, unknown);
    EXPECT_EQ(check_in(report, "connection").since, date(seconds(30)));
    EXPECT_EQ(board.checks().size(), report.checks.size());
    for (const CheckReport &each : report.checks)
        EXPECT_NE(each.check->code, "positions");
}

TEST(Another_plan, makes_no_connection)
{
    HealthBoard board = board_of({"connection"});
    board.note("connection", {value_of(0.01)}, after(seconds(10)));
    board.note_failure("connection", "refused", after(seconds(20)));
    board.change_plan({}, after(seconds(21)));
    EXPECT_EQ(check_in(board.report(after(seconds(22))), "connection").status, critical);
    EXPECT_EQ(check_in(board.report(after(seconds(22))), "connection").since, date(seconds(20)));
}

}  // namespace pitstop::tool::test
