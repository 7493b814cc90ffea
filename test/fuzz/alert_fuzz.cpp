// Records of alerts of any bytes, and what comes of them.
#include <string_view>

#include "bytes.hpp"
#include "tool/core/alert.hpp"
#include "tool/core/failure.hpp"

namespace pitstop::fuzz {

namespace {

using std::chrono::seconds;
using tool::Alerts;
using tool::Failure;
using tool::HealthReport;
using tool::Instant;

constexpr Instant now{{1'795'608'000}, seconds(1000)};

Instant after(seconds span)
{
    return {{now.date.seconds + span.count()}, now.steady + span};
}

HealthReport report_of(HealthStatus status)
{
    HealthReport report;
    report.at = now.date;
    for (const HealthCheck *check = health_checks_begin(); check != health_checks_end(); ++check) {
        tool::CheckReport each;
        each.check = check;
        each.status = status;
        each.observed_at = now.date;
        report.checks.push_back(each);
    }
    return report;
}

void check_record(const Alerts &alerts, const tool::AlertPlan &plan)
{
    const std::string text = alerts.text(now);
    require(text.size() < 100'000, "a record is small");
    require(Alerts(plan, text, now).text(now) == text, "it is read as it was written", text);
}

// Whatever was remembered: what is wrong is told, within an hour and once, and so is its end.
void check_telling(Alerts alerts)
{
    for (const HealthStatus status : {HealthStatus::critical, HealthStatus::ok}) {
        alerts.take(report_of(status), now);
        alerts.take(report_of(status), after(seconds(120)));
        if (alerts.due_in(after(seconds(120)))) {
            const auto message = alerts.due(after(seconds(3720)));
            require(message.has_value(), "nothing waits for longer than an hour");
            require(message->json.size() < 100'000, "a message is small");
            alerts.delivered(message->number);
        }
        require(!alerts.due_in(now), "nothing is told twice");
    }
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    using namespace pitstop;
    const tool::AlertPlan plan;
    try {
        const tool::Alerts alerts(plan, {reinterpret_cast<const char *>(bytes), size}, fuzz::now);
        fuzz::check_record(alerts, plan);
        fuzz::check_telling(alerts);
    } catch (const tool::Failure &failure) {
        fuzz::require(failure.code() == tool::ExitCode::failed, "what is damaged is said to be", failure.what());
        fuzz::require(!failure.hint().empty(), "it is said how to go on");
    }
    return 0;
}
