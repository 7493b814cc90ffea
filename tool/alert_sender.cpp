#include "alert_sender.hpp"

#include <condition_variable>
#include <iostream>
#include <mutex>
#include <thread>

#include "clock.hpp"
#include "file.hpp"
#include "process.hpp"
#include "signals.hpp"
#include "tool/core/words.hpp"
#include "webhook.hpp"

namespace pitstop::tool {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds look_pause{1};
constexpr milliseconds farewell{1000};
constexpr seconds command_patience{30};
constexpr std::size_t record_limit = 1 << 20;
constexpr const char *record_name = "alerts.state";  // no .json: there it would be taken for a manifest

void complain(const std::string &what)
{
    std::cerr << "pitstop: warning: " + what + "\n" << std::flush;
}

void run_command(const std::string &command, const std::string &json)
{
    std::string complaint;
    const int status =
        run_with_input({{"/bin/sh", "-c", command}, {}, {}}, json + "\n", complaint, -1, command_patience);
    if (status != 0)
        throw Failure(ExitCode::program, "the command for alerts " + ending_text(status), complaint);
}

void deliver(const AlertPlan &plan, const std::string &json)
{
    if (!plan.webhook.empty())
        post_json(plan.webhook, json);
    else
        run_command(plan.command, json);
}

}  // namespace

// Owned by the sender and by its thread, which a receiver may hold up.
struct AlertSender::Shared {
    Shared(const HealthWatch &what, AlertPlan how, const std::optional<std::string> &directory)
        : watch(what), plan(std::move(how)), alerts(plan)
    {
        if (directory)
            path = join_path(*directory, record_name);
    }

    std::optional<std::string> record_text() const
    {
        return path.empty() || !exists(path) ? std::nullopt : std::optional(read_file(path, record_limit));
    }

    // By the thread, and not under the lock: see save(). A record that is damaged is told, and begun anew: alerts that stay
    // away for its sake would be worse.
    void read_record(std::unique_lock<std::mutex> &lock)
    {
        try {
            lock.unlock();
            const std::optional<std::string> text = record_text();
            lock.lock();
            if (!text)
                return;
            alerts = Alerts(plan, *text, instant_now());
            saved = alerts.revision();
        } catch (const std::exception &error) {
            complain("could not read what was announced so far, and begins anew: " + std::string(error.what()));
        }
        if (!lock.owns_lock())
            lock.lock();
    }

    // Not under the lock: a disk that hangs holds up this thread, and nobody who wants to stop it or to change the plan.
    void save(std::unique_lock<std::mutex> &lock)
    {
        if (path.empty() || saved == alerts.revision())
            return;
        const std::uint64_t revision = alerts.revision();
        const std::string text = alerts.text(instant_now()) + "\n";
        lock.unlock();
        write(text, revision);
        lock.lock();
    }

    void write(const std::string &text, std::uint64_t revision)
    {
        try {
            NewFile file(path, path + ".partial");
            file.write(text);
            file.keep();
            saved = revision;
        } catch (const Failure &failure) {
            if (!std::exchange(complained_of_disk, true))
                complain("could not write down what was announced: " + std::string(failure.what()));
        }
    }

    bool has_receiver() const { return !plan.webhook.empty() || !plan.command.empty(); }

    // What is saved before it is sent may be sent twice after a kill, and is never lost.
    void step(std::unique_lock<std::mutex> &lock)
    {
        if (!has_receiver())
            return;
        alerts.take(watch.report(), instant_now());
        save(lock);
        if (over)
            return;
        const std::optional<AlertMessage> message = alerts.due(instant_now());
        if (!message)
            return;
        const AlertPlan receiver = plan;
        lock.unlock();
        std::string error;
        try {
            deliver(receiver, message->json);
        } catch (const Failure &failure) {
            error = std::string(failure.what()) + (failure.detail().empty() ? "" : ": " + failure.detail());
        }
        lock.lock();
        if (error.empty()) {
            alerts.delivered(message->number);
        } else {
            alerts.not_delivered(instant_now());
            complain(error);
        }
        save(lock);
    }

    void run()
    {
        std::unique_lock<std::mutex> lock(mutex);
        read_record(lock);
        while (!over) {
            try {
                step(lock);
            } catch (const Interrupted &) {
                break;  // the program ends
            } catch (const std::exception &error) {
                complain(std::string("could not look after alerts: ") + error.what());
            }
            if (!lock.owns_lock())
                lock.lock();
            changed.wait_for(lock, look_pause, [this] { return over; });
        }
        if (!lock.owns_lock())
            lock.lock();
        ended = true;
        changed.notify_all();
    }

    const HealthWatch &watch;
    std::mutex mutex;  // for all below
    std::condition_variable changed;
    AlertPlan plan;
    Alerts alerts;
    std::string path;         // empty: nothing is written down
    std::uint64_t saved = 0;  // a revision; the thread's alone, as the next
    bool complained_of_disk = false;
    bool over = false;
    bool ended = false;
};

AlertSender::AlertSender(const HealthWatch &watch, AlertPlan plan, const std::optional<std::string> &state_dir)
    : shared_(std::make_shared<Shared>(watch, std::move(plan), state_dir))
{
    const SignalsBlocked while_it_starts;
    std::thread([shared = shared_] { shared->run(); }).detach();
}

AlertSender::~AlertSender()
{
    stop();
}

void AlertSender::change_plan(AlertPlan plan)
{
    const std::lock_guard<std::mutex> lock(shared_->mutex);
    shared_->plan = plan;
    shared_->alerts = Alerts(shared_->plan, shared_->alerts.text(instant_now()), instant_now());
}

bool AlertSender::stop()
{
    std::unique_lock<std::mutex> lock(shared_->mutex);
    shared_->over = true;
    shared_->changed.notify_all();
    return shared_->changed.wait_for(lock, farewell, [this] { return shared_->ended; });
}

}  // namespace pitstop::tool
