// One database on its way through runs of the address repair: when it is visited, which questions of it wait for the
// geocoder, which answers wait to be stored. Decides only; visits and requests are made by others. The clock is an argument.
//
//   resting → visiting → asking → visiting → … → resting
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/utc_time.hpp"
#include "core/visit.hpp"

namespace pitstop {

class DatabaseJob {
public:
    // Answers are not kept for longer than this before they are stored, however slow the geocoder is.
    static constexpr std::chrono::seconds longest_kept{5};
    static constexpr std::size_t most_bytes_kept = 512 * 1024;
    // Of one question: then it is settled as unanswered.
    static constexpr int most_attempts = 3;
    // Of visits, to store the same answers.
    static constexpr int most_failed_visits = 5;
    static constexpr std::chrono::seconds first_pause{5};
    static constexpr std::chrono::minutes longest_pause{10};
    // Databases that want no repair are looked into more and more rarely, down to this.
    static constexpr std::chrono::hours rarest_visit{24};

    explicit DatabaseJob(UtcTime first_visit) : next_visit_(first_visit) {}

    // Somebody wants a run: at once, or after the one that is going on.
    void wish(std::int64_t max_lookups, UtcTime now);

    // Whether it should be visited; with questions at the geocoder not before they are answered.
    bool wants_visit(UtcTime now) const noexcept;
    // The moment from which wants_visit() can be true without anything else happening; the far future while it cannot.
    UtcTime next_visit() const noexcept;
    // The interval was changed: a rest never lasts longer than it. With `at_once` it ends: the geocoder can be asked again.
    void shorten_rest(std::chrono::seconds interval, bool at_once, UtcTime now);
    bool is_visiting() const noexcept { return is_visiting_; }
    // A run has begun and is not at its end, or somebody wants one now.
    bool is_running() const noexcept { return is_running_ || is_wished_; }
    // Addresses are wanted in this database, as far as is known.
    bool is_wanted() const noexcept { return is_wanted_; }
    // Runs that came to their end.
    std::int64_t runs() const noexcept { return runs_; }
    UtcTime last_end() const noexcept { return last_end_; }

    // The visit begins. most_questions: 0 where the geocoder cannot be asked, so that only what is known is filled in.
    VisitOrder begin_visit(const std::string &provider, std::uint32_t most_questions);
    void on_report(VisitReport report, std::chrono::seconds interval, UtcTime now);
    // The visit could not be made, or ended without a report.
    void on_failed_visit(const std::string &why, UtcTime now);

    std::size_t waiting_questions() const noexcept { return to_ask_.size() + under_way_; }
    bool has_question(UtcTime now) const noexcept { return !is_visiting_ && !to_ask_.empty() && !store_is_due(now); }

    struct Asked {
        Question question;
        int attempts = 0;  // before this one
    };
    Asked take_question();
    void settle(const Asked &asked, Settled::Outcome outcome, std::string body, UtcTime now);
    // The geocoder failed in a way that passes: it is asked again, unless it was often enough.
    void put_back(Asked asked, UtcTime now);
    // The request was given up by us: it is made again.
    void return_question(Asked asked);
    // The geocoder cannot be asked any more, or not for long: what was answered is stored, then the run is over.
    void give_up_questions(std::chrono::seconds interval, UtcTime now);

    // What is in the way, for people; empty when nothing is.
    const std::string &message() const noexcept { return message_; }

private:
    void rest(std::chrono::seconds pause, UtcTime now);
    void end_run(std::chrono::seconds interval, UtcTime now);
    bool store_is_due(UtcTime now) const noexcept;

    UtcTime next_visit_;
    bool is_visiting_ = false;
    bool is_running_ = false;
    bool is_wished_ = false;
    bool is_wanted_ = false;
    bool gives_up_ = false;
    std::optional<std::int64_t> wish_;  // max_lookups of a run that is wanted after this one
    RunState run_;
    std::deque<Asked> to_ask_;
    std::size_t under_way_ = 0;
    std::vector<Settled> settled_;
    std::size_t settled_bytes_ = 0;
    UtcTime oldest_settled_;
    std::int64_t runs_ = 0;
    UtcTime last_end_;
    int failed_visits_ = 0;
    int unwanted_visits_ = 0;
    std::string message_;
};

}  // namespace pitstop
