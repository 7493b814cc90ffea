#include "tool/core/retention.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

namespace pitstop::tool {

namespace {

using State = BackupAge::State;
using Backups = std::vector<BackupAge>;
using Indexes = std::vector<std::size_t>;  // of backups

constexpr std::int64_t day_s = 86400;

std::string date_text(Moment moment)
{
    return iso_text(moment).substr(0, 10);
}

std::string monday_of(Moment moment)
{
    constexpr std::int64_t monday_of_week_0 = -3;  // 1969-12-29
    return date_text({(week_of(moment) * 7 + monday_of_week_0) * day_s});
}

std::string month_text(Moment moment)
{
    return iso_text(moment).substr(0, 7);
}

std::int64_t month_of(Moment moment)
{
    const CivilDate date = date_of(moment);
    return date.year * 12 + date.month;
}

// A rule's periods: how they are told apart, and how a verdict names one.
struct Period {
    const char *word;
    std::int64_t (*number)(Moment);
    std::string (*text)(Moment);
};
constexpr Period daily{"daily ", day_of, date_text};
constexpr Period weekly{"weekly ", week_of, monday_of};
constexpr Period monthly{"monthly ", month_of, month_text};

// The history of one database, whose backups come from the newest to the oldest.
class History {
public:
    History(const Backups &backups, const RetentionPolicy &policy, std::vector<Verdict> &verdicts)
        : backups_(backups), policy_(policy), verdicts_(verdicts)
    {
    }

    void decide(const Indexes &newest_first)
    {
        Indexes proven;
        // Rather one more than a failed backup deleted where there is no other at all.
        const std::size_t enough = std::max(policy_.minimum, 1U);
        for (const std::size_t backup : newest_first) {
            if (backups_[backup].state == State::proven)
                proven.push_back(backup);
            else if (proven.size() < enough)
                keep(backup, "not proven, but fewer than " + std::to_string(enough) + " newer ones are");
            else
                drop(backup, "not proven, and " + std::to_string(proven.size()) + " newer are");
        }
        decide_proven(proven);
    }

private:
    void keep(std::size_t backup, std::string reason) { settle(backup, true, std::move(reason)); }
    void drop(std::size_t backup, std::string reason) { settle(backup, false, std::move(reason)); }

    // The first reason stays.
    void settle(std::size_t backup, bool is_kept, std::string reason)
    {
        if (verdicts_[backup].reason.empty())
            verdicts_[backup] = {backups_[backup].name, is_kept, std::move(reason)};
    }

    // Each rule looks at newer backups only: no older one can change what becomes of a newer.
    void decide_proven(const Indexes &proven)
    {
        keep_first(proven, 1, "newest proven");
        keep_first(proven, policy_.keep_last, "one of the last " + std::to_string(policy_.keep_last));
        keep_newest_of_each(proven, policy_.keep_daily, daily);
        keep_newest_of_each(proven, policy_.keep_weekly, weekly);
        keep_newest_of_each(proven, policy_.keep_monthly, monthly);
        keep_first(proven, policy_.minimum, "one of at least " + std::to_string(policy_.minimum));
        for (const std::size_t backup : proven)
            drop(backup, "no rule keeps it");
    }

    void keep_first(const Indexes &proven, std::size_t count, const std::string &reason)
    {
        for (std::size_t i = 0; i < std::min(count, proven.size()); ++i)
            keep(proven[i], reason);
    }

    void keep_newest_of_each(const Indexes &proven, std::size_t count, const Period &period)
    {
        std::optional<std::int64_t> last;
        for (const std::size_t backup : proven) {
            const Moment at = backups_[backup].at;
            if (period.number(at) == last)
                continue;
            if (count-- == 0)
                return;
            keep(backup, period.word + period.text(at));
            last = period.number(at);
        }
    }

    const Backups &backups_;
    const RetentionPolicy &policy_;
    std::vector<Verdict> &verdicts_;
};

// What is decided of a backup by itself, whatever others there are; empty for what has a place in its database's history.
Verdict verdict_alone(const BackupAge &backup, Moment now)
{
    if (now < backup.at)
        return {backup.name, true, "from the future: a clock was wrong"};
    switch (backup.state) {
    case State::under_way: return {backup.name, true, "under way"};
    case State::in_use: return {backup.name, true, "in use"};
    case State::unfinished: return {backup.name, false, "unfinished, and nobody works on it"};
    case State::proven:
    case State::not_proven: break;
    }
    return {backup.name, true, {}};
}

}  // namespace

std::vector<Verdict> decide_retention(const std::vector<BackupAge> &backups, const RetentionPolicy &policy, Moment now)
{
    std::vector<Verdict> verdicts;
    std::map<std::string_view, Indexes> histories;
    for (std::size_t i = 0; i < backups.size(); ++i) {
        verdicts.push_back(verdict_alone(backups[i], now));
        if (verdicts.back().reason.empty())
            histories[backups[i].database].push_back(i);
    }
    const auto is_newer = [&](std::size_t a, std::size_t b) {
        return backups[a].at != backups[b].at ? backups[b].at < backups[a].at : backups[b].name < backups[a].name;
    };
    History history(backups, policy, verdicts);
    for (auto &database : histories) {
        std::stable_sort(database.second.begin(), database.second.end(), is_newer);
        history.decide(database.second);
    }
    return verdicts;
}

}  // namespace pitstop::tool
