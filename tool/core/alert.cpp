#include "tool/core/alert.hpp"

#include <algorithm>
#include <array>

#include "tool/core/health_words.hpp"
#include "tool/core/utf8.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using std::chrono::seconds;

constexpr std::array<seconds, 5> pauses = {seconds(10), seconds(30), seconds(120), seconds(600), seconds(3600)};

bool has_no_connection(const HealthReport &report) noexcept
{
    return std::any_of(report.checks.begin(), report.checks.end(), [](const CheckReport &each) {
        return each.check->code == "connection" &&
               (each.status == HealthStatus::critical || each.status == HealthStatus::unknown);
    });
}

// Whether what the check says is its own.
bool says_something(const CheckReport &check, bool without_connection) noexcept
{
    const bool is_looked_at = check.observed_at || !check.error.empty();
    const bool follows = without_connection && check.check->source == HealthCheck::Source::server &&
                         check.status == HealthStatus::unknown;
    return is_looked_at && !follows;
}

bool is_worse(HealthStatus status, HealthStatus than) noexcept
{
    return status != than && worse_of(status, than) == status;
}

}  // namespace

Alerts::Alerts(const AlertPlan &plan) : plan_(plan) {}

void Alerts::take(const HealthReport &report, Instant now)
{
    forget_missing(report);
    const bool without_connection = has_no_connection(report);
    const std::uint64_t last_number = last_number_;
    for (const CheckReport &check : report.checks) {
        Watched &watched = watched_[std::string(check.check->code)];
        if (says_something(check, without_connection) && is_due(check, watched, now))
            tell(check, watched, now);
    }
    tell_again(report, now);
    if (last_number_ == last_number)
        return;
    outbox_.database = cut(report.database);
    outbox_.status = report.status;
    outbox_.at = report.at;
    outbox_.next_attempt = now.steady;
}

// A check that was switched off is no news, and none when it is switched on again and is what it was.
void Alerts::forget_missing(const HealthReport &report)
{
    for (auto each = watched_.begin(); each != watched_.end();) {
        const bool is_there = std::any_of(report.checks.begin(), report.checks.end(),
                                          [&](const CheckReport &check) { return check.check->code == each->first; });
        if (!is_there)
            ++revision_;
        each = is_there ? std::next(each) : watched_.erase(each);
    }
}

bool Alerts::is_due(const CheckReport &check, Watched &watched, Instant now)
{
    if (check.status == watched.told) {
        revision_ += watched.pending ? 1 : 0;
        watched.pending.reset();
        return false;
    }
    const bool gets_worse = is_worse(check.status, watched.told);
    if (!watched.pending || watched.pending->gets_worse != gets_worse) {
        watched.pending = {gets_worse, now.steady};
        ++revision_;
    }
    return now.steady - watched.pending->since >= plan_.hold_off;
}

void Alerts::tell(const CheckReport &check, Watched &watched, Instant now)
{
    Change change{++last_number_, watched.told, check.status, check.since, cut(finding_of(check))};
    const std::string code(check.check->code);
    const auto untold = outbox_.changes.find(code);
    // The receiver knows the older status. But that it was bad in between is to be told, when all is as it knows it.
    if (untold != outbox_.changes.end() && untold->second.from != change.to)
        change.from = untold->second.from;
    outbox_.changes[code] = std::move(change);
    watched = {check.status, now.steady, std::nullopt};
    ++revision_;
}

// Nothing while something waits: that tells it all.
void Alerts::tell_again(const HealthReport &report, Instant now)
{
    if (!plan_.repeat_every || !outbox_.changes.empty())
        return;
    const auto is_critical = [&](const CheckReport &check) {
        return check.status == HealthStatus::critical &&
               watched_.at(std::string(check.check->code)).told == check.status;
    };
    const bool is_time = std::any_of(report.checks.begin(), report.checks.end(), [&](const CheckReport &check) {
        return is_critical(check) &&
               now.steady - watched_.at(std::string(check.check->code)).told_at >= *plan_.repeat_every;
    });
    for (const CheckReport &check : report.checks)
        if (is_time && is_critical(check))
            tell(check, watched_.at(std::string(check.check->code)), now);
}

// Printable first: so what is read again is as it was written.
std::string Alerts::cut(const std::string &text)
{
    constexpr std::size_t longest = 300;
    return std::string(first_bytes(printable(text), longest));
}

std::optional<seconds> Alerts::due_in(Instant now) const
{
    if (outbox_.changes.empty())
        return std::nullopt;
    return std::max(outbox_.next_attempt - now.steady, seconds(0));
}

void Alerts::delivered(std::uint64_t number)
{
    for (auto each = outbox_.changes.begin(); each != outbox_.changes.end();)
        each = each->second.number <= number ? outbox_.changes.erase(each) : std::next(each);
    outbox_.attempts = 0;
    ++revision_;
}

void Alerts::not_delivered(Instant now)
{
    outbox_.next_attempt = now.steady + pauses[std::min<std::uint64_t>(outbox_.attempts, pauses.size() - 1)];
    ++outbox_.attempts;
    ++revision_;
}

}  // namespace pitstop::tool
