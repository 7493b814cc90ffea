#include "tool/core/health_board.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace pitstop::tool {

namespace {

constexpr std::string_view connection = "connection";
constexpr const char *hanging = "no look at it has come to an end for too long";

// Both clocks are read in whole seconds, one after the other: so far apart they drift by rounding alone.
constexpr std::int64_t clock_tolerance_s = 2;

bool is_disabled(const HealthPlan &plan, std::string_view code)
{
    return std::find(plan.disabled.begin(), plan.disabled.end(), code) != plan.disabled.end();
}

Thresholds thresholds_of(const HealthPlan &plan, const HealthCheck &check)
{
    const auto found = plan.thresholds.find(std::string(check.code));
    return found == plan.thresholds.end() ? check.thresholds : found->second;
}

std::chrono::seconds stale_after(const HealthCheck &check)
{
    return std::chrono::seconds(HealthBoard::stale_after_seconds(check));
}

}  // namespace

HealthBoard::HealthBoard(HealthPlan plan, Instant started_at)
    : plan_(std::move(plan)), beginning_s_(started_at.date.seconds - started_at.steady.count())
{
    take_plan(started_at.steady);
    overall_ = {worst_at(started_at.steady), started_at.steady};
    settled_until_ = started_at.steady;
}

// Keeps the entries of checks that stay.
void HealthBoard::take_plan(Steady now)
{
    std::vector<Entry> entries;
    checks_.clear();
    for (const HealthCheck *check = health_checks_begin(); check != health_checks_end(); ++check) {
        if (is_disabled(plan_, check->code))
            continue;
        checks_.push_back(check);
        if (Entry *const old = find(check->code))
            entries.push_back(std::move(*old));
        else
            entries.push_back({check, {}, {HealthStatus::unknown, now}, {}, now + stale_after(*check), {}, {}, {}});
        entries.back().thresholds = thresholds_of(plan_, *check);
    }
    entries_ = std::move(entries);
}

void HealthBoard::change_plan(HealthPlan plan, Instant now)
{
    settle(now);
    plan_ = std::move(plan);
    take_plan(now.steady);
    for (Entry &entry : entries_) {
        const bool is_seen = entry.observed_at && now.steady < entry.fresh_until;
        // A connection that failed stays so, whatever it was like when it was there.
        if (is_seen && (entry.error.empty() || entry.check->code != connection))
            change(entry, judge_all(entry), now.steady);
    }
    settle(now);
}

void HealthBoard::note(std::string_view code, std::vector<Observation> observations, Instant at)
{
    settle(at);
    Entry *const entry = find(code);
    if (entry == nullptr)
        return;
    entry->observations.clear();
    for (Observation &observation : observations)
        entry->observations.push_back({std::move(observation), HealthStatus::unknown});
    change(*entry, judge_all(*entry), at.steady);
    entry->observed_at = at.steady;
    entry->fresh_until = at.steady + stale_after(*entry->check);
    entry->error.clear();
    entry->hint.clear();
    settle(at);
}

void HealthBoard::note_failure(std::string_view code, std::string error, Instant at, std::string hint)
{
    settle(at);
    Entry *const entry = find(code);
    if (entry == nullptr)
        return;
    if (code == connection) {
        // That it fails is what there is to see.
        change(*entry, HealthStatus::critical, at.steady);
        entry->fresh_until = at.steady + stale_after(*entry->check);
    }
    entry->error = std::move(error);
    entry->hint = std::move(hint);
    settle(at);
}

HealthReport HealthBoard::report(Instant now) const
{
    const Standing overall = overall_at(now.steady);
    HealthReport report;
    report.at = now.date;
    report.status = overall.status;
    report.since = date_of(overall.since, now);
    for (const Entry &entry : entries_)
        report.checks.push_back(report_of(entry, now));
    return report;
}

std::int64_t HealthBoard::stale_after_seconds(const HealthCheck &check) noexcept
{
    return 3 * check.every.count() + 60;
}

HealthBoard::Standing HealthBoard::standing_at(const Entry &entry, Steady at) noexcept
{
    if (at < entry.fresh_until || entry.standing.status == HealthStatus::unknown)
        return entry.standing;
    return {HealthStatus::unknown, entry.fresh_until};
}

void HealthBoard::change(Entry &entry, HealthStatus status, Steady at) noexcept
{
    const Standing before = standing_at(entry, at);
    entry.standing = {status, status == before.status ? before.since : at};
}

HealthStatus HealthBoard::judge_all(Entry &entry)
{
    HealthStatus worst = HealthStatus::ok;
    for (JudgedObservation &each : entry.observations) {
        each.status = judge(*entry.check, entry.thresholds, each.observation);
        worst = worse_of(worst, each.status);
    }
    return worst;
}

HealthBoard::Entry *HealthBoard::find(std::string_view code)
{
    const auto found =
        std::find_if(entries_.begin(), entries_.end(), [&](const Entry &entry) { return entry.check->code == code; });
    return found == entries_.end() ? nullptr : &*found;
}

HealthStatus HealthBoard::worst_at(Steady at) const noexcept
{
    HealthStatus worst = HealthStatus::ok;
    for (const Entry &entry : entries_)
        worst = worse_of(worst, standing_at(entry, at).status);
    return worst;
}

// Between two calls, checks may have become unknown one after the other: it changed when the first of them told.
HealthBoard::Standing HealthBoard::overall_at(Steady at) const
{
    std::vector<Steady> turns{at};
    for (const Entry &entry : entries_)
        if (settled_until_ < entry.fresh_until && entry.fresh_until < at)
            turns.push_back(entry.fresh_until);
    std::sort(turns.begin(), turns.end());

    Standing overall = overall_;
    for (const Steady turn : turns)
        if (const HealthStatus status = worst_at(turn); status != overall.status)
            overall = {status, turn};
    return overall;
}

void HealthBoard::settle(const Instant &now)
{
    beginning_s_ = beginning_s(now);
    overall_ = overall_at(now.steady);
    settled_until_ = std::max(settled_until_, now.steady);
}

// A small drift moves no date; a clock that was set moves them all.
std::int64_t HealthBoard::beginning_s(const Instant &now) const noexcept
{
    const std::int64_t seen_s = now.date.seconds - now.steady.count();
    return std::abs(seen_s - beginning_s_) > clock_tolerance_s ? seen_s : beginning_s_;
}

Moment HealthBoard::date_of(Steady at, const Instant &now) const noexcept
{
    return std::min(Moment{beginning_s(now) + at.count()}, now.date);
}

CheckReport HealthBoard::report_of(const Entry &entry, const Instant &now) const
{
    const Standing standing = standing_at(entry, now.steady);
    const bool is_stale = now.steady >= entry.fresh_until;
    CheckReport report;
    report.check = entry.check;
    report.thresholds = entry.thresholds;
    report.status = standing.status;
    report.since = date_of(standing.since, now);
    if (entry.observed_at)
        report.observed_at = date_of(*entry.observed_at, now);
    report.error = entry.error.empty() && is_stale ? hanging : entry.error;
    report.hint = entry.hint;
    report.observations = entry.observations;
    const bool has_failed = !entry.error.empty() && entry.check->code == connection;
    if (is_stale || has_failed)
        for (JudgedObservation &each : report.observations)
            each.status = standing.status;
    return report;
}

}  // namespace pitstop::tool
