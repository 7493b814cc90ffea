#include "core/health.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pitstop::test {

namespace {

constexpr HealthStatus all_statuses[] = {HealthStatus::ok, HealthStatus::warning, HealthStatus::critical,
                                         HealthStatus::unknown};

std::vector<HealthCheck> catalogue()
{
    return {health_checks_begin(), health_checks_end()};
}

HealthCheck high_is_bad()
{
    HealthCheck check;
    check.thresholds = {10, 20};
    return check;
}

HealthCheck low_is_bad()
{
    HealthCheck check;
    check.low_is_bad = true;
    check.thresholds = {20, 10};
    return check;
}

HealthStatus judged(const HealthCheck &check, double value)
{
    Observation observation;
    observation.value = value;
    return judge(check, check.thresholds, observation);
}

}  // namespace

TEST(A_status, has_the_number_of_an_exit_status_of_Nagios)
{
    EXPECT_EQ(static_cast<int>(HealthStatus::ok), 0);
    EXPECT_EQ(static_cast<int>(HealthStatus::warning), 1);
    EXPECT_EQ(static_cast<int>(HealthStatus::critical), 2);
    EXPECT_EQ(static_cast<int>(HealthStatus::unknown), 3);
}

TEST(A_status, is_found_by_its_name)
{
    for (const HealthStatus status : all_statuses)
        EXPECT_EQ(health_status_of(name_of(status)), status);
    EXPECT_STREQ(name_of(HealthStatus::critical), "critical");
}

TEST(A_status, is_not_found_by_anything_else)
{
    for (const char *name : {"", "OK", "warn", "ok ", "4"})
        EXPECT_EQ(health_status_of(name), std::nullopt) << name;
}

TEST(The_worse_of_two, is_critical_before_unknown_before_warning_before_ok)
{
    const std::vector<HealthStatus> rising = {HealthStatus::ok, HealthStatus::warning, HealthStatus::unknown,
                                              HealthStatus::critical};
    for (std::size_t a = 0; a < rising.size(); ++a)
        for (std::size_t b = 0; b < rising.size(); ++b)
            EXPECT_EQ(worse_of(rising[a], rising[b]), rising[std::max(a, b)]) << a << " and " << b;
}

TEST(A_value, is_bad_from_the_threshold_on)
{
    EXPECT_EQ(judged(high_is_bad(), 9.99), HealthStatus::ok);
    EXPECT_EQ(judged(high_is_bad(), 10), HealthStatus::warning);
    EXPECT_EQ(judged(high_is_bad(), 19.99), HealthStatus::warning);
    EXPECT_EQ(judged(high_is_bad(), 20), HealthStatus::critical);
}

TEST(A_value, is_bad_down_from_the_threshold_where_low_is_bad)
{
    EXPECT_EQ(judged(low_is_bad(), 20.01), HealthStatus::ok);
    EXPECT_EQ(judged(low_is_bad(), 20), HealthStatus::warning);
    EXPECT_EQ(judged(low_is_bad(), 10.01), HealthStatus::warning);
    EXPECT_EQ(judged(low_is_bad(), 10), HealthStatus::critical);
}

TEST(A_value, is_never_bad_without_thresholds)
{
    EXPECT_EQ(judged(HealthCheck{}, 1e300), HealthStatus::ok);
}

TEST(A_value, is_judged_by_the_thresholds_that_are_given_and_not_by_the_check_s_own)
{
    Observation observation;
    observation.value = 15;
    EXPECT_EQ(judge(high_is_bad(), {5, 15}, observation), HealthStatus::critical);
    EXPECT_EQ(judge(high_is_bad(), {}, observation), HealthStatus::ok);
}

TEST(An_observation, without_a_value_is_unknown)
{
    EXPECT_EQ(judge(high_is_bad(), high_is_bad().thresholds, Observation{}), HealthStatus::unknown);
}

TEST(An_observation, that_brings_its_verdict_is_not_judged_by_thresholds)
{
    Observation observation;
    observation.value = 1000;
    observation.verdict = HealthStatus::ok;
    EXPECT_EQ(judge(high_is_bad(), high_is_bad().thresholds, observation), HealthStatus::ok);
}

TEST(The_catalogue, names_each_check_once)
{
    std::set<std::string_view> codes;
    for (const HealthCheck &check : catalogue())
        EXPECT_TRUE(codes.insert(check.code).second) << check.code;
    EXPECT_FALSE(codes.empty());
}

TEST(The_catalogue, has_codes_that_are_names_in_settings_and_metrics)
{
    for (const HealthCheck &check : catalogue())
        EXPECT_EQ(check.code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos) << check.code;
}

TEST(The_catalogue, finds_each_check_by_its_code)
{
    for (const HealthCheck *check = health_checks_begin(); check != health_checks_end(); ++check)
        EXPECT_EQ(find_health_check(check->code), check);
    EXPECT_EQ(find_health_check("no such check"), nullptr);
    EXPECT_EQ(find_health_check(""), nullptr);
}

TEST(The_catalogue, says_of_each_check_what_it_is_and_when_it_is_made)
{
    const std::set<std::string_view> units = {"", "s", "bytes", "ratio"};
    for (const HealthCheck &check : catalogue()) {
        EXPECT_FALSE(check.title.empty()) << check.code;
        EXPECT_EQ(units.count(check.unit), 1U) << check.code;
        EXPECT_GT(check.every.count(), 0) << check.code;
        EXPECT_GT(check.timeout.count(), 0) << check.code;
        EXPECT_LE(check.timeout, check.every) << check.code;
    }
}

TEST(The_catalogue, warns_before_it_is_critical)
{
    for (const HealthCheck &check : catalogue()) {
        if (!check.thresholds.warning || !check.thresholds.critical)
            continue;
        const double sign = check.low_is_bad ? -1 : 1;
        EXPECT_LT(sign * *check.thresholds.warning, sign * *check.thresholds.critical) << check.code;
    }
}

TEST(The_catalogue, says_how_to_mend_whatever_a_threshold_can_find)
{
    for (const HealthCheck &check : catalogue()) {
        const bool can_find = check.thresholds.warning || check.thresholds.critical;
        EXPECT_FALSE(can_find && check.mend.empty()) << check.code;
    }
}

}  // namespace pitstop::test
