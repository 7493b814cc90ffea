#include "tool/core/retention.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace pitstop::tool::test {

namespace {

using State = BackupAge::State;
using Reasons = std::vector<std::pair<std::string, std::string>>;

const Moment now = *parse_iso("2026-11-25T12:00:00Z");  // a Wednesday

constexpr RetentionPolicy nothing_kept{0, 0, 0, 0, 0};

RetentionPolicy keep_daily(unsigned days)
{
    RetentionPolicy policy = nothing_kept;
    policy.keep_daily = days;
    return policy;
}

// Named for its moment.
BackupAge backup(const std::string &moment, State state = State::proven, const std::string &database = "teslamate")
{
    return {moment, database, *parse_file_text(moment), state};
}

Reasons kept(const std::vector<BackupAge> &backups, const RetentionPolicy &policy)
{
    Reasons result;
    for (const Verdict &verdict : decide_retention(backups, policy, now))
        if (verdict.keep)
            result.emplace_back(verdict.name, verdict.reason);
    return result;
}

Verdict verdict_of(const BackupAge &one, std::vector<BackupAge> others = {})
{
    others.insert(others.begin(), one);
    return decide_retention(others, {}, now).front();
}

}  // namespace

TEST(The_newest_proven_backup, stays_whatever_the_policy)
{
    const Reasons expected{{"20261124T030000Z", "newest proven"}};
    EXPECT_EQ(kept({backup("20261123T030000Z"), backup("20261124T030000Z"), backup("20261122T030000Z")}, nothing_kept),
              expected);
}

TEST(The_newest_proven_backup, stays_of_each_database)
{
    const Reasons expected{{"20200101T000000Z", "newest proven"}, {"20261124T030000Z", "newest proven"}};
    EXPECT_EQ(kept({backup("20200101T000000Z", State::proven, "other"), backup("20261124T030000Z"),
                    backup("20261123T030000Z")},
                   nothing_kept),
              expected);
}

TEST(The_newest_proven_backup, is_the_one_with_the_later_name_of_two_of_one_time)
{
    BackupAge first = backup("20261124T030000Z");
    BackupAge second = first;
    first.name = "a";
    second.name = "b";
    EXPECT_EQ(kept({first, second}, nothing_kept), (Reasons{{"b", "newest proven"}}));
    EXPECT_EQ(kept({second, first}, nothing_kept), (Reasons{{"b", "newest proven"}}));
}

TEST(The_last_backups, stay)
{
    RetentionPolicy policy = nothing_kept;
    policy.keep_last = 2;
    const Reasons expected{{"20261125T020000Z", "one of the last 2"}, {"20261125T030000Z", "newest proven"}};
    EXPECT_EQ(kept({backup("20261125T010000Z"), backup("20261125T020000Z"), backup("20261125T030000Z")}, policy),
              expected);
}

TEST(The_newest_of_a_day, stays_of_so_many_days_that_have_one)
{
    const Reasons expected{{"20261125T090000Z", "newest proven"},
                           {"20261120T235959Z", "daily 2026-11-20"},
                           {"20261101T000000Z", "daily 2026-11-01"}};
    EXPECT_EQ(kept({backup("20261125T090000Z"), backup("20261125T030000Z"), backup("20261120T235959Z"),
                    backup("20261120T000000Z"), backup("20261101T000000Z"), backup("20261031T235959Z")},
                   keep_daily(3)),
              expected);
}

TEST(The_newest_of_a_week, stays_from_Monday_on)
{
    RetentionPolicy policy = nothing_kept;
    policy.keep_weekly = 3;
    const Reasons expected{{"20261125T030000Z", "newest proven"},
                           {"20261122T030000Z", "weekly 2026-11-16"},
                           {"20261115T030000Z", "weekly 2026-11-09"}};
    EXPECT_EQ(kept({backup("20261125T030000Z"), backup("20261123T000000Z"), backup("20261122T030000Z"),
                    backup("20261116T030000Z"), backup("20261115T030000Z"), backup("20261108T030000Z")},
                   policy),
              expected);
}

TEST(The_newest_of_a_month, stays)
{
    RetentionPolicy policy = nothing_kept;
    policy.keep_monthly = 3;
    const Reasons expected{{"20261125T030000Z", "newest proven"},
                           {"20261031T030000Z", "monthly 2026-10"},
                           {"20251130T030000Z", "monthly 2025-11"}};
    EXPECT_EQ(kept({backup("20261125T030000Z"), backup("20261101T030000Z"), backup("20261031T030000Z"),
                    backup("20261001T030000Z"), backup("20251130T030000Z"), backup("20251030T030000Z")},
                   policy),
              expected);
}

TEST(A_minimum_of_backups, stays)
{
    RetentionPolicy policy = nothing_kept;
    policy.minimum = 3;
    const Reasons expected{{"20261123T030000Z", "newest proven"},
                           {"20261122T030000Z", "one of at least 3"},
                           {"20261121T030000Z", "one of at least 3"}};
    EXPECT_EQ(kept({backup("20261123T030000Z"), backup("20261122T030000Z"), backup("20261121T030000Z"),
                    backup("20261120T030000Z")},
                   policy),
              expected);
}

TEST(A_backup, that_no_rule_keeps_goes)
{
    const auto verdicts = decide_retention({backup("20261123T030000Z"), backup("20261122T030000Z")}, nothing_kept, now);
    EXPECT_FALSE(verdicts[1].keep);
    EXPECT_EQ(verdicts[1].reason, "no rule keeps it");
}

TEST(A_backup, stays_for_a_year_with_the_policy_that_is_the_default)
{
    std::vector<BackupAge> backups;
    for (Moment at = *parse_iso("2026-11-25T03:00:00Z"); backups.size() < 800; at.seconds -= 86400)
        backups.push_back(backup(file_text(at)));
    const Reasons stays = kept(backups, {});
    // Seven days, of which Monday to Wednesday are one week and Thursday to Sunday another; then three Sundays and the ends
    // of the eleven months before this one, of which October's is not one of those Sundays.
    EXPECT_EQ(stays.size(), 7U + 3U + 11U);
    EXPECT_EQ(stays.back(), (std::pair<std::string, std::string>{"20251231T030000Z", "monthly 2025-12"}));
}

TEST(A_backup_that_is_not_proven, counts_for_nothing)
{
    const std::vector<BackupAge> backups{backup("20261125T030000Z", State::not_proven), backup("20261124T030000Z"),
                                         backup("20261123T030000Z")};
    RetentionPolicy policy = nothing_kept;
    policy.keep_last = 2;
    const Reasons expected{{"20261125T030000Z", "not proven, but fewer than 1 newer ones are"},
                           {"20261124T030000Z", "newest proven"},
                           {"20261123T030000Z", "one of the last 2"}};
    EXPECT_EQ(kept(backups, policy), expected);
}

TEST(A_backup_that_is_not_proven, goes_once_enough_newer_ones_are)
{
    const BackupAge failed = backup("20261120T030000Z", State::not_proven);
    std::vector<BackupAge> newer{backup("20261121T030000Z"), backup("20261122T030000Z")};
    EXPECT_TRUE(verdict_of(failed, newer).keep);
    EXPECT_EQ(verdict_of(failed, newer).reason, "not proven, but fewer than 3 newer ones are");
    newer.push_back(backup("20261119T030000Z"));
    newer.push_back(backup("20261123T030000Z", State::proven, "other"));
    newer.push_back(backup("20261124T030000Z", State::in_use));
    newer.push_back(backup("20261126T030000Z"));
    EXPECT_TRUE(verdict_of(failed, newer).keep) << "older, another's, in use, from the future";
    newer.push_back(backup("20261123T030000Z"));
    EXPECT_FALSE(verdict_of(failed, newer).keep);
    EXPECT_EQ(verdict_of(failed, newer).reason, "not proven, and 3 newer are");
}

TEST(A_backup_that_is_unfinished, goes)
{
    EXPECT_FALSE(verdict_of(backup("20261124T030000Z", State::unfinished)).keep);
}

TEST(A_backup_that_somebody_works_on, stays)
{
    EXPECT_EQ(verdict_of(backup("20261124T030000Z", State::under_way)).reason, "under way");
    EXPECT_TRUE(verdict_of(backup("20261124T030000Z", State::under_way)).keep);
    EXPECT_EQ(verdict_of(backup("20200101T030000Z", State::in_use)).reason, "in use");
    EXPECT_TRUE(verdict_of(backup("20200101T030000Z", State::in_use)).keep);
}

TEST(A_backup_from_the_future, stays_and_counts_for_nothing)
{
    const Reasons expected{{"20270101T000000Z", "from the future: a clock was wrong"},
                           {"20261124T030000Z", "newest proven"}};
    EXPECT_EQ(kept({backup("20270101T000000Z"), backup("20261124T030000Z"), backup("20261123T030000Z")}, nothing_kept),
              expected);
    EXPECT_TRUE(verdict_of(backup("20261125T120001Z", State::unfinished)).keep);
    EXPECT_EQ(verdict_of(backup("20261125T120000Z")).reason, "newest proven");
}

TEST(Verdicts, stand_in_the_order_of_the_backups)
{
    const auto verdicts = decide_retention(
        {backup("20261123T030000Z"), backup("20261125T030000Z"), backup("20261124T030000Z")}, nothing_kept, now);
    ASSERT_EQ(verdicts.size(), 3U);
    EXPECT_EQ(verdicts[0].name, "20261123T030000Z");
    EXPECT_EQ(verdicts[1].name, "20261125T030000Z");
    EXPECT_EQ(verdicts[2].name, "20261124T030000Z");
    EXPECT_TRUE(decide_retention({}, {}, now).empty());
}

}  // namespace pitstop::tool::test
