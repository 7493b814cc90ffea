#include "core/database_job.hpp"

#include <algorithm>
#include <utility>

namespace pitstop {

namespace {

constexpr UtcTime never{std::numeric_limits<std::int64_t>::max()};

// Doubles with each of `times`, up to `longest`.
std::chrono::seconds doubled(std::chrono::seconds first, int times, std::chrono::seconds longest)
{
    std::chrono::seconds pause = first;
    for (int i = 1; i < times && pause < longest; ++i)
        pause *= 2;
    return std::min(pause, longest);
}

}  // namespace

void DatabaseJob::wish(std::int64_t max_lookups, UtcTime now)
{
    if (is_running_ || is_visiting_) {
        wish_ = max_lookups;
        if (failed_visits_ > 0)
            next_visit_ = now;  // whoever calls may have mended what was in the way
        return;
    }
    run_ = RunState();
    run_.max_lookups = max_lookups;
    next_visit_ = now;
    is_wished_ = true;
}

bool DatabaseJob::wants_visit(UtcTime now) const noexcept
{
    return !is_visiting_ && under_way_ == 0 && store_is_due(now) && !(now < next_visit_);
}

UtcTime DatabaseJob::next_visit() const noexcept
{
    if (is_visiting_ || under_way_ > 0)
        return never;
    if (to_ask_.empty() || settled_bytes_ >= most_bytes_kept)
        return next_visit_;
    return settled_.empty() ? never : std::max(next_visit_, oldest_settled_ + longest_kept);
}

VisitOrder DatabaseJob::begin_visit(const std::string &provider, std::uint32_t most_questions)
{
    is_visiting_ = true;
    is_running_ = true;
    is_wished_ = false;
    to_ask_.clear();  // the report has them again
    VisitOrder order;
    order.run = run_;
    order.provider = provider;
    order.most_questions = gives_up_ ? 0 : most_questions;
    order.settled = settled_;
    return order;
}

void DatabaseJob::on_report(VisitReport report, std::chrono::seconds interval, UtcTime now)
{
    if (report.status == VisitReport::Status::failed) {
        on_failed_visit(report.message, now);
        return;
    }
    is_visiting_ = false;
    failed_visits_ = 0;
    settled_.clear();
    settled_bytes_ = 0;
    message_ = std::move(report.message);
    is_wanted_ = report.status != VisitReport::Status::not_wanted;
    if (!is_wanted_) {
        ++unwanted_visits_;
        end_run(doubled(interval, unwanted_visits_, rarest_visit), now);
        return;
    }
    unwanted_visits_ = 0;
    run_ = std::move(report.run);
    for (Question &question : report.questions)
        to_ask_.push_back({std::move(question), 0});
    if (to_ask_.empty() && run_.phase == RunState::Phase::done)
        end_run(interval, now);
    else
        next_visit_ = now;
}

void DatabaseJob::on_failed_visit(const std::string &why, UtcTime now)
{
    is_visiting_ = false;
    is_wanted_ = true;  // until a visit says otherwise
    message_ = why;
    ++failed_visits_;
    if (failed_visits_ % most_failed_visits == 0) {
        // Not for ever the same: these answers are asked for again, and the next schema gets its turn.
        settled_.clear();
        settled_bytes_ = 0;
        if (!run_.schema.empty())
            run_.phase = RunState::Phase::done;
    }
    next_visit_ = now + doubled(first_pause, failed_visits_, longest_pause);
}

DatabaseJob::Asked DatabaseJob::take_question()
{
    Asked asked = std::move(to_ask_.front());
    to_ask_.pop_front();
    ++under_way_;
    return asked;
}

void DatabaseJob::settle(const Asked &asked, Settled::Outcome outcome, std::string body, UtcTime now)
{
    --under_way_;
    if (settled_.empty())
        oldest_settled_ = now;
    settled_bytes_ += body.size();
    settled_.push_back({asked.question, outcome, std::move(body)});
}

void DatabaseJob::put_back(Asked asked, UtcTime now)
{
    if (++asked.attempts >= most_attempts) {
        settle(asked, Settled::Outcome::unanswered, {}, now);
        return;
    }
    --under_way_;
    to_ask_.push_front(std::move(asked));
}

void DatabaseJob::return_question(Asked asked)
{
    --under_way_;
    to_ask_.push_front(std::move(asked));
}

void DatabaseJob::shorten_rest(std::chrono::seconds interval, bool at_once, UtcTime now)
{
    if (is_running_ || is_visiting_ || unwanted_visits_ > 0)
        return;
    next_visit_ = at_once ? now : std::min(next_visit_, now + interval);
}

// There is nothing left to ask for, or what was answered has waited long enough, or takes enough room.
bool DatabaseJob::store_is_due(UtcTime now) const noexcept
{
    return to_ask_.empty() || settled_bytes_ >= most_bytes_kept ||
           (!settled_.empty() && !(now < oldest_settled_ + longest_kept));
}

void DatabaseJob::give_up_questions(std::chrono::seconds interval, UtcTime now)
{
    if (is_visiting_ || under_way_ > 0 || to_ask_.empty())
        return;
    to_ask_.clear();
    if (settled_.empty()) {
        end_run(interval, now);
        return;
    }
    gives_up_ = true;
}

void DatabaseJob::end_run(std::chrono::seconds interval, UtcTime now)
{
    run_ = RunState();
    is_running_ = false;
    gives_up_ = false;
    ++runs_;
    last_end_ = now;
    next_visit_ = now + interval;
    if (const auto max_lookups = std::exchange(wish_, std::nullopt))
        wish(*max_lookups, now);
}

}  // namespace pitstop
