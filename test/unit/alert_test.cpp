#include "tool/core/alert.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "health_reports.hpp"
#include "tool/core/failure.hpp"

namespace pitstop::tool::test {

namespace {

using Json = nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr HealthStatus ok = HealthStatus::ok;
constexpr HealthStatus warning = HealthStatus::warning;
constexpr HealthStatus critical = HealthStatus::critical;
constexpr HealthStatus unknown = HealthStatus::unknown;

// So long after noon, on a machine that had been up for 1000 s.
Instant after(seconds span)
{
    return {{noon.seconds + span.count()}, seconds(1000) + span};
}

CheckReport check(std::string_view code, HealthStatus status)
{
    return check_report(code, status, {observation("", 700'000)});
}

AlertPlan plan_of(seconds hold_off)
{
    AlertPlan plan;
    plan.hold_off = hold_off;
    return plan;
}

AlertPlan with_repeat(seconds every)
{
    AlertPlan plan = plan_of(seconds(0));
    plan.repeat_every = every;
    return plan;
}

// A backup that is one thing after the other, each from so many seconds on.
Alerts &is(Alerts &alerts, HealthStatus status, seconds from)
{
    alerts.take(health_report({check("backup", status)}), after(from));
    return alerts;
}

// The changes that are to be delivered: "backup ok critical"; delivers them.
std::string delivered(Alerts &alerts, seconds at)
{
    const auto message = alerts.due(after(at));
    if (!message)
        return "";
    alerts.delivered(message->number);
    std::string text;
    const Json json = Json::parse(message->json);
    for (const Json &change : json["changes"])
        text += (text.empty() ? "" : ", ") + change["check"].get<std::string>() + ' ' +
                change["from"].get<std::string>() + ' ' + change["to"].get<std::string>();
    return text;
}

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

// ---- the message

TEST(A_message, says_it_to_programs_and_to_people)
{
    Alerts alerts(plan_of(seconds(0)));
    is(alerts, critical, seconds(0));
    EXPECT_EQ(
        alerts.due(after(seconds(5)))->json,
        R"({"source":"pitstop","database":"teslamate","status":"critical","at":"2026-11-25T12:00:00Z",)"
        R"("text":"TeslaMate database \"teslamate\": age of the newest proven backup: critical (8 days 2 h), was )"
        R"(ok.","changes":[{"check":"backup","title":"age of the newest proven backup","from":"ok",)"
        R"("to":"critical","since":"2026-11-25T10:00:00Z","note":"8 days 2 h","mend":"pitstop backup"}]})");
}

TEST(A_message, has_no_call_that_mends_what_nobody_can_look_at)
{
    Alerts alerts(plan_of(seconds(0)));
    is(alerts, unknown, seconds(0));
    EXPECT_NE(alerts.due(after(seconds(5)))
                  ->json.find(R"("to":"unknown","since":"2026-11-25T10:00:00Z","note":"8 days 2 h","mend":""})"),
              std::string::npos)
        << alerts.due(after(seconds(5)))->json;
}

TEST(A_message, tells_recoveries_and_reminders_in_a_sentence)
{
    Alerts alerts(with_repeat(hours(1)));
    HealthReport report = health_report({check("connection", ok), check("backup", critical)});
    alerts.take(report, after(seconds(0)));
    delivered(alerts, seconds(0));
    alerts.take(report, after(hours(1)));
    EXPECT_EQ(Json::parse(alerts.due(after(hours(1)))->json)["text"],
              "TeslaMate database \"teslamate\": age of the newest proven backup: still critical (8 days 2 h).");
    delivered(alerts, hours(1));
    report.checks[0].status = warning;
    report.checks[0].observations.clear();
    report.checks[1].status = ok;
    alerts.take(report, after(hours(2)));
    EXPECT_EQ(Json::parse(alerts.due(after(hours(2)))->json)["text"],
              "TeslaMate database \"teslamate\": connection to the database: warning, was ok; "
              "age of the newest proven backup: ok again, was critical.");
}

TEST(A_message, tells_five_in_words_and_all_in_its_list)
{
    Alerts alerts(plan_of(seconds(0)));
    std::vector<CheckReport> checks;
    for (const HealthCheck *each = health_checks_begin(); each != health_checks_end(); ++each)
        checks.push_back(check_report(each->code, warning, {}));
    const std::size_t count = checks.size();
    alerts.take(health_report(checks), after(seconds(0)));
    const Json message = Json::parse(alerts.due(after(seconds(0)))->json);
    EXPECT_EQ(message["changes"].size(), count);
    const std::string text = message["text"];
    const std::string end = ": warning, was ok and " + std::to_string(count - 5) + " more.";
    EXPECT_EQ(text.substr(text.size() - end.size()), end);
}

TEST(A_message, is_JSON_whatever_was_noted)
{
    Alerts alerts(plan_of(seconds(0)));
    HealthReport report =
        health_report({check_report("backup", critical, {observation("\xff\n", 1, std::string(5000, 'x').c_str())})});
    report.database = "\xff";
    alerts.take(report, after(seconds(0)));
    const Json message = Json::parse(alerts.due(after(seconds(0)))->json);
    EXPECT_EQ(message["database"], "\\xff");
    EXPECT_EQ(message["changes"][0]["note"], "\\xff\\n: " + std::string(292, 'x'));
}

// ---- what is remembered

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
