// One loop, one sleep:
//
//   hear sessions → list databases → take reports → start visits → take answers → ask → publish → rest
//
// Nothing in it waits: visits and requests go on by themselves. It may be killed at any instruction; what it knew is in the
// databases' tables, and in the asker's file.

#include "pg/geocoder_process.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>

#include "core/database_job.hpp"
#include "pg/asker.hpp"
#include "pg/boundary.hpp"
#include "pg/databases.hpp"
#include "pg/settings.hpp"
#include "pg/visits.hpp"
#include "pg/worker_memory.hpp"

extern "C" {
#include "libpq/pqsignal.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/pmsignal.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"
}

namespace pitstop::pg {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Interrupts are looked at this often while the network is waited for.
constexpr milliseconds longest_network_wait{200};
constexpr milliseconds longest_rest{3'600'000};
constexpr milliseconds between_publications{100};
// A visit's questions take about this long to ask, so that every database gets its turn.
constexpr milliseconds one_turn{10'000};
constexpr std::int64_t most_questions_at_once = 500;
constexpr seconds one_minute{60};
// One database may be visited while the questions of another wait, not all of them.
constexpr std::size_t most_waiting_questions = 2 * most_questions_at_once;

UtcTime clock_now() noexcept
{
    return UtcTime{GetCurrentTimestamp()};
}

class GeocoderProcess {
public:
    GeocoderProcess() : asker_(clock_now())
    {
        started_at_ = clock_now();
        asker_.configure(read_geocoder_settings(), started_at_);
        say_when_unusable();
    }

    [[noreturn]] void run()
    {
        while (true)
            turn();
    }

    // However the process ends, short of a crash.
    static void at_exit(int, Datum process) noexcept
    {
        try {
            reinterpret_cast<GeocoderProcess *>(DatumGetPointer(process))->asker_.save_at_once();
        } catch (...) {  // the file before stays
        }
    }

private:
    struct Pending {
        Oid database;
        DatabaseJob::Asked asked;
    };

    void turn();
    void heed_interrupts();
    void reload(UtcTime now);
    void say_when_unusable();
    void hear_sessions(UtcTime now);
    void follow_databases(UtcTime now);
    void take_reports(UtcTime now);
    void take_report(DatabaseJob &job, Visits::Ended &visit, UtcTime now);
    void start_visits(UtcTime now);
    void take_answers(UtcTime now);
    void ask();
    void give_up_questions(UtcTime now);
    bool can_ask_soon(UtcTime now) const;
    std::uint32_t questions_at_once() const;
    std::size_t waiting_questions() const;
    void publish_all(UtcTime now);
    void report_activity();
    void rest(UtcTime now);
    UtcTime next_event(UtcTime now) const;

    Asker asker_;
    Visits visits_;
    std::map<Oid, DatabaseJob> jobs_;
    std::map<Oid, std::string> messages_;  // said already, of each database
    std::map<std::uint64_t, Pending> pending_;
    std::uint64_t last_id_ = 0;
    Oid last_asked_ = InvalidOid;
    UtcTime started_at_;
    UtcTime list_again_;
    UtcTime no_worker_until_;
    UtcTime published_at_;
    std::string said_unusable_;
    std::string activity_;
    bool something_happened_ = true;
};

void GeocoderProcess::turn()
{
    heed_interrupts();
    const UtcTime now = clock_now();
    hear_sessions(now);
    follow_databases(now);
    take_reports(now);
    take_answers(now);
    give_up_questions(now);
    start_visits(now);
    ask();
    asker_.save(now);
    publish_all(now);
    rest(now);
}

void GeocoderProcess::heed_interrupts()
{
    call([]() noexcept { CHECK_FOR_INTERRUPTS(); });  // SIGTERM ends the process in here
    if (!ConfigReloadPending)
        return;
    ConfigReloadPending = false;
    call([]() noexcept { ProcessConfigFile(PGC_SIGHUP); });
    reload(clock_now());
}

void GeocoderProcess::reload(UtcTime now)
{
    something_happened_ = true;
    const bool could_ask = can_ask_soon(now);
    if (asker_.configure(read_geocoder_settings(), now)) {
        for (auto &[id, pending] : pending_)
            if (const auto job = jobs_.find(pending.database); job != jobs_.end())
                job->second.return_question(std::move(pending.asked));
        pending_.clear();
    }
    say_when_unusable();
    list_again_ = now;
    for (auto &[database, job] : jobs_)
        job.shorten_rest(repair_interval_setting(), !could_ask && can_ask_soon(now), now);
}

// Once for each reason.
void GeocoderProcess::say_when_unusable()
{
    const std::string &reason = asker_.settings().unusable;
    if (reason == said_unusable_)
        return;
    said_unusable_ = reason;
    if (reason.empty())
        return;
    const char *const text = reason.c_str();
    call([text]() noexcept { ereport(LOG, (errmsg_internal("pitstop asks no geocoder: %s", text))); });
}

void GeocoderProcess::hear_sessions(UtcTime now)
{
    const Wishes wishes = take_wishes();
    if (wishes.reset) {
        asker_.reset(now);
        for (auto &[database, job] : jobs_)
            job.shorten_rest(seconds{0}, true, now);
    }
    for (const RepairWish &wish : wishes.repairs)
        jobs_.try_emplace(wish.database, now).first->second.wish(wish.max_lookups, now);
    something_happened_ = something_happened_ || wishes.reset || !wishes.repairs.empty();
}

// The list says which there are, not which want addresses: a visit finds that out.
void GeocoderProcess::follow_databases(UtcTime now)
{
    if (now < list_again_)
        return;
    list_again_ = now + std::chrono::microseconds{repair_interval_setting()};
    const std::vector<Oid> present = list_databases();
    for (const Oid database : present)
        jobs_.try_emplace(database, now);
    for (auto job = jobs_.begin(); job != jobs_.end();) {
        if (std::find(present.begin(), present.end(), job->first) != present.end() || job->second.is_visiting()) {
            ++job;
            continue;
        }
        forget_database(job->first);
        messages_.erase(job->first);
        job = jobs_.erase(job);
    }
}

void GeocoderProcess::take_reports(UtcTime now)
{
    for (Visits::Ended &visit : visits_.take_ended()) {
        something_happened_ = true;
        if (const auto job = jobs_.find(visit.database); job != jobs_.end())
            take_report(job->second, visit, now);
    }
}

void GeocoderProcess::take_report(DatabaseJob &job, Visits::Ended &visit, UtcTime now)
{
    if (visit.report)
        job.on_report(std::move(*visit.report), repair_interval_setting(), now);
    else
        job.on_failed_visit("the visiting worker ended without a report; the server's log says why", now);
    std::string &said = messages_[visit.database];
    if (job.message() == said)
        return;
    said = job.message();
    if (said.empty())
        return;
    const char *const text = said.c_str();
    const Oid database = visit.database;
    call([text, database]() noexcept {
        ereport(WARNING, (errmsg_internal("pitstop could not repair addresses in database %u: %s", database, text)));
    });
}

// Who has waited longest goes first.
void GeocoderProcess::start_visits(UtcTime now)
{
    while (visits_.has_room(max_workers_setting()) && !(now < no_worker_until_)) {
        Oid next = InvalidOid;
        for (const auto &[database, job] : jobs_)
            if (job.wants_visit(now) && (next == InvalidOid || job.next_visit() < jobs_.at(next).next_visit()) &&
                (job.is_running() || waiting_questions() < most_waiting_questions))
                next = database;
        if (next == InvalidOid)
            return;
        something_happened_ = true;
        DatabaseJob &job = jobs_.at(next);
        const std::uint32_t questions = can_ask_soon(now) ? questions_at_once() : 0;
        if (!visits_.start(next, job.begin_visit(asker_.settings().provider->name, questions))) {
            job.on_failed_visit("the server has no worker to spare; raise max_worker_processes", now);
            no_worker_until_ = now + std::chrono::microseconds{seconds{1}};
        }
    }
}

void GeocoderProcess::take_answers(UtcTime now)
{
    for (Asker::Answered &answer : asker_.answers(now)) {
        something_happened_ = true;
        const auto found = pending_.find(answer.id);
        if (found == pending_.end())
            continue;
        Pending pending = std::move(found->second);
        pending_.erase(found);
        const auto job = jobs_.find(pending.database);
        if (job == jobs_.end())
            continue;
        if (answer.outcome)
            job->second.settle(pending.asked, *answer.outcome, std::move(answer.body), now);
        else
            job->second.put_back(std::move(pending.asked), now);
    }
}

// Round the databases, one question each. By the clock, not by the turn's beginning: the pause begins with the request.
void GeocoderProcess::ask()
{
    for (UtcTime now = clock_now(); asker_.may_ask(now); now = clock_now()) {
        auto next = jobs_.end();
        for (auto job = jobs_.begin(); job != jobs_.end(); ++job)
            if (job->second.has_question(now) &&
                (next == jobs_.end() || (next->first <= last_asked_ && job->first > last_asked_)))
                next = job;
        if (next == jobs_.end())
            return;
        something_happened_ = true;
        last_asked_ = next->first;
        const std::uint64_t id = ++last_id_;
        Pending &pending = pending_[id];
        pending = {next->first, next->second.take_question()};
        asker_.ask(id, pending.asked.question, now);
    }
}

bool GeocoderProcess::can_ask_soon(UtcTime now) const
{
    return asker_.is_usable() &&
           asker_.next_start(now) - now <= std::max<seconds>(repair_interval_setting(), one_minute);
}

void GeocoderProcess::give_up_questions(UtcTime now)
{
    if (can_ask_soon(now))
        return;
    for (auto &[database, job] : jobs_)
        job.give_up_questions(repair_interval_setting(), now);
}

std::uint32_t GeocoderProcess::questions_at_once() const
{
    const milliseconds interval = asker_.settings().pace.interval;
    const std::int64_t in_one_turn = interval.count() == 0 ? most_questions_at_once : one_turn / interval;
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(in_one_turn, 1, most_questions_at_once));
}

std::size_t GeocoderProcess::waiting_questions() const
{
    std::size_t waiting = 0;
    for (const auto &[database, job] : jobs_)
        waiting += job.waiting_questions();
    return waiting;
}

void GeocoderProcess::publish_all(UtcTime now)
{
    if (!something_happened_ || (now - published_at_ < between_publications && !(now < published_at_)))
        return;
    something_happened_ = false;
    published_at_ = now;
    WorkerStatus status = {};
    status.started_at = started_at_;
    asker_.describe(status, now);
    status.waiting_questions = static_cast<std::int64_t>(waiting_questions());
    publish(status);
    for (const auto &[database, job] : jobs_) {
        DatabaseStatus of_database = {};
        of_database.database = database;
        of_database.is_running = job.is_running();
        of_database.is_wanted = job.is_wanted();
        of_database.runs = job.runs();
        of_database.last_end = job.last_end();
        of_database.next_visit = job.next_visit();
        of_database.questions = static_cast<std::int64_t>(job.waiting_questions());
        of_database.message.set(job.message());
        publish(of_database);
    }
    report_activity();
}

void GeocoderProcess::report_activity()
{
    const std::size_t waiting = waiting_questions();
    std::string activity = waiting == 0 ? "" : "asking for addresses: " + std::to_string(waiting) + " places wait";
    if (!asker_.is_usable())
        activity = "asks no geocoder";
    if (activity == activity_)
        return;
    activity_ = activity;
    const char *const text = activity_.c_str();
    call([text]() noexcept { pgstat_report_activity(*text == '\0' ? STATE_IDLE : STATE_RUNNING, text); });
}

UtcTime GeocoderProcess::next_event(UtcTime now) const
{
    UtcTime next = std::min(list_again_, asker_.next_save());
    bool has_question = false;
    const bool may_visit = visits_.has_room(max_workers_setting());
    for (const auto &[database, job] : jobs_) {
        if (may_visit && (job.is_running() || waiting_questions() < most_waiting_questions))
            next = std::min(next, std::max(job.next_visit(), no_worker_until_));
        has_question = has_question || job.has_question(now);
    }
    // Where it may start and was not started, a probe is under way, and its answer is what is waited for.
    if (has_question && asker_.is_usable() && now < asker_.next_start(now))
        next = std::min(next, asker_.next_start(now));
    if (something_happened_)
        next = std::min(next, published_at_ + between_publications);
    return next;
}

void GeocoderProcess::rest(UtcTime now)
{
    // Rounded up: to wake a moment too early would mean to look, and rest again.
    const auto until_next = std::chrono::duration_cast<milliseconds>(next_event(now) - now) + milliseconds{1};
    const milliseconds pause = std::clamp(until_next, milliseconds{0}, longest_rest);
    if (asker_.under_way() > 0) {
        asker_.wait(std::min(pause, longest_network_wait));
        if (!call([]() noexcept { return PostmasterIsAlive(); }))
            call([]() noexcept { proc_exit(1); });
        call([]() noexcept { ResetLatch(MyLatch); });
        return;
    }
    const long pause_ms = static_cast<long>(pause.count());
    call([pause_ms]() noexcept {
        (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, pause_ms, PG_WAIT_EXTENSION);
        ResetLatch(MyLatch);
    });
}

}  // namespace

void register_geocoder_process()
{
    BackgroundWorker worker = {};
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
    worker.bgw_restart_time = 10;
    snprintf(worker.bgw_name, sizeof worker.bgw_name, "pitstop address repair");
    snprintf(worker.bgw_type, sizeof worker.bgw_type, "pitstop address repair");
    snprintf(worker.bgw_library_name, sizeof worker.bgw_library_name, "pitstop");
    snprintf(worker.bgw_function_name, sizeof worker.bgw_function_name, "pitstop_geocoder_main");
    RegisterBackgroundWorker(&worker);
}

}  // namespace pitstop::pg

extern "C" {

void pitstop_geocoder_main(Datum)
{
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    // To no database: only to be seen in pg_stat_activity, and to read the list of databases.
    BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
    pitstop::pg::enter([]() -> Datum {
        pitstop::pg::become_geocoder_process();
        pitstop::net::start_library();
        pitstop::pg::GeocoderProcess process;
        before_shmem_exit(pitstop::pg::GeocoderProcess::at_exit, PointerGetDatum(&process));
        process.run();
    });
}
}
