#include "tool/core/alert.hpp"

#include <gtest/gtest.h>

#include "alerts.hpp"

namespace pitstop::tool::test {

namespace {

using Json = nlohmann::json;
using std::chrono::hours;
using std::chrono::seconds;

constexpr HealthStatus ok = HealthStatus::ok;
constexpr HealthStatus warning = HealthStatus::warning;
constexpr HealthStatus critical = HealthStatus::critical;
constexpr HealthStatus unknown = HealthStatus::unknown;

}  // namespace

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

}  // namespace pitstop::tool::test
