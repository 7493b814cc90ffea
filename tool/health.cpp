// pitstop health
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "health_settings.hpp"
#include "health_watch.hpp"
#include "signals.hpp"
#include "tool/core/health_text.hpp"

namespace pitstop::tool {

namespace {

// Looks take no longer than their timeouts and the wait for their turn, unless something hangs that cannot be given up.
constexpr std::chrono::milliseconds grace{5000};

std::chrono::milliseconds longest_timeout()
{
    std::chrono::milliseconds longest{0};
    for (const HealthCheck *check = health_checks_begin(); check != health_checks_end(); ++check)
        longest = std::max(longest, check->timeout);
    return longest;
}

// In slices, for a signal must not wait for what hangs.
void wait_for_all(HealthWatch &watch)
{
    constexpr std::chrono::milliseconds slice{100};
    const auto deadline = std::chrono::steady_clock::now() + longest_timeout() + grace;
    while (requested_signal() == 0 && std::chrono::steady_clock::now() < deadline &&
           !watch.wait_until_complete(slice)) {
    }
    if (const int signal = requested_signal(); signal != 0 && !watch.stop())
        std::_Exit(128 + signal);
    require_going_on();
}

void show_to_people(const HealthReport &report, Output &output)
{
    output.table(health_table(report));
    if (const std::string advice = health_advice(report); !advice.empty())
        output.say("\n" + advice.substr(0, advice.size() - 1));
}

void show(const Invocation &invocation, const HealthReport &report, Output &output)
{
    if (invocation.has("--nagios"))
        std::cout << nagios_text(report);
    else if (invocation.has("--prometheus"))
        std::cout << metrics_text(report);
    else if (!output.is_quiet())
        show_to_people(report, output);
    output.json({{"health", nlohmann::ordered_json::parse(health_json(report))}});
    std::cout.flush();
}

}  // namespace

// Its exit status is that of Nagios' plugins: 0 ok, 1 warning, 2 critical, 3 unknown.
ExitCode run_health(const Invocation &invocation, Output &output)
{
    const HealthSettings settings = read_health_settings(invocation);
    HealthWatch watch(settings.target, settings.plan, HealthWatch::Mode::once);
    watch.begin();
    wait_for_all(watch);
    const HealthReport report = watch.report();
    show(invocation, report, output);
    const int status = static_cast<int>(report.status);
    // A thread that hangs would meet what is taken down at an ordinary end.
    if (!watch.stop())
        std::_Exit(status);
    return static_cast<ExitCode>(status);
}

}  // namespace pitstop::tool
