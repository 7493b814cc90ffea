#include "health_watch.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "clock.hpp"
#include "health_history.hpp"
#include "signals.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// After a look that failed the next one comes sooner: the server may be back.
constexpr seconds retry_pause{60};
constexpr seconds history_pause{3600};
constexpr seconds first_round{30};
constexpr milliseconds farewell{1000};
// A server may have few connections left, which are others' as well. But one that hangs is to be told by each check in time.
constexpr unsigned sessions_at_once = 3;
constexpr seconds longest_turn{2};

std::string text_of(const Failure &failure)
{
    std::string text = failure.what();
    if (!failure.detail().empty())
        text += ": " + failure.detail();
    return text;
}

}  // namespace

// Owned by the watch and by each thread, so that a thread that hangs finds it whole whenever it comes back.
struct HealthWatch::Shared {
    Shared(HealthTarget what, HealthPlan plan, Mode how)
        : target(std::move(what)), mode(how), board(std::move(plan), instant_now())
    {
    }

    bool is_over() const
    {
        const std::lock_guard<std::mutex> lock(mutex);
        return over || requested_signal() != 0;
    }

    // Also ends when all are to look again, since that round. False when the watch is over.
    bool sleep_until(steady_clock::time_point due, unsigned round)
    {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait_until(lock, due, [&] { return over || rounds != round; });
        return !over;
    }

    unsigned round() const
    {
        const std::lock_guard<std::mutex> lock(mutex);
        return rounds;
    }

    bool is_on(const HealthCheck &check) const
    {
        const std::lock_guard<std::mutex> lock(mutex);
        const auto &on = board.checks();
        return std::find(on.begin(), on.end(), &check) != on.end();
    }

    bool takes_turns(const HealthCheck &check) const
    {
        return check.source == HealthCheck::Source::server || (check.code == "backup" && !target.backup_dir);
    }

    // Goes on in any case, after a while. False when the watch is over: nobody begins to look then.
    bool begin_turn()
    {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait_for(lock, longest_turn, [this] { return over || turns < sessions_at_once; });
        if (!over)
            ++turns;
        return !over;
    }

    void end_turn()
    {
        const std::lock_guard<std::mutex> lock(mutex);
        --turns;
        changed.notify_all();
    }

    void note(const HealthCheck &check, Look look)
    {
        const std::lock_guard<std::mutex> lock(mutex);
        board.note(check.code, std::move(look.observations), instant_now());
        // What could not be looked at while the server was gone is looked at as soon as it is back.
        if (check.code == "connection" && std::exchange(connection_failed, false))
            ++rounds;
        if (check.code == "backup")
            backups = std::move(look.backups);
        if (!look.database.empty())
            database = look.database;
        looked_at(check);
    }

    void note_failure(const HealthCheck &check, const std::string &error, const std::string &hint = {})
    {
        const std::lock_guard<std::mutex> lock(mutex);
        board.note_failure(check.code, error, instant_now(), hint);
        connection_failed = connection_failed || check.code == "connection";
        looked_at(check);
    }

    void looked_at(const HealthCheck &check)
    {
        done.insert(&check);
        changed.notify_all();
    }

    void change_plan(HealthPlan plan)
    {
        const std::lock_guard<std::mutex> lock(mutex);
        board.change_plan(std::move(plan), instant_now());
        ++rounds;
        changed.notify_all();
    }

    bool wait_until_complete(milliseconds at_most) const
    {
        std::unique_lock<std::mutex> lock(mutex);
        return changed.wait_for(lock, at_most, [this] {
            const auto &on = board.checks();
            return over || (mode == Mode::once && threads == 0) ||
                   std::all_of(on.begin(), on.end(), [this](const auto *each) { return done.count(each) > 0; });
        });
    }

    HealthReport report() const
    {
        const std::lock_guard<std::mutex> lock(mutex);
        HealthReport report = board.report(instant_now());
        report.database = database;
        report.version = PITSTOP_VERSION;
        report.backups = backups;
        report.series = series;
        return report;
    }

    // What the threads do.
    std::optional<Look> look_in_turn(const HealthCheck &check);
    bool look_once(const HealthCheck &check);
    void keep_looking(const HealthCheck &check);
    void keep_history();
    template <typename Work>
    static void start_thread(const std::shared_ptr<Shared> &shared, Work work);

    const HealthTarget target;
    const Mode mode;

    mutable std::mutex mutex;  // for all below
    mutable std::condition_variable changed;
    HealthBoard board;
    std::set<const HealthCheck *> done;
    std::vector<BackupReport> backups;
    std::vector<SeriesReport> series;
    std::string database;
    bool over = false;
    bool connection_failed = false;
    unsigned rounds = 0;  // how often all were woken to look again
    unsigned threads = 0;
    unsigned turns = 0;  // that have begun, and not ended
};

std::optional<Look> HealthWatch::Shared::look_in_turn(const HealthCheck &check)
{
    struct Turn {
        explicit Turn(Shared &shared) : of(shared), has_begun(shared.begin_turn()) {}
        ~Turn()
        {
            if (has_begun)
                of.end_turn();
        }
        Turn(const Turn &) = delete;
        Turn &operator=(const Turn &) = delete;
        Shared &of;
        const bool has_begun;
    };
    const Turn turn(*this);
    return turn.has_begun ? std::optional(look_at(check, target)) : std::nullopt;
}

bool HealthWatch::Shared::look_once(const HealthCheck &check)
{
    try {
        std::optional<Look> look = takes_turns(check) ? look_in_turn(check) : look_at(check, target);
        if (look)
            note(check, std::move(*look));
        return look.has_value();
    } catch (const Failure &failure) {
        note_failure(check, text_of(failure), failure.hint());
    } catch (const Interrupted &) {
        // The program ends.
    } catch (const std::exception &error) {
        note_failure(check, error.what());
    }
    return false;
}

void HealthWatch::Shared::keep_looking(const HealthCheck &check)
{
    while (!is_over()) {
        const auto begun = steady_clock::now();
        const unsigned this_round = round();
        const bool went_well = !is_on(check) || look_once(check);
        const seconds pause = went_well ? check.every : std::min(check.every, retry_pause);
        if (mode == Mode::once || !sleep_until(begun + pause, this_round))
            return;
    }
}

// The charts may lag behind, and are no check: what goes wrong here is seen in the checks.
void HealthWatch::Shared::keep_history()
{
    wait_until_complete(first_round);
    while (!is_over()) {
        const unsigned this_round = round();
        try {
            record_history(target, report());
            std::vector<SeriesReport> read = read_series(target);
            const std::lock_guard<std::mutex> lock(mutex);
            series = std::move(read);
        } catch (const std::exception &) {
            // Tried again with the next round.
        }
        if (!sleep_until(steady_clock::now() + history_pause, this_round))
            return;
    }
}

template <typename Work>
void HealthWatch::Shared::start_thread(const std::shared_ptr<Shared> &shared, Work work)
{
    {
        const std::lock_guard<std::mutex> lock(shared->mutex);
        ++shared->threads;
    }
    std::thread([shared, work] {
        work(*shared);
        const std::lock_guard<std::mutex> lock(shared->mutex);
        --shared->threads;
        shared->changed.notify_all();
    }).detach();
}

HealthWatch::HealthWatch(HealthTarget target, HealthPlan plan, Mode mode)
    : shared_(std::make_shared<Shared>(std::move(target), std::move(plan), mode))
{
}

void HealthWatch::begin()
{
    const SignalsBlocked while_they_start;
    for (const HealthCheck *check = health_checks_begin(); check != health_checks_end(); ++check)
        Shared::start_thread(shared_, [check](Shared &shared) { shared.keep_looking(*check); });
    if (shared_->mode == Mode::for_good)
        Shared::start_thread(shared_, [](Shared &shared) { shared.keep_history(); });
}

HealthWatch::~HealthWatch()
{
    stop();
}

bool HealthWatch::stop()
{
    std::unique_lock<std::mutex> lock(shared_->mutex);
    shared_->over = true;
    shared_->changed.notify_all();
    return shared_->changed.wait_for(lock, farewell, [this] { return shared_->threads == 0; });
}

void HealthWatch::change_plan(HealthPlan plan)
{
    shared_->change_plan(std::move(plan));
}

HealthReport HealthWatch::report() const
{
    return shared_->report();
}

bool HealthWatch::wait_until_complete(milliseconds at_most) const
{
    return shared_->wait_until_complete(at_most);
}

}  // namespace pitstop::tool
