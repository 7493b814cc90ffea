// pitstop serve
#include <poll.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <iostream>

#include "alert_sender.hpp"
#include "commands.hpp"
#include "health_answers.hpp"
#include "health_settings.hpp"
#include "health_watch.hpp"
#include "service_manager.hpp"
#include "signals.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds longest_sleep{1000};
constexpr milliseconds farewell{2000};
// Of one address, where strangers may come; nobody who looks at a page asks more often.
constexpr double requests_per_second = 50;

class Endpoint {
public:
    Endpoint(const Invocation &invocation, Output &output)
        : invocation_(invocation), output_(output), settings_(read_serve_settings(invocation)),
          watch_(settings_.health.target, settings_.health.plan, HealthWatch::Mode::for_good),
          alerts_(watch_, settings_.health.alerts, settings_.state_dir),
          server_(settings_.listen, limits_for(settings_.listen),
                  [this](const HttpRequest &request) { return answer(request); })
    {
    }

    // Until a signal asks for the end. False when something hangs that must not be waited for.
    bool run()
    {
        take_hangup_for_reload();
        output_.say("Listening on " + server_.bound_address() + ".");
        std::cout.flush();
        notify_service_manager("READY=1\nSTATUS=Listening on " + server_.bound_address());
        // All of them connect at once: who is waiting for the first answer comes before.
        watch_.begin();
        while (requested_signal() == 0) {
            wait();
            server_.advance();
            reassure();
            if (reload_was_asked_for())
                reload();
        }
        return end();
    }

private:
    static HttpLimits limits_for(const ListenAddress &address)
    {
        HttpLimits limits;
        if (!address.is_private())
            limits.requests_per_second = requests_per_second;
        return limits;
    }

    HttpAnswer answer(const HttpRequest &request) const
    {
        return answer_to(request, settings_.token, [this] { return watch_.report(); });
    }

    // Twice as often as the service manager wants to hear it.
    void reassure()
    {
        if (!watchdog_ || steady_clock::now() < next_watchdog_)
            return;
        notify_service_manager("WATCHDOG=1");
        next_watchdog_ = steady_clock::now() + *watchdog_ / 2;
    }

    void wait() const
    {
        struct pollfd wanted[] = {
            {server_.descriptor(), POLLIN, 0}, {signal_descriptor(), POLLIN, 0}, {reload_descriptor(), POLLIN, 0}};
        milliseconds at_most = std::min(longest_sleep, server_.wait_at_most());
        if (watchdog_)
            at_most = std::min(at_most, std::chrono::duration_cast<milliseconds>(*watchdog_ / 2));
        ::poll(wanted, std::size(wanted), static_cast<int>(at_most.count()));
    }

    // What cannot be read changes nothing. The address, the database and the directory of backups stay until the next start.
    void reload()
    {
        const auto now = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now().time_since_epoch());
        notify_service_manager("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()));
        try {
            const ServeSettings read = read_serve_settings(invocation_);
            // It goes on listening where it does, whatever is written there now.
            if (!settings_.listen.is_private() && !read.token)
                throw Failure(ExitCode::usage,
                              "cannot go on listening on " + settings_.listen.text() + " without a token");
            settings_.token = read.token;
            watch_.change_plan(read.health.plan);
            alerts_.change_plan(read.health.alerts);
            output_.say("Read the configuration again.");
        } catch (const Failure &failure) {
            output_.warn(std::string("could not read the configuration again: ") + failure.what(), failure.hint());
        }
        std::cout.flush();
        notify_service_manager("READY=1");
    }

    bool end()
    {
        notify_service_manager("STOPPING=1");
        server_.quiesce();
        const auto deadline = steady_clock::now() + farewell;
        while (server_.connections() > 0 && steady_clock::now() < deadline) {
            struct pollfd wanted = {server_.descriptor(), POLLIN, 0};
            ::poll(&wanted, 1, 50);
            server_.advance();
        }
        const bool alerts_ended = alerts_.stop();
        return watch_.stop() && alerts_ended;
    }

    const Invocation &invocation_;
    Output &output_;
    ServeSettings settings_;
    HealthWatch watch_;
    AlertSender alerts_;
    HttpServer server_;
    const std::optional<std::chrono::microseconds> watchdog_ = watchdog_interval();
    steady_clock::time_point next_watchdog_;
};

}  // namespace

ExitCode run_serve(const Invocation &invocation, Output &output)
{
    Endpoint endpoint(invocation, output);
    const bool all_ended = endpoint.run();
    std::cout.flush();
    // A thread that hangs would meet what is taken down at an ordinary end.
    if (!all_ended)
        std::_Exit(static_cast<int>(ExitCode::done));
    return ExitCode::done;
}

}  // namespace pitstop::tool
