// pitstop.address_repair(): what the address repair is doing, in words that need no DBA: a line for each fact.

#include <algorithm>

#include "core/error.hpp"
#include "pg/backlog.hpp"
#include "pg/checks.hpp"
#include "pg/journal.hpp"
#include "pg/known_places.hpp"
#include "pg/result.hpp"
#include "pg/settings.hpp"
#include "pg/tenants.hpp"
#include "pg/teslamate.hpp"
#include "pg/worker_memory.hpp"

extern "C" {
#include "miscadmin.h"
#include "utils/timestamp.h"
}

namespace pitstop::pg {

namespace {

constexpr Statement refresh_of_schema{R"(
    SELECT r.language, r.updated, r.event_id, r.finished_at IS NOT NULL, cardinality(r.left_over)
      FROM pitstop.address_refresh AS r
     WHERE r.teslamate_schema = $1
)"};

bool is_set(UtcTime moment)
{
    return moment.microseconds != 0 && moment.is_finite();
}

// In the session's time zone.
std::string text_of(UtcTime moment)
{
    return call([moment]() noexcept {
        const TimestampTz whole_seconds = moment.microseconds - moment.microseconds % USECS_PER_SEC;
        return timestamptz_to_str(whole_seconds);
    });
}

std::string text_of_span(std::int64_t seconds)
{
    if (seconds < 120)
        return std::to_string(seconds) + " s";
    if (seconds < 120 * 60)
        return std::to_string(seconds / 60) + " min";
    if (seconds < 48 * 3600)
        return std::to_string(seconds / 3600) + " h";
    return std::to_string(seconds / 86400) + " days";
}

class Report {
public:
    Report(ResultRows &result, Spi &spi) : result_(result), spi_(spi), now_(pg::clock_now()) {}

    void write()
    {
        const auto worker = worker_status();
        write_setting();
        write_worker(worker);
        if (worker) {
            write_geocoder(*worker);
            write_counters(*worker);
        }
        write_backlog(worker);
        write_refresh();
    }

private:
    void line(const char *name, const std::string &value, const std::string &message = {})
    {
        result_.add(Values().text(name).text(value).text(message.empty() ? std::nullopt : std::optional(message)));
    }
    void count(const char *name, std::int64_t value, const std::string &message = {})
    {
        line(name, std::to_string(value), message);
    }

    void write_setting();
    void write_worker(const std::optional<WorkerStatus> &worker);
    void write_geocoder(const WorkerStatus &worker);
    void write_counters(const WorkerStatus &worker);
    void write_backlog(const std::optional<WorkerStatus> &worker);
    void write_time_to_finish(std::int64_t places, const WorkerStatus &worker);
    void write_refresh();

    ResultRows &result_;
    Spi &spi_;
    UtcTime now_;
};

void Report::write_setting()
{
    const bool is_on = repair_setting() || is_repair_set(spi_);
    line("repair", is_on ? "on" : "off", is_on ? "" : "As a superuser: ALTER DATABASE … SET pitstop.repair = on.");
}

void Report::write_worker(const std::optional<WorkerStatus> &worker)
{
    if (!has_worker_memory()) {
        line("worker", "not loaded",
             "Add pitstop to shared_preload_libraries in postgresql.conf and restart the server.");
        return;
    }
    if (!worker) {
        line("worker", "not running",
             "It starts with the server, and again ten seconds after it has ended; the server's "
             "log says why it ended.");
        return;
    }
    line("worker", "running", "since " + text_of(worker->started_at));
    const auto database = database_status(MyDatabaseId);
    if (!database)
        return;
    line("run", database->is_running ? "under way" : "resting",
         !database->is_running && is_set(database->next_visit) ? "the next begins at " + text_of(database->next_visit)
                                                               : "");
    count("runs", database->runs, is_set(database->last_end) ? "the last ended at " + text_of(database->last_end) : "");
    if (database->message.bytes[0] != '\0')
        line("in the way", "yes", database->message.bytes);
}

void Report::write_geocoder(const WorkerStatus &worker)
{
    line("geocoder", worker.provider.bytes, worker.url.bytes);
    if (worker.unusable.bytes[0] != '\0') {
        line("asks", "no", worker.unusable.bytes);
        return;
    }
    if (worker.stopped.bytes[0] != '\0') {
        line("asks", "no",
             std::string(worker.stopped.bytes) + ". When that is mended: SELECT pitstop.reset_geocoder().");
        return;
    }
    line("asks", "yes",
         "every " + std::to_string(worker.interval_ms) + " ms, " + std::to_string(worker.concurrency) + " at a time");
    line("breaker", name_of(worker.breaker),
         worker.breaker == Breaker::State::closed ? "" : "it failed more than 5 times within 3 minutes");
    const bool waits = now_ < worker.next_request;
    line("next request", waits ? "after a pause" : "at once", waits ? "at " + text_of(worker.next_request) : "");
    count("requests today", worker.requests_today,
          worker.daily_limit > 0 ? "of " + std::to_string(worker.daily_limit) + " each day (UTC)" : "");
}

void Report::write_counters(const WorkerStatus &worker)
{
    const Counters &counters = worker.counters;
    count("requests", counters.requests, "since the worker started, for all databases");
    count("found", counters.found);
    count("no such place", counters.without_place, "the geocoder knows no address there");
    count("malformed", counters.malformed, "answers that make no sense");
    count("failures", counters.failures);
    if (is_set(worker.last_success_at))
        line("last success", text_of(worker.last_success_at));
    if (is_set(worker.last_failure_at))
        line("last failure", text_of(worker.last_failure_at), worker.last_failure.bytes);
    count("waiting", worker.waiting_questions, "places that were chosen to be asked for, of all databases");
}

void Report::write_backlog(const std::optional<WorkerStatus> &worker)
{
    const std::string language = address_language(spi_);
    const Backlog backlog = read_backlog(spi_, language, address_reuse_distance_setting());
    for (const BacklogLine &part : backlog.lines)
        count((std::string(part.kind) + " without an address").c_str(), part.count, part.reason);
    if (backlog.lines.empty())
        count("without an address", 0, "no drive, no charging process");
    if (worker && backlog.places_not_asked > 0)
        write_time_to_finish(backlog.places_not_asked, *worker);
}

// Without the time that the geocoder itself takes, and what other databases want.
void Report::write_time_to_finish(std::int64_t places, const WorkerStatus &worker)
{
    std::int64_t seconds = places * worker.interval_ms / 1000;
    if (worker.daily_limit > 0) {
        const std::int64_t left_today = std::max<std::int64_t>(worker.daily_limit - worker.requests_today, 0);
        const std::int64_t days =
            (std::max<std::int64_t>(places - left_today, 0) + worker.daily_limit - 1) / worker.daily_limit;
        seconds = std::max(seconds, days * 86400);
    }
    line("time to finish", "about " + text_of_span(seconds),
         std::to_string(places) + " places to ask for; a run looks at " + std::to_string(repair_limit_setting()) +
             " drives and as many charging processes");
}

void Report::write_refresh()
{
    const AsOwner owner;
    spi_.run(refresh_of_schema, Values().text(spi_.schema()), [&](const PassingRow &row) {
        std::string message = row.text(1) + " addresses updated";
        if (!row.is_null(2))
            message += ", event " + row.text(2);
        line("refresh", row.boolean(3) ? "done" : "under way", "in \"" + row.text(0) + "\": " + message);
    });
}

}  // namespace

}  // namespace pitstop::pg

PITSTOP_FUNCTION(pitstop_address_repair)
{
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    const TeslaMate teslamate = TeslaMate::configured();
    teslamate.require();
    Spi spi(teslamate.schema(), Access::read_only);
    Report(result, spi).write();
    return result.datum();
}
