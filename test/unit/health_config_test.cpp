#include "tool/core/health_config.hpp"

#include <gtest/gtest.h>

#include "tool/core/failure.hpp"

namespace pitstop::tool::test {

namespace {

// What is refused, and all that is said about it.
template <typename Action>
std::string refusal(Action &&action)
{
    try {
        action();
        return "nothing was refused";
    } catch (const Failure &failure) {
        EXPECT_EQ(failure.code(), ExitCode::usage);
        const std::string detail = failure.detail().empty() ? "" : '\n' + failure.detail();
        return failure.what() + detail + '\n' + failure.hint();
    }
}

std::string refusal_of(const std::string &text)
{
    return refusal([&] { parse_health_config(text); });
}

std::string refusal_of_threshold(const char *option)
{
    HealthPlan plan;
    return refusal([&] { set_threshold(plan, option); });
}

bool begins(const std::string &text, const std::string &beginning)
{
    return text.rfind(beginning, 0) == 0;
}

}  // namespace

TEST(A_config, may_be_empty)
{
    const HealthConfig config = parse_health_config("");
    EXPECT_EQ(config.listen, std::nullopt);
    EXPECT_TRUE(config.plan.thresholds.empty());
    EXPECT_TRUE(config.plan.disabled.empty());
    EXPECT_EQ(config.alerts.webhook, "");
    EXPECT_EQ(config.alerts.hold_off.count(), 120);
    EXPECT_EQ(config.alerts.repeat_every, std::nullopt);
}

TEST(A_config, says_where_and_what)
{
    const HealthConfig config = parse_health_config(R"(
listen = "127.0.0.1:4001"
token_file = "/etc/pitstop/token"
backup_dir = "/backups"
[checks.backup]
warning = "12h"
critical = "3d"
[checks.disk_backups]
critical = "2GB"
[checks.dead_rows]
warning = "40%"
critical = 0.5
[checks.addresses]
enabled = true
warning = 50
[checks.collation]
enabled = false
[alerts]
webhook = "http://homeassistant.local:8123/api/webhook/pitstop"
hold_off = "5min"
repeat_every = "24h"
)");
    EXPECT_EQ(config.listen, "127.0.0.1:4001");
    EXPECT_EQ(config.token_file, "/etc/pitstop/token");
    EXPECT_EQ(config.backup_dir, "/backups");
    const auto &thresholds = config.plan.thresholds;
    ASSERT_EQ(thresholds.size(), 4U);
    EXPECT_EQ(thresholds.at("backup").warning, 43'200);
    EXPECT_EQ(thresholds.at("backup").critical, 259'200);
    // What is not said stays the catalogue's.
    EXPECT_EQ(thresholds.at("disk_backups").warning, 5e9);
    EXPECT_EQ(thresholds.at("disk_backups").critical, 2e9);
    EXPECT_EQ(thresholds.at("dead_rows").warning, 0.4);
    EXPECT_EQ(thresholds.at("dead_rows").critical, 0.5);
    EXPECT_EQ(thresholds.at("addresses").warning, 50);
    EXPECT_EQ(thresholds.at("addresses").critical, std::nullopt);
    EXPECT_EQ(config.plan.disabled, std::vector<std::string>{"collation"});
    EXPECT_EQ(config.alerts.webhook, "http://homeassistant.local:8123/api/webhook/pitstop");
    EXPECT_EQ(config.alerts.hold_off.count(), 300);
    EXPECT_EQ(config.alerts.repeat_every->count(), 86'400);
}

TEST(A_config, may_run_a_command_instead)
{
    EXPECT_EQ(parse_health_config("[alerts]\ncommand = \"/usr/local/bin/tell\"").alerts.command, "/usr/local/bin/tell");
}

TEST(A_config, that_is_no_TOML_is_refused_with_the_line)
{
    EXPECT_TRUE(begins(refusal_of("listen = \"a\"\nlisten 4001\n"), "line 2 of the config file is not TOML\n"));
    EXPECT_TRUE(begins(refusal_of("\n\n[checks.backup]\nwarning = 36h\n"), "line 4 of the config file is not TOML\n"));
    EXPECT_TRUE(begins(refusal_of("listen = \"a\"\nlisten = \"b\"\n"), "line 2 of the config file is not TOML\n"));
}

TEST(A_config, may_hold_any_letters_in_quotes_and_comments)
{
    const HealthConfig config = parse_health_config("\xef\xbb\xbf# für uns\nbackup_dir = \"/größe/車\" # für uns\n");
    EXPECT_EQ(config.backup_dir, "/größe/車");
    EXPECT_TRUE(begins(refusal_of("\"größe\" = 1"), "line 1 of the config file: \"größe\" is no key"));
}

TEST(A_config, may_not_hold_them_elsewhere)
{
    EXPECT_TRUE(begins(refusal_of("# für uns\nlisten = “127.0.0.1:4001”"), "line 2 of the config file is not TOML\n"));
    EXPECT_TRUE(begins(refusal_of("backup_dir = \"\U000f0000\""), "the config file has characters for private use\n"));
    // At these, toml++ 3.3 runs into what it takes to be impossible.
    EXPECT_TRUE(begins(refusal_of("Λ"), "line 1 of the config file is not TOML\n"));
    EXPECT_TRUE(begins(refusal_of("a = 1x\"ü\""), "line 1 of the config file is not TOML\n"));
    EXPECT_TRUE(begins(refusal_of("[= 1"), "line 1 of the config file is not TOML\n"));
}

TEST(A_config, without_end_is_refused)
{
    EXPECT_EQ(refusal_of(std::string(16'384, '\n')), "nothing was refused");
    EXPECT_TRUE(begins(refusal_of(std::string(16'385, '\n')), "the config file is larger than 16 kB\n"));
}

TEST(A_config, may_nest_as_deep_as_there_is_room)
{
    std::string text = "a";
    while (text.size() + 6 < 16'384)
        text += ".a";
    EXPECT_TRUE(begins(refusal_of(text + " = 1"), "line 1 of the config file: \"a\" is no key that is known here\n"));
    EXPECT_TRUE(begins(refusal_of("a = " + std::string(16'000, '[')), "line 1 of the config file is not TOML\n"));
}

TEST(A_key, that_is_not_known_is_refused_with_those_that_are)
{
    EXPECT_EQ(refusal_of("\nport = 4001"), "line 2 of the config file: \"port\" is no key that is known here\n"
                                           "Possible are \"listen\", \"token_file\", \"backup_dir\", \"checks\" and "
                                           "\"alerts\".");
    EXPECT_EQ(refusal_of("[checks.backup]\n\nwarn = \"36h\""),
              "line 3 of the config file: \"checks.backup.warn\" is no key that is known here\n"
              "Possible are \"warning\", \"critical\" and \"enabled\".");
    EXPECT_EQ(refusal_of("alerts.holdoff = \"2min\""),
              "line 1 of the config file: \"alerts.holdoff\" is no key that is known here\n"
              "Possible are \"webhook\", \"command\", \"hold_off\" and \"repeat_every\".");
}

TEST(A_check, that_is_not_known_is_refused_with_those_that_are)
{
    const std::string text = refusal_of("[checks.backups]\nenabled = false");
    EXPECT_TRUE(begins(text, "line 1 of the config file: \"checks.backups\" names no check\nThere are \"connection\", "
                             "\"postgres\", "))
        << text;
    EXPECT_NE(text.find(" and \"collation\"."), std::string::npos) << text;
}

TEST(A_value, of_the_wrong_type_is_refused)
{
    const auto is_refused = [](const std::string &line, const std::string &what) {
        const std::string text = refusal_of(line);
        EXPECT_TRUE(begins(text, "line 1 of the config file: " + what + '\n')) << text;
    };
    is_refused("listen = 4001", "\"listen\" is no text");
    is_refused("listen = \"\"", "\"listen\" is no text");
    is_refused("listen = \"a\\u0000b\"", "\"listen\" is no text");
    is_refused("checks = 1", "\"checks\" is no table");
    is_refused("checks.backup = \"36h\"", "\"checks.backup\" is no table");
    is_refused("alerts = []", "\"alerts\" is no table");
    is_refused("checks.backup.enabled = \"no\"", "\"checks.backup.enabled\" is neither true nor false");
    is_refused("checks.backup.warning = 36", "\"checks.backup.warning\" is no duration");
    is_refused("checks.backup.warning = \"36\"", "\"checks.backup.warning\" is no duration");
    is_refused("checks.backup.warning = 12:00:00", "\"checks.backup.warning\" is no duration");
    is_refused("checks.disk_backups.warning = 5000", "\"checks.disk_backups.warning\" is no size");
    is_refused("checks.dead_rows.warning = 30", "\"checks.dead_rows.warning\" is no share");
    is_refused("checks.dead_rows.warning = nan", "\"checks.dead_rows.warning\" is no share");
    is_refused("checks.addresses.warning = 1.5", "\"checks.addresses.warning\" is no count");
    is_refused("checks.addresses.warning = -1", "\"checks.addresses.warning\" is no count");
    is_refused("checks.addresses.warning = \"100\"", "\"checks.addresses.warning\" is no count");
    is_refused("checks.addresses.warning = true", "\"checks.addresses.warning\" is no count");
    is_refused("alerts.hold_off = 120", "\"alerts.hold_off\" is no duration");
}

TEST(A_value, is_refused_with_what_can_be_written)
{
    EXPECT_EQ(refusal_of("checks.backup.warning = 36"),
              "line 1 of the config file: \"checks.backup.warning\" is no duration\n"
              "Write a number and ms, s, min, h or d, such as \"36h\".");
    EXPECT_EQ(refusal_of("alerts.repeat_every = \"1s\""),
              "line 1 of the config file: \"alerts.repeat_every\" is beyond what is possible\n"
              "It may be from 1 min to 366 days.");
}

TEST(Thresholds, in_the_wrong_order_are_refused)
{
    EXPECT_EQ(refusal_of("[checks.backup]\nwarning = \"8d\""),
              "line 1 of the config file: \"checks.backup\" has its thresholds in the wrong order\n"
              "It would be critical from 7 days, and a warning only from 8 days.\n"
              "Give both, and make critical the larger one.");
    // Little room is bad: critical is less of it.
    EXPECT_EQ(refusal_of("[checks.disk_database]\nwarning = \"500MB\""),
              "line 1 of the config file: \"checks.disk_database\" has its thresholds in the wrong order\n"
              "It would be critical from 1.0 GB, and a warning only from 500 MB.\n"
              "Give both, and make critical the smaller one.");
    EXPECT_EQ(refusal_of("[checks.backup]\nwarning = \"7d\""), "nothing was refused");
}

TEST(A_webhook, is_a_web_address_and_never_shown)
{
    for (const char *address : {"ftp://secret", "secret", "http://secret\\n", "http://a secret", "http://sécret"}) {
        const std::string text = refusal_of("alerts.webhook = \"" + std::string(address) + '"');
        EXPECT_EQ(text, "line 1 of the config file: \"alerts.webhook\" is no web address\n"
                        "Write it with http:// or https://, and without spaces.");
    }
    EXPECT_EQ(parse_health_config("alerts.webhook = \"https://a/b\"").alerts.webhook, "https://a/b");
}

TEST(A_webhook, has_no_command_beside_it)
{
    EXPECT_TRUE(begins(refusal_of("[alerts]\nwebhook = \"http://a\"\ncommand = \"b\""),
                       "line 1 of the config file: \"alerts\" has a webhook and a command\n"));
}

TEST(A_threshold_option, has_a_warning_and_a_critical_one)
{
    HealthPlan plan;
    set_threshold(plan, "backup=12h:3d");
    set_threshold(plan, "positions=2h");
    set_threshold(plan, "dead_rows=:50%");
    set_threshold(plan, "addresses=50:");
    set_threshold(plan, "disk_backups=10GB:2GB");
    EXPECT_EQ(plan.thresholds["backup"].warning, 43'200);
    EXPECT_EQ(plan.thresholds["backup"].critical, 259'200);
    EXPECT_EQ(plan.thresholds["positions"].warning, 7200);
    EXPECT_EQ(plan.thresholds["positions"].critical, 86'400);
    EXPECT_EQ(plan.thresholds["dead_rows"].warning, 0.3);
    EXPECT_EQ(plan.thresholds["dead_rows"].critical, 0.5);
    EXPECT_EQ(plan.thresholds["addresses"].warning, 50);
    EXPECT_EQ(plan.thresholds["disk_backups"].critical, 2e9);
}

TEST(A_threshold_option, changes_what_the_config_said)
{
    HealthPlan plan = parse_health_config("[checks.backup]\nwarning = \"2d\"\ncritical = \"3d\"").plan;
    set_threshold(plan, "backup=:4d");
    EXPECT_EQ(plan.thresholds["backup"].warning, 172'800);
    EXPECT_EQ(plan.thresholds["backup"].critical, 345'600);
}

TEST(A_threshold_option, is_refused_with_what_is_possible)
{
    for (const char *option : {"", "backup", "backup=", "backup=:"})
        EXPECT_EQ(refusal_of_threshold(option), "--threshold \"" + std::string(option) +
                                                    "\" is not CHECK=WARNING:CRITICAL\n"
                                                    "Write it as in --threshold backup=36h:7d.");
    EXPECT_TRUE(begins(refusal_of_threshold("backups=36h"), "--threshold \"backups=36h\" names no check\nThere are "));
    EXPECT_EQ(refusal_of_threshold("backup=36"), "--threshold \"backup=36\" is no duration\n"
                                                 "Write a number and ms, s, min, h or d, such as \"36h\".");
    EXPECT_TRUE(begins(refusal_of_threshold("backup=1h:2h:3h"), "--threshold \"backup=1h:2h:3h\" is no duration\n"));
    EXPECT_TRUE(begins(refusal_of_threshold("backup=7d:36h"),
                       "--threshold \"backup=7d:36h\" has its thresholds in the wrong order\n"));
}

TEST(A_check, is_switched_off_by_its_code)
{
    HealthPlan plan;
    disable_check(plan, "collation");
    disable_check(plan, "collation");
    EXPECT_EQ(plan.disabled, std::vector<std::string>{"collation"});
    EXPECT_TRUE(begins(refusal([&] { disable_check(plan, "x\n"); }), "--disable \"x\\n\" names no check\nThere are "));
}

}  // namespace pitstop::tool::test
