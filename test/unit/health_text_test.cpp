#include "tool/core/health_text.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "health_reports.hpp"

namespace pitstop::tool::test {

namespace {

using Json = nlohmann::json;

constexpr HealthStatus ok = HealthStatus::ok;
constexpr HealthStatus warning = HealthStatus::warning;
constexpr HealthStatus critical = HealthStatus::critical;
constexpr HealthStatus unknown = HealthStatus::unknown;

CheckReport never_looked_at(std::string_view code)
{
    CheckReport report = check_report(code, unknown, {});
    report.observed_at = std::nullopt;
    return report;
}

CheckReport refused()
{
    CheckReport report = check_report("connection", critical, {observation("", 0.25)});
    report.error = "connection refused";
    return report;
}

Json json_of(const HealthReport &report)
{
    return Json::parse(health_json(report));
}

bool has_line(const std::string &text, const std::string &line)
{
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

// ---- application/health+json

TEST(Health_as_JSON, is_written_as_the_draft_says)
{
    Observation seen = observation("car 2", 7200, "It sleeps badly.");
    seen.examples = {7, 9};
    EXPECT_EQ(health_json(health_report({check_report("positions", warning, {seen})})),
              R"({"status":"warn","state":"warning","version":"1.2.3","serviceId":"pitstop",)"
              R"("description":"health of a TeslaMate database","database":"teslamate","time":"2026-11-25T12:00:00Z",)"
              R"("since":"2026-11-25T11:00:00Z","checks":{"positions":[{"componentId":"car 2","observedValue":7200,)"
              R"("observedUnit":"s","status":"warn","state":"warning","output":"It sleeps badly.",)"
              R"("time":"2026-11-25T11:59:00Z","title":"age of each car's newest position, while it is awake",)"
              R"("since":"2026-11-25T10:00:00Z","thresholds":{"warning":3600,"critical":86400,"lowIsBad":false},)"
              R"("mend":"Look into TeslaMate's log; signing in again mends most.","examples":[7,9]}]},)"
              R"("backups":[],"series":[]})");
}

TEST(Health_as_JSON, has_an_entry_for_a_check_without_observations)
{
    const Json json = json_of(health_report({never_looked_at("backup")}));
    EXPECT_EQ(json["status"], "fail");
    EXPECT_EQ(json["state"], "unknown");
    const Json &entries = json["checks"]["backup"];
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries[0]["status"], "fail");
    EXPECT_EQ(entries[0]["title"], "age of the newest proven backup");
    EXPECT_FALSE(entries[0].contains("time"));
    EXPECT_FALSE(entries[0].contains("observedValue"));
    EXPECT_FALSE(entries[0].contains("componentId"));
}

TEST(Health_as_JSON, passes_when_all_is_well)
{
    const Json json = json_of(health_report({check_report("addresses", ok, {observation("", 3)})}));
    EXPECT_EQ(json["status"], "pass");
    EXPECT_EQ(json["checks"]["addresses"][0]["status"], "pass");
    // Addresses are counted.
    EXPECT_FALSE(json["checks"]["addresses"][0].contains("observedUnit"));
    EXPECT_FALSE(json["checks"]["addresses"][0]["thresholds"].contains("critical"));
}

TEST(Health_as_JSON, tells_an_error_and_which_end_is_bad)
{
    EXPECT_EQ(json_of(health_report({refused()}))["checks"]["connection"][0]["error"], "connection refused");
    const CheckReport disk = check_report("disk_backups", ok, {observation("", 7.5e9)});
    EXPECT_EQ(json_of(health_report({disk}))["checks"]["disk_backups"][0]["thresholds"],
              Json::parse(R"({"warning":5000000000,"critical":1000000000,"lowIsBad":true})"));
}

TEST(Health_as_JSON, has_backups_and_series)
{
    HealthReport report = health_report({});
    report.backups = {{"b2", {noon.seconds - 60}, 1000, true, "read"}, {"b1", {noon.seconds - 120}, 900, false, ""}};
    report.series = {{"addresses", {{Moment{noon.seconds - 60}, 1.5}, {noon, 2}}}};
    const Json json = json_of(report);
    EXPECT_EQ(json["backups"], Json::parse(R"([
        {"name":"b2","started_at":"2026-11-25T11:59:00Z","bytes":1000,"proven":true,"how":"read"},
        {"name":"b1","started_at":"2026-11-25T11:58:00Z","bytes":900,"proven":false}])"));
    EXPECT_EQ(json["series"], Json::parse(R"([{"check":"addresses",
        "points":[["2026-11-25T11:59:00Z",1.5],["2026-11-25T12:00:00Z",2]]}])"));
}

TEST(Health_as_JSON, is_JSON_whatever_is_in_it)
{
    const double infinity = std::numeric_limits<double>::infinity();
    const Json json = json_of(health_report({check_report("backup", ok, {observation("\xff\"\n", infinity, "\x01")})}));
    EXPECT_EQ(json["checks"]["backup"][0]["componentId"], "\xef\xbf\xbd\"\n");
    EXPECT_TRUE(json["checks"]["backup"][0]["observedValue"].is_null());
}

// ---- Prometheus

TEST(Metrics, are_written_by_the_formats_rules)
{
    HealthReport report = health_report(
        {check_report("positions", warning, {observation("car 2", 7200.5)}), refused(), never_looked_at("postgres")});
    report.backups = {{"b3", {noon.seconds - 30}, 5, false, ""},
                      {"b2", {noon.seconds - 60}, 1000, true, "read"},
                      {"b1", {noon.seconds - 120}, 900, true, "read"}};
    EXPECT_EQ(metrics_text(report),
              R"(# HELP pitstop_build_info 1, with the version of pitstop and the name of the database.
# TYPE pitstop_build_info gauge
pitstop_build_info{version="1.2.3",database="teslamate"} 1
# HELP pitstop_status The worst of all checks: 0 ok, 1 warning, 2 critical, 3 unknown.
# TYPE pitstop_status gauge
pitstop_status 2
# HELP pitstop_check_status What a check is: 0 ok, 1 warning, 2 critical, 3 unknown.
# TYPE pitstop_check_status gauge
pitstop_check_status{check="positions"} 1
pitstop_check_status{check="connection"} 2
pitstop_check_status{check="postgres"} 3
# HELP pitstop_check_value What a check observed last, in its unit.
# TYPE pitstop_check_value gauge
pitstop_check_value{check="positions",subject="car 2",unit="seconds"} 7200.5
pitstop_check_value{check="connection",subject="",unit="seconds"} 0.25
# HELP pitstop_check_threshold From where a value is bad, in the check's unit.
# TYPE pitstop_check_threshold gauge
pitstop_check_threshold{check="positions",level="warning",unit="seconds"} 3600
pitstop_check_threshold{check="positions",level="critical",unit="seconds"} 86400
pitstop_check_threshold{check="connection",level="warning",unit="seconds"} 1
pitstop_check_threshold{check="connection",level="critical",unit="seconds"} 5
# HELP pitstop_check_observation_age_seconds Time since a check was last looked at with success.
# TYPE pitstop_check_observation_age_seconds gauge
pitstop_check_observation_age_seconds{check="positions"} 60
pitstop_check_observation_age_seconds{check="connection"} 60
# HELP pitstop_check_failing 1 while there is an error instead of a newer observation, else 0.
# TYPE pitstop_check_failing gauge
pitstop_check_failing{check="positions"} 0
pitstop_check_failing{check="connection"} 1
pitstop_check_failing{check="postgres"} 0
# HELP pitstop_backups Backups that are there, proven to be whole or not.
# TYPE pitstop_backups gauge
pitstop_backups{proven="true"} 2
pitstop_backups{proven="false"} 1
# HELP pitstop_backup_newest_timestamp_seconds When the newest proven backup was begun.
# TYPE pitstop_backup_newest_timestamp_seconds gauge
pitstop_backup_newest_timestamp_seconds 1795607940
# HELP pitstop_backup_newest_size_bytes Size of the newest proven backup.
# TYPE pitstop_backup_newest_size_bytes gauge
pitstop_backup_newest_size_bytes 1000
)");
}

TEST(Metrics, have_labels_that_break_no_line)
{
    HealthReport report =
        health_report({check_report("dead_rows", ok, {observation("a\\b\"c\nd\xff", 0.5), observation("ö", 0.25)})});
    const std::string text = metrics_text(report);
    EXPECT_TRUE(
        has_line(text, R"(pitstop_check_value{check="dead_rows",subject="a\\b\"c\\nd\\xff",unit="ratio"} 0.5)"));
    EXPECT_TRUE(has_line(text, R"(pitstop_check_value{check="dead_rows",subject="ö",unit="ratio"} 0.25)"));
}

TEST(Metrics, have_each_sample_once)
{
    const std::string text =
        metrics_text(health_report({check_report("dead_rows", ok, {observation("a", 0.5), observation("a", 0.25)})}));
    EXPECT_TRUE(has_line(text, R"(pitstop_check_value{check="dead_rows",subject="a",unit="ratio"} 0.5)"));
    EXPECT_EQ(text.find("0.25"), std::string::npos);
}

TEST(Metrics, have_no_family_without_a_sample)
{
    const std::string text = metrics_text(health_report({never_looked_at("postgres")}));
    EXPECT_EQ(text.find("pitstop_check_value"), std::string::npos);
    EXPECT_EQ(text.find("pitstop_backup_newest"), std::string::npos);
    EXPECT_TRUE(has_line(text, R"(pitstop_backups{proven="true"} 0)"));
}

// ---- readiness

TEST(Readiness, has_a_line_for_each_check_that_is_critical_or_unknown)
{
    const HealthReport report = health_report({refused(), never_looked_at("postgres"),
                                               check_report("backup", critical, {observation("", 700'000)}),
                                               check_report("addresses", warning, {observation("", 120)})});
    EXPECT_FALSE(is_ready(report));
    EXPECT_EQ(readiness_text(report), "connection: critical: connection refused\n"
                                      "postgres: unknown: not looked at yet\n"
                                      "backup: critical: 8 days 2 h\n");
}

TEST(Readiness, does_not_mind_a_warning)
{
    const HealthReport report = health_report({check_report("addresses", warning, {observation("", 120)})});
    EXPECT_TRUE(is_ready(report));
    EXPECT_EQ(readiness_text(report), "");
}

TEST(Readiness, keeps_to_a_line_each)
{
    CheckReport check = refused();
    check.error = "connection\nrefused";
    EXPECT_EQ(readiness_text(health_report({check})), "connection: critical: connection\\nrefused\n");
}

// ---- Nagios

TEST(Nagios, is_told_the_worst_first)
{
    EXPECT_EQ(nagios_text(health_report({check_report("addresses", warning, {observation("", 120)}), refused()})),
              "PITSTOP CRITICAL - connection: critical: connection refused; addresses: warning: 120 | "
              "'addresses'=120;100; 'connection'=0.25s;1;5\n");
}

TEST(Nagios, is_told_that_all_is_well)
{
    const HealthReport report =
        health_report({check_report("disk_backups", ok, {observation("/backups", 7.5e9)}),
                       check_report("database_size", ok, {observation("", 1000)}), check_report("geocoder", ok, {})});
    EXPECT_EQ(nagios_text(report), "PITSTOP OK - 3 checks are ok | 'disk_backups /backups'=7500000000B;5000000000:;"
                                   "1000000000: 'database_size'=1000B;;\n");
}

TEST(Nagios, is_told_in_one_line_and_without_another_pipe)
{
    const HealthReport report =
        health_report({check_report("dead_rows", warning, {observation("it's|a=b\n", 0.5, "one|two\nthree")})});
    EXPECT_EQ(nagios_text(report), "PITSTOP WARNING - dead_rows: warning: it's/a=b\\n: one/two\\nthree | "
                                   "'dead_rows it_s_a_b\\n'=0.5;0.3;\n");
}

TEST(Nagios, is_told_no_more_than_it_takes)
{
    const std::string note(2000, 'x');
    const std::string text =
        nagios_text(health_report({check_report("geocoder", unknown, {observation("", {}, note.c_str())})}));
    EXPECT_EQ(text, "PITSTOP UNKNOWN - geocoder: unknown: " + std::string(581, 'x') + "...\n");
}

TEST(Nagios, is_told_of_no_value_that_is_no_number)
{
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(nagios_text(health_report({check_report("backup", critical, {observation("", infinity, "None.")})})),
              "PITSTOP CRITICAL - backup: critical: None\n");
}

// ---- a terminal

TEST(The_table, has_a_row_for_each_observation)
{
    CheckReport positions = check_report("positions", warning, {observation("car 1", 5), observation("car 2", 7200)});
    positions.observations[0].status = ok;
    const HealthReport report = health_report(
        {refused(), positions, check_report("disk_backups", ok, {observation("", 7.5e9, "On /dev/sdb1.")})});
    const TextTable table = health_table(report);
    ASSERT_EQ(table.columns.size(), 4U);
    ASSERT_EQ(table.rows.size(), 4U);
    using Row = std::vector<std::string>;
    EXPECT_EQ(table.rows[0], (Row{"critical", "connection", "250 ms", "2 hours ago"}));
    EXPECT_EQ(table.rows[1], (Row{"ok", "positions: car 1", "5 s", "2 hours ago"}));
    EXPECT_EQ(table.rows[2], (Row{"warning", "positions: car 2", "2 h", "2 hours ago"}));
    EXPECT_EQ(table.rows[3], (Row{"ok", "disk_backups", "7.5 GB", "2 hours ago"}));
}

TEST(The_table, has_a_row_for_a_check_without_observations)
{
    const TextTable table = health_table(health_report({never_looked_at("backup")}));
    ASSERT_EQ(table.rows.size(), 1U);
    EXPECT_EQ(table.rows[0], (std::vector<std::string>{"unknown", "backup", "", "2 hours ago"}));
}

TEST(The_advice, says_what_was_found_and_what_mends_it)
{
    const HealthReport report =
        health_report({refused(), check_report("disk_backups", ok, {observation("", 7.5e9, "On /dev/sdb1.")}),
                       check_report("positions", warning, {observation("car 2", 7200)})});
    EXPECT_EQ(health_advice(report), "connection: critical: connection refused\n"
                                     "    Is the server running? \"pitstop check\" says how it was reached.\n"
                                     "\n"
                                     "positions: warning: car 2: 2 h\n"
                                     "    Look into TeslaMate's log; signing in again mends most.\n");
}

TEST(The_advice, says_the_same_of_several_checks_once)
{
    std::vector<CheckReport> checks{refused()};
    for (const char *code : {"positions", "addresses", "collation"}) {
        checks.push_back(check_report(code, unknown, {}));
        checks.back().error = "could not connect";
        checks.back().hint = code == std::string("collation") ? "Wait." : "Start the server.";
    }
    EXPECT_EQ(health_advice(health_report(std::move(checks))),
              "connection: critical: connection refused\n"
              "    Is the server running? \"pitstop check\" says how it was reached.\n"
              "\n"
              "positions, addresses: unknown: could not connect\n"
              "    Start the server.\n"
              "\n"
              "collation: unknown: could not connect\n"
              "    Wait.\n");
}

TEST(The_advice, is_none_when_all_is_well)
{
    EXPECT_EQ(health_advice(health_report({check_report("disk_backups", ok, {observation("", 7.5e9)})})), "");
}

}  // namespace pitstop::tool::test
