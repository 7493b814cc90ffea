// pitstop.close_stale(older_than, dry_run): closes all that was left open, in one go.
//
//   open sessions → those that may still be going on are looked at one by one, and left alone
//                 → the rest is locked (what somebody works on is skipped), read in one scan, judged again,
//                   decided, written together, and journaled: one event each, one batch
//
// Where writing together fails, for one row's sake, each is written by itself and the failing one is reported.

#include <map>

#include "core/error.hpp"
#include "pg/charges.hpp"
#include "pg/checks.hpp"
#include "pg/drives.hpp"
#include "pg/result.hpp"
#include "pg/sessions.hpp"
#include "pg/subtransaction.hpp"

namespace pitstop::pg {

namespace {

constexpr SpanParameter older_than{"older_than", "Sessions that were seen within this time are left alone.",
                                   "Leave it out for its default of 6 hours."};

constexpr const char *not_locked = "another session works on it";

// What becomes of one open session.
struct Verdict {
    OpenSession session;
    std::optional<Outcome> outcome;  // nothing: skipped
    std::string reason;
    std::optional<Event> event;
    std::optional<std::int64_t> event_id;
};

void set_failed(Verdict &verdict, const std::string &reason)
{
    verdict.outcome = Outcome::failed;
    verdict.reason = reason;
}

// Runs `write` in a subtransaction; why it failed, where that concerns one row only.
template <typename Write>
std::optional<std::string> failure_of(Write write)
{
    try {
        in_subtransaction(write);
        return std::nullopt;
    } catch (const PgError &error) {
        if (!concerns_one_row(error))
            throw;
        return error.what();
    } catch (const DomainError &error) {
        return error.what();
    }
}

class StaleCloser {
public:
    StaleCloser(Spi &spi, const TeslaMate &teslamate, UtcTime now, UtcTime seen_before, bool dry_run)
        : spi_(spi), teslamate_(teslamate), now_(now), seen_before_(seen_before),
          locking_(dry_run ? Locking::none : Locking::skip_locked)
    {
    }

    std::vector<Verdict> run()
    {
        find();
        // Charges first: waiting for their car's lock, nothing holds a drive that the car's holder may want next.
        try {
            close_charges();
        } catch (const DomainError &error) {  // TeslaMate's settings are gone: the drives are closed all the same
            fail_charges(error.what());
        }
        close_drives();
        if (locking_ != Locking::none)
            journal();
        return std::move(verdicts_);
    }

private:
    void find();
    void mark_undone();
    std::vector<std::int64_t> candidates(SessionKind kind);
    Verdict &verdict_on(SessionKind kind, std::int64_t id);
    bool is_stale(Verdict &verdict, std::int64_t rows, std::optional<UtcTime> newest_row);
    void close_drives();
    void close_charges();
    void fail_charges(const std::string &reason);
    void journal();

    template <typename Closing, typename Decide>
    void keep_decided(SessionKind kind, std::vector<Closing> &closings, Decide decide);
    template <typename Closing, typename Write>
    void write_all(SessionKind kind, std::vector<Closing> &closings, Write write);

    Spi &spi_;
    const TeslaMate &teslamate_;
    UtcTime now_;
    UtcTime seen_before_;
    Locking locking_;
    std::vector<Verdict> verdicts_;
    std::map<std::pair<SessionKind, std::int64_t>, std::size_t> index_;
};

// Only a car's newest session can be in progress: these few are looked at before anything is locked, so that
// nothing ever waits that TeslaMate still writes.
void StaleCloser::find()
{
    for (OpenSession &session : open_sessions(spi_))
        verdicts_.push_back({session, std::nullopt, {}, std::nullopt, std::nullopt});
    for (std::size_t i = 0; i < verdicts_.size(); ++i)
        index_[{verdicts_[i].session.kind, verdicts_[i].session.id}] = i;
    mark_undone();
    for (Verdict &verdict : verdicts_) {
        if (!verdict.session.newest_of_car && !verdict.session.close_undone)
            continue;
        count_rows(spi_, verdict.session);
        verdict.reason = reason_to_skip(verdict.session, now_, seen_before_).value_or("");
    }
}

void StaleCloser::mark_undone()
{
    const SessionSet undone = sessions_with_undone_close(spi_);
    for (Verdict &verdict : verdicts_)
        verdict.session.close_undone = undone.count({verdict.session.kind, verdict.session.id}) > 0;
}

std::vector<std::int64_t> StaleCloser::candidates(SessionKind kind)
{
    std::vector<std::int64_t> ids;
    for (Verdict &verdict : verdicts_) {
        if (verdict.session.kind != kind || !verdict.reason.empty())
            continue;
        ids.push_back(verdict.session.id);
        verdict.reason = not_locked;  // until it is
    }
    return ids;
}

Verdict &StaleCloser::verdict_on(SessionKind kind, std::int64_t id)
{
    return verdicts_[index_.at({kind, id})];
}

// The last word on it, now that nobody can add a row.
bool StaleCloser::is_stale(Verdict &verdict, std::int64_t rows, std::optional<UtcTime> newest_row)
{
    verdict.session.rows = rows;
    verdict.session.newest_row = newest_row;
    verdict.reason = reason_to_skip(verdict.session, now_, seen_before_).value_or("");
    return verdict.reason.empty();
}

// Drops what is not stale after all, and what fails; `decide` raises for the latter.
template <typename Closing, typename Decide>
void StaleCloser::keep_decided(SessionKind kind, std::vector<Closing> &closings, Decide decide)
{
    std::vector<Closing> kept;
    for (Closing &closing : closings) {
        Verdict &verdict = verdict_on(kind, closing.id);
        try {
            if (!decide(closing, verdict))
                continue;
            verdict.outcome = closing.outcome;
            verdict.reason = closing.reason;
            kept.push_back(std::move(closing));
        } catch (const DomainError &error) {
            set_failed(verdict, error.what());
        }
    }
    closings = std::move(kept);
}

template <typename Closing, typename Write>
void StaleCloser::write_all(SessionKind kind, std::vector<Closing> &closings, Write write)
{
    if (closings.empty() || locking_ == Locking::none)
        return;
    std::vector<std::vector<Closing>> written{closings};
    if (failure_of([&] { write(written.front()); })) {
        written.clear();
        for (const Closing &closing : closings) {
            std::vector<Closing> alone{closing};
            if (const auto failure = failure_of([&] { write(alone); }))
                set_failed(verdict_on(kind, closing.id), *failure);
            else
                written.push_back(std::move(alone));
        }
    }
    for (const std::vector<Closing> &batch : written) {
        for (const Closing &closing : batch) {
            verdict_on(kind, closing.id).event = event_of(closing, "close_stale");
        }
    }
}

void StaleCloser::close_drives()
{
    const std::vector<std::int64_t> ids = candidates(SessionKind::drive);
    if (ids.empty())
        return;
    DriveCloser closer(spi_, teslamate_);
    DriveClosings drives = closer.lock(ids, locking_, true);
    closer.summarize(drives);
    keep_decided(SessionKind::drive, drives, [&](DriveClosing &drive, Verdict &verdict) {
        if (!is_stale(verdict, drive.positions, drive.newest_position))
            return false;
        closer.decide(drive);
        return true;
    });
    write_all(SessionKind::drive, drives, [&](DriveClosings &some) { closer.write(some); });
}

void StaleCloser::close_charges()
{
    const std::vector<std::int64_t> ids = candidates(SessionKind::charge);
    if (ids.empty())
        return;
    ChargeCloser closer(spi_, teslamate_);
    ChargeClosings charges = closer.lock(ids, locking_, true);
    closer.read_surroundings(charges, locking_);
    keep_decided(SessionKind::charge, charges, [&](ChargeClosing &charge, Verdict &verdict) {
        closer.summarize(charge);
        if (!is_stale(verdict, charge.rows, charge.newest_row))
            return false;
        closer.decide(charge, now_);
        return true;
    });
    write_all(SessionKind::charge, charges, [&](ChargeClosings &some) {
        closer.read_surroundings(some, locking_);  // the car may have got another efficiency, or lost it in a rollback
        closer.write(some);
    });
}

void StaleCloser::fail_charges(const std::string &reason)
{
    for (Verdict &verdict : verdicts_)
        if (verdict.session.kind == SessionKind::charge && verdict.reason == not_locked)
            set_failed(verdict, reason);
}

// In the order of the result.
void StaleCloser::journal()
{
    std::vector<Event> events;
    for (const Verdict &verdict : verdicts_)
        if (verdict.event)
            events.push_back(*verdict.event);
    const std::vector<std::int64_t> ids = Journal(spi_).record(events);
    auto id = ids.begin();
    for (Verdict &verdict : verdicts_)
        if (verdict.event)
            verdict.event_id = *id++;
}

Values row_of(const Verdict &verdict, UtcTime now)
{
    Values row;
    row.text(name_of(verdict.session.kind)).integer(verdict.session.id).integer(verdict.session.car_id);
    row.time(last_seen(verdict.session, now));
    row.text(verdict.outcome ? name_of(*verdict.outcome) : "skipped");
    row.text(verdict.reason.empty() ? std::nullopt : std::optional(verdict.reason));
    return row.integer(verdict.event_id);
}

}  // namespace

}  // namespace pitstop::pg

PITSTOP_FUNCTION(pitstop_close_stale)
{
    using namespace pitstop;
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    const UtcTime now = clock_now();
    const UtcTime seen_before = moment_before_argument(now, fcinfo, 0, older_than);
    const bool dry_run = boolean_argument(fcinfo, 1, "dry_run");
    if (!dry_run)
        require_ready("close_stale");
    const TeslaMate teslamate = TeslaMate::configured();
    teslamate.require();

    Spi spi(teslamate.schema(), Access::read_write);
    for (const Verdict &verdict : StaleCloser(spi, teslamate, now, seen_before, dry_run).run())
        result.add(row_of(verdict, now));
    return result.datum();
}
