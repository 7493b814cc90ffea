// Retention of any backups with any policy: whatever it decides, what it promises holds.
#include <algorithm>
#include <map>
#include <vector>

#include "bytes.hpp"
#include "tool/core/retention.hpp"

namespace pitstop::fuzz {

namespace {

using tool::BackupAge;
using tool::Moment;
using tool::RetentionPolicy;
using tool::Verdict;
using State = BackupAge::State;
using Backups = std::vector<BackupAge>;

constexpr Moment now{1'795'608'000};
constexpr std::size_t most_backups = 24;
constexpr std::int64_t step_s = 6 * 3600;
constexpr std::int64_t most_steps = 80'000;  // to the year 1972

RetentionPolicy take_policy(Bytes &bytes)
{
    RetentionPolicy policy;
    for (unsigned *count :
         {&policy.keep_last, &policy.keep_daily, &policy.keep_weekly, &policy.keep_monthly, &policy.minimum})
        *count = bytes.byte() % 8;
    return policy;
}

// Steps of six hours into the past, so that days, weeks and months are shared; some lie in the future.
Backups take_backups(Bytes &bytes)
{
    constexpr State states[] = {State::proven,     State::proven,    State::proven, State::not_proven,
                                State::unfinished, State::under_way, State::in_use, State::proven};
    Backups backups;
    while (!bytes.at_end() && backups.size() < most_backups) {
        const std::uint8_t kind = bytes.byte();
        const std::int64_t steps = std::min(bytes.integer(), most_steps);
        backups.push_back({"backup " + std::to_string(backups.size()),
                           kind & 8 ? "other" : "teslamate",
                           {now.seconds - steps * step_s},
                           states[kind & 7]});
    }
    return backups;
}

bool is_counted(const BackupAge &backup)
{
    return backup.state == State::proven && !(now < backup.at);
}

void check_each(const Backups &backups, const std::vector<Verdict> &verdicts)
{
    require(verdicts.size() == backups.size(), "there is a verdict for each");
    for (std::size_t i = 0; i < backups.size(); ++i) {
        require(verdicts[i].name == backups[i].name, "verdicts stand in the backups' order");
        require(!verdicts[i].reason.empty(), "a verdict has a reason", verdicts[i].name);
        if (backups[i].state == State::under_way || backups[i].state == State::in_use || now < backups[i].at)
            require(verdicts[i].keep, "what is in use or from the future stays");
    }
}

void check_counts(const Backups &backups, const std::vector<Verdict> &verdicts, const RetentionPolicy &policy)
{
    struct Counts {
        std::size_t proven = 0;
        std::size_t kept = 0;
        std::size_t newest = 0;
    };
    std::map<std::string, Counts> databases;
    for (std::size_t i = 0; i < backups.size(); ++i) {
        if (!is_counted(backups[i]))
            continue;
        Counts &counts = databases[backups[i].database];
        const BackupAge &newest = backups[counts.newest];
        if (counts.proven == 0 || newest.at < backups[i].at ||
            (newest.at == backups[i].at && newest.name < backups[i].name))
            counts.newest = i;
        ++counts.proven;
        counts.kept += verdicts[i].keep ? 1 : 0;
    }
    const std::size_t most = std::max<std::size_t>(1, std::max(policy.keep_last, policy.minimum)) + policy.keep_daily +
                             policy.keep_weekly + policy.keep_monthly;
    for (const auto &[database, counts] : databases) {
        require(verdicts[counts.newest].keep, "the newest proven one stays");
        const std::size_t least = std::min<std::size_t>(std::max(policy.minimum, policy.keep_last), counts.proven);
        require(counts.kept >= least, "so many stay");
        require(counts.kept <= most, "no more stay than the policy says");
    }
}

void check_failed(const Backups &backups, const std::vector<Verdict> &verdicts, const RetentionPolicy &policy)
{
    for (std::size_t i = 0; i < backups.size(); ++i) {
        if (backups[i].state != State::not_proven || verdicts[i].keep)
            continue;
        const auto newer = std::count_if(backups.begin(), backups.end(), [&](const BackupAge &other) {
            return is_counted(other) && other.database == backups[i].database && !(other.at < backups[i].at);
        });
        require(newer >= std::max<std::ptrdiff_t>(policy.minimum, 1), "one that failed goes for proven ones only");
    }
}

// The order of the input says nothing, and neither does a backup older than all.
void check_steady(const Backups &backups, const std::vector<Verdict> &verdicts, const RetentionPolicy &policy)
{
    const auto keeps = [](const std::vector<Verdict> &decided) {
        std::map<std::string, bool> result;
        for (const Verdict &verdict : decided)
            result[verdict.name] = verdict.keep;
        return result;
    };
    const auto expected = keeps(verdicts);
    const Backups reversed(backups.rbegin(), backups.rend());
    require(keeps(decide_retention(reversed, policy, now)) == expected, "order does not matter");

    Backups more = backups;
    more.push_back({"", "teslamate", {0}, State::proven});
    auto with_older = keeps(decide_retention(more, policy, now));
    with_older.erase("");
    require(with_older == expected, "an older one changes no newer one's verdict");
}

// What was deleted does not make the rest go.
void check_settled(const Backups &backups, const std::vector<Verdict> &verdicts, const RetentionPolicy &policy)
{
    Backups left;
    for (std::size_t i = 0; i < backups.size(); ++i)
        if (verdicts[i].keep)
            left.push_back(backups[i]);
    for (const Verdict &verdict : decide_retention(left, policy, now))
        require(verdict.keep, "a second run deletes nothing", verdict.name);
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    using namespace pitstop::fuzz;
    Bytes bytes(data, size);
    const RetentionPolicy policy = take_policy(bytes);
    const Backups backups = take_backups(bytes);
    const std::vector<Verdict> verdicts = decide_retention(backups, policy, now);
    check_each(backups, verdicts);
    check_counts(backups, verdicts, policy);
    check_failed(backups, verdicts, policy);
    check_steady(backups, verdicts, policy);
    check_settled(backups, verdicts, policy);
    return 0;
}
