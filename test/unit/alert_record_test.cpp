#include "tool/core/alert.hpp"

#include <gtest/gtest.h>

#include "alerts.hpp"
#include "tool/core/failure.hpp"

namespace pitstop::tool::test {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr HealthStatus ok = HealthStatus::ok;
constexpr HealthStatus warning = HealthStatus::warning;
constexpr HealthStatus critical = HealthStatus::critical;

bool is_damaged(const std::string &text)
{
    try {
        Alerts({}, text, after(seconds(0)));
        return false;
    } catch (const Failure &failure) {
        EXPECT_EQ(failure.code(), ExitCode::failed);
        EXPECT_STREQ(failure.what(), "the record of alerts is damaged");
        return true;
    }
}

}  // namespace

TEST(A_record, of_nothing_is_read_again)
{
    const std::string text = Alerts({}).text(after(seconds(0)));
    EXPECT_EQ(Alerts({}, text, after(seconds(0))).text(after(seconds(0))), text);
}

TEST(A_record, keeps_what_was_told)
{
    Alerts before(plan_of(seconds(0)));
    delivered(is(before, critical, seconds(0)), seconds(0));
    Alerts alerts(plan_of(seconds(0)), before.text(after(seconds(1))), after(seconds(2)));
    EXPECT_EQ(delivered(is(alerts, critical, seconds(3)), seconds(3)), "");
    EXPECT_EQ(delivered(is(alerts, ok, seconds(4)), seconds(4)), "backup critical ok");
}

TEST(A_record, keeps_what_waits_for_its_hold_off_though_the_steady_clock_begins_anew)
{
    Alerts before(plan_of(minutes(2)));
    is(before, critical, seconds(0));
    const Instant restart{{noon.seconds + 100}, seconds(5)};
    Alerts alerts(plan_of(minutes(2)), before.text(after(seconds(90))), restart);
    alerts.take(health_report({check("backup", critical)}), {{noon.seconds + 119}, seconds(24)});
    EXPECT_EQ(alerts.due_in(restart), std::nullopt);
    alerts.take(health_report({check("backup", critical)}), {{noon.seconds + 120}, seconds(25)});
    EXPECT_EQ(alerts.due_in({{noon.seconds + 120}, seconds(25)}), seconds(0));
}

TEST(A_record, keeps_what_was_not_delivered_with_its_pauses)
{
    Alerts before(plan_of(seconds(0)));
    is(before, critical, seconds(0));
    const std::string message = before.due(after(seconds(0)))->json;
    before.not_delivered(after(seconds(0)));
    before.not_delivered(after(seconds(10)));
    Alerts alerts(plan_of(seconds(0)), before.text(after(seconds(15))), after(seconds(20)));
    EXPECT_EQ(alerts.due_in(after(seconds(20))), seconds(20));
    EXPECT_EQ(alerts.due(after(seconds(40)))->json, message);
    alerts.not_delivered(after(seconds(40)));
    EXPECT_EQ(alerts.due_in(after(seconds(40))), seconds(120));
    // A change that comes now has another number.
    const auto number = alerts.due(after(seconds(200)))->number;
    is(alerts, ok, seconds(200));
    EXPECT_GT(alerts.due(after(seconds(200)))->number, number);
}

TEST(A_record, from_a_clock_that_was_wrong_holds_nothing_up)
{
    Alerts before(plan_of(minutes(2)));
    before.take(health_report({check("backup", critical)}), after(hours(24 * 365)));
    before.take(health_report({check("backup", critical), check("positions", warning)}), after(hours(24 * 365 + 1)));
    before.not_delivered(after(hours(24 * 365 + 1)));
    Alerts alerts(plan_of(minutes(2)), before.text(after(hours(24 * 365 + 1))), after(seconds(0)));
    EXPECT_EQ(alerts.due_in(after(seconds(0))), hours(1));
    alerts.take(health_report({check("positions", warning)}), after(seconds(120)));
    EXPECT_EQ(delivered(alerts, seconds(120)), "positions ok warning, backup ok critical");
}

TEST(A_record, is_read_wherever_the_clock_stands)
{
    for (const std::int64_t date_s : {std::int64_t{0}, std::int64_t{5}, std::int64_t{300'000'000'000}}) {
        Alerts alerts(plan_of(seconds(0)));
        const Instant now{{date_s}, seconds(1'000'000)};
        HealthReport report = health_report({check("backup", critical)});
        report.at = now.date;
        report.checks[0].since = {date_s - 7200};
        alerts.take(report, now);
        EXPECT_FALSE(is_damaged(alerts.text(now))) << date_s;
    }
}

TEST(A_record, leaves_out_checks_that_are_not_known)
{
    const std::string text =
        R"({"version":1,"last_number":3,"checks":{"wheels":{"told":"ok"}},"outbox":{"database":"","status":"ok",)"
        R"("at":"2026-11-25T12:00:00Z","attempts":0,"next_attempt":"2026-11-25T12:00:00Z","changes":{"wheels":{}}}})";
    EXPECT_EQ(Alerts({}, text, after(seconds(0))).due(after(hours(1))), std::nullopt);
}

TEST(A_record, that_is_damaged_is_refused)
{
    Alerts alerts(plan_of(minutes(2)));
    is(alerts, critical, seconds(0));
    is(alerts, critical, seconds(120));
    is(alerts, ok, seconds(130));
    const std::string text = alerts.text(after(seconds(130)));
    ASSERT_FALSE(is_damaged(text));
    for (std::size_t length = 0; length < text.size(); ++length)
        EXPECT_TRUE(is_damaged(text.substr(0, length))) << length;
    for (const char *member :
         {"version", "last_number", "checks", "outbox", "told", "told_at", "gets_worse", "database", "status", "at",
          "attempts", "next_attempt", "changes", "number", "from", "to", "since", "note"}) {
        const std::size_t at = text.find('"' + std::string(member) + '"');
        ASSERT_NE(at, std::string::npos) << member;
        EXPECT_TRUE(is_damaged(std::string(text).insert(at + 1, "x"))) << member;
    }
    const std::vector<std::pair<std::string, std::string>> changes = {
        {R"("version":1)", R"("version":2)"},    {R"("last_number":1)", R"("last_number":-1)"},
        {R"("number":1)", R"("number":2)"},      {R"("gets_worse":false)", R"("gets_worse":0)"},
        {R"("to":"critical")", R"("to":"bad")"}, {R"("attempts":0)", R"("attempts":4294967296)"},
        {"2026-11-25T", "2026-11-25 "}};
    for (const auto &[from, to] : changes) {
        const std::size_t at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        EXPECT_TRUE(is_damaged(std::string(text).replace(at, from.size(), to))) << from;
    }
    EXPECT_TRUE(is_damaged(text + std::string(1'000'000, ' ')));
}

TEST(A_revision, changes_with_what_is_remembered_and_only_then)
{
    Alerts alerts(plan_of(minutes(2)));
    is(alerts, ok, seconds(0));
    std::uint64_t before = alerts.revision();
    const auto has_changed = [&] { return std::exchange(before, alerts.revision()) != before; };
    is(alerts, ok, seconds(1));
    EXPECT_FALSE(has_changed());
    is(alerts, critical, seconds(2));
    EXPECT_TRUE(has_changed());
    is(alerts, critical, seconds(3));
    EXPECT_FALSE(has_changed());
    is(alerts, ok, seconds(4));
    EXPECT_TRUE(has_changed());
    is(alerts, critical, seconds(5));
    is(alerts, critical, seconds(125));
    EXPECT_TRUE(has_changed());
    alerts.not_delivered(after(seconds(126)));
    EXPECT_TRUE(has_changed());
    delivered(alerts, seconds(200));
    EXPECT_TRUE(has_changed());
}

}  // namespace pitstop::tool::test
