#include "tool/core/alert.hpp"

#include <gtest/gtest.h>

#include "alerts.hpp"

namespace pitstop::tool::test {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr HealthStatus ok = HealthStatus::ok;
constexpr HealthStatus warning = HealthStatus::warning;
constexpr HealthStatus critical = HealthStatus::critical;
constexpr HealthStatus unknown = HealthStatus::unknown;

}  // namespace

// ---- what is news

TEST(An_alert, is_sent_once_a_check_was_worse_for_the_hold_off)
{
    Alerts alerts(plan_of(minutes(2)));
    is(alerts, ok, seconds(0));
    is(alerts, critical, seconds(10));
    is(alerts, critical, seconds(129));
    EXPECT_EQ(delivered(alerts, seconds(129)), "");
    is(alerts, critical, seconds(130));
    EXPECT_EQ(delivered(alerts, seconds(130)), "backup ok critical");
    is(alerts, critical, hours(24));
    EXPECT_EQ(delivered(alerts, hours(24)), "");
}

TEST(An_alert, says_what_it_is_by_then)
{
    Alerts alerts(plan_of(minutes(2)));
    is(alerts, critical, seconds(0));
    is(alerts, warning, seconds(60));
    is(alerts, warning, seconds(120));
    EXPECT_EQ(delivered(alerts, seconds(120)), "backup ok warning");
}

TEST(An_alert, is_sent_when_a_check_is_well_again)
{
    Alerts alerts(plan_of(minutes(2)));
    is(alerts, critical, seconds(0));
    is(alerts, critical, seconds(120));
    EXPECT_EQ(delivered(alerts, seconds(120)), "backup ok critical");
    is(alerts, ok, seconds(200));
    is(alerts, ok, seconds(319));
    EXPECT_EQ(delivered(alerts, seconds(319)), "");
    is(alerts, ok, seconds(320));
    EXPECT_EQ(delivered(alerts, seconds(320)), "backup critical ok");
}

TEST(An_alert, is_sent_when_a_check_is_better_and_when_it_is_worse_again)
{
    Alerts alerts(plan_of(seconds(0)));
    EXPECT_EQ(delivered(is(alerts, critical, seconds(0)), seconds(0)), "backup ok critical");
    EXPECT_EQ(delivered(is(alerts, unknown, seconds(1)), seconds(1)), "backup critical unknown");
    EXPECT_EQ(delivered(is(alerts, warning, seconds(2)), seconds(2)), "backup unknown warning");
    EXPECT_EQ(delivered(is(alerts, critical, seconds(3)), seconds(3)), "backup warning critical");
}

TEST(An_alert, is_not_sent_for_what_comes_and_goes_within_the_hold_off)
{
    Alerts alerts(plan_of(minutes(2)));
    for (int i = 0; i < 100; ++i) {
        is(alerts, i % 2 == 0 ? critical : ok, seconds(60 * i));
        EXPECT_EQ(alerts.due(after(seconds(60 * i))), std::nullopt) << i;
    }
}

TEST(An_alert, is_not_sent_for_a_recovery_within_the_hold_off)
{
    Alerts alerts(plan_of(minutes(2)));
    is(alerts, warning, seconds(0));
    is(alerts, warning, seconds(120));
    EXPECT_EQ(delivered(alerts, seconds(120)), "backup ok warning");
    // Better for a minute, then worse than ever for a minute: neither has held.
    is(alerts, ok, seconds(180));
    is(alerts, critical, seconds(240));
    is(alerts, critical, seconds(300));
    EXPECT_EQ(delivered(alerts, seconds(300)), "");
    is(alerts, critical, seconds(360));
    EXPECT_EQ(delivered(alerts, seconds(360)), "backup warning critical");
}

TEST(An_alert, lists_all_that_changed_together)
{
    Alerts alerts(plan_of(minutes(2)));
    const HealthReport report =
        health_report({check("connection", ok), check("positions", warning), check("backup", critical)});
    alerts.take(report, after(seconds(0)));
    alerts.take(report, after(seconds(120)));
    EXPECT_EQ(delivered(alerts, seconds(120)), "positions ok warning, backup ok critical");
}

TEST(An_alert, waits_until_a_check_was_looked_at)
{
    Alerts alerts(plan_of(seconds(0)));
    CheckReport backup = check_report("backup", unknown, {});
    backup.observed_at = std::nullopt;
    alerts.take(health_report({backup}), after(seconds(0)));
    EXPECT_EQ(delivered(alerts, seconds(0)), "");
    // A look that never ends is one that failed.
    backup.error = "no look at it has come to an end for too long";
    alerts.take(health_report({backup}), after(seconds(240)));
    EXPECT_EQ(delivered(alerts, seconds(240)), "backup ok unknown");
}

TEST(An_alert, is_not_sent_for_what_nobody_can_know_without_a_connection)
{
    Alerts alerts(plan_of(seconds(0)));
    // The program looks at backups by itself.
    HealthReport report =
        health_report({check("connection", critical), check("positions", unknown), check("backup", unknown)});
    alerts.take(report, after(seconds(0)));
    EXPECT_EQ(delivered(alerts, seconds(0)), "connection ok critical, backup ok unknown");
    report.checks[0].status = ok;
    report.checks[2].status = ok;
    alerts.take(report, after(seconds(1)));
    EXPECT_EQ(delivered(alerts, seconds(1)), "connection critical ok, positions ok unknown, backup unknown ok");
}

TEST(An_alert, is_not_sent_for_a_check_that_was_switched_off_meanwhile)
{
    Alerts alerts(plan_of(seconds(0)));
    EXPECT_EQ(delivered(is(alerts, critical, seconds(0)), seconds(0)), "backup ok critical");
    alerts.take(health_report({check("positions", ok)}), after(seconds(1)));
    EXPECT_EQ(delivered(is(alerts, ok, seconds(2)), seconds(2)), "");
}

TEST(An_alert, does_not_wait_for_a_clock_that_is_set_back)
{
    Alerts alerts(plan_of(minutes(2)));
    alerts.take(health_report({check("backup", critical)}), {noon, seconds(1000)});
    alerts.take(health_report({check("backup", critical)}), {{noon.seconds - 36'000}, seconds(1120)});
    EXPECT_EQ(alerts.due_in({{noon.seconds - 36'000}, seconds(1120)}), seconds(0));
}

// ---- reminders

TEST(A_reminder, is_sent_while_something_is_critical)
{
    Alerts alerts(with_repeat(hours(24)));
    EXPECT_EQ(delivered(is(alerts, critical, seconds(0)), seconds(0)), "backup ok critical");
    EXPECT_EQ(delivered(is(alerts, critical, hours(24) - seconds(1)), hours(24) - seconds(1)), "");
    EXPECT_EQ(delivered(is(alerts, critical, hours(24)), hours(24)), "backup critical critical");
    EXPECT_EQ(delivered(is(alerts, critical, hours(25)), hours(25)), "");
    EXPECT_EQ(delivered(is(alerts, critical, hours(48)), hours(48)), "backup critical critical");
}

TEST(A_reminder, lists_all_that_is_critical_and_nothing_else)
{
    Alerts alerts(with_repeat(hours(24)));
    is(alerts, critical, seconds(0));
    EXPECT_EQ(delivered(alerts, seconds(0)), "backup ok critical");
    const HealthReport report = health_report({check("connection", critical), check("addresses", warning),
                                               check("backup", critical), check("positions", ok)});
    alerts.take(report, after(hours(23)));
    EXPECT_EQ(delivered(alerts, hours(23)), "connection ok critical, addresses ok warning");
    alerts.take(report, after(hours(24)));
    EXPECT_EQ(delivered(alerts, hours(24)), "connection critical critical, backup critical critical");
    alerts.take(report, after(hours(47)));
    EXPECT_EQ(delivered(alerts, hours(47)), "");
}

TEST(A_reminder, is_not_sent_of_warnings_nor_unless_asked_for)
{
    Alerts alerts(with_repeat(hours(24)));
    EXPECT_EQ(delivered(is(alerts, warning, seconds(0)), seconds(0)), "backup ok warning");
    EXPECT_EQ(delivered(is(alerts, warning, hours(72)), hours(72)), "");
    Alerts silent(plan_of(seconds(0)));
    EXPECT_EQ(delivered(is(silent, critical, seconds(0)), seconds(0)), "backup ok critical");
    EXPECT_EQ(delivered(is(silent, critical, hours(720)), hours(720)), "");
}

TEST(A_reminder, is_not_sent_while_the_first_message_waits)
{
    Alerts alerts(with_repeat(minutes(30)));
    is(alerts, critical, seconds(0));
    for (int i = 0; i < 5; ++i)
        alerts.not_delivered(after(seconds(0)));
    is(alerts, critical, minutes(30));
    EXPECT_EQ(alerts.due_in(after(minutes(30))), minutes(30));
}

// ---- delivery

TEST(A_delivery, is_tried_again_after_longer_and_longer_pauses)
{
    Alerts alerts(plan_of(seconds(0)));
    is(alerts, critical, seconds(0));
    seconds now(0);
    for (const int pause_s : {10, 30, 120, 600, 3600, 3600}) {
        ASSERT_TRUE(alerts.due(after(now)).has_value());
        EXPECT_EQ(alerts.due_in(after(now)), seconds(0));
        alerts.not_delivered(after(now));
        EXPECT_EQ(alerts.due_in(after(now)), seconds(pause_s));
        now += seconds(pause_s);
        EXPECT_EQ(alerts.due(after(now - seconds(1))), std::nullopt);
    }
    EXPECT_EQ(delivered(alerts, now), "backup ok critical");
    EXPECT_EQ(alerts.due_in(after(now)), std::nullopt);
    // The next one begins with short pauses.
    is(alerts, ok, now);
    alerts.not_delivered(after(now));
    EXPECT_EQ(alerts.due_in(after(now)), seconds(10));
}

TEST(A_delivery, is_tried_at_once_when_there_is_something_new)
{
    Alerts alerts(plan_of(seconds(0)));
    is(alerts, critical, seconds(0));
    for (int i = 0; i < 5; ++i)
        alerts.not_delivered(after(seconds(0)));
    is(alerts, critical, seconds(60));
    EXPECT_EQ(alerts.due_in(after(seconds(60))), seconds(3540));
    is(alerts, ok, seconds(61));
    EXPECT_EQ(alerts.due_in(after(seconds(61))), seconds(0));
    // But not again and again.
    alerts.not_delivered(after(seconds(61)));
    EXPECT_EQ(alerts.due_in(after(seconds(61))), seconds(3600));
}

TEST(A_delivery, is_one_message_of_the_newest_however_long_nobody_was_there)
{
    Alerts alerts(with_repeat(hours(1)));
    for (int hour = 0; hour < 1000; ++hour) {
        const HealthReport report = health_report({check("addresses", hour == 0 ? ok : warning),
                                                   check("backup", hour % 2 == 0 ? critical : warning),
                                                   check("collation", hour % 2 == 0 ? critical : ok)});
        alerts.take(report, after(hours(hour)));
        alerts.not_delivered(after(hours(hour)));
    }
    // As the receiver knows it: all was well. It is not told of each time, but that the collation was critical.
    EXPECT_EQ(delivered(alerts, hours(2000)), "addresses ok warning, backup ok warning, collation critical ok");
    EXPECT_EQ(alerts.due(after(hours(3000))), std::nullopt);
}

TEST(A_delivery, leaves_what_came_while_it_was_under_way)
{
    Alerts alerts(plan_of(seconds(0)));
    is(alerts, critical, seconds(0));
    const auto first = alerts.due(after(seconds(0)));
    ASSERT_TRUE(first.has_value());
    is(alerts, ok, seconds(1));
    alerts.delivered(first->number);
    EXPECT_EQ(delivered(alerts, seconds(1)), "backup critical ok");
}

}  // namespace pitstop::tool::test
