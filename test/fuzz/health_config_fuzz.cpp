// Config files of any bytes, and options of any bytes.
#include <algorithm>
#include <string_view>

#include "bytes.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/health_config.hpp"

namespace pitstop::fuzz {

namespace {

using tool::Failure;
using tool::HealthPlan;

bool is_printable(const std::string &text)
{
    return std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; });
}

void check_failure(const Failure &failure)
{
    const std::string message = failure.what();
    require(failure.code() == tool::ExitCode::usage, "what is wrong is what was given", message);
    require(is_printable(message) && is_printable(failure.detail()) && is_printable(failure.hint()),
            "what is said is printable", message);
    require(!failure.hint().empty(), "it is said what is possible", message);
}

void check_plan(const HealthPlan &plan)
{
    for (const auto &[code, thresholds] : plan.thresholds) {
        const HealthCheck *const check = find_health_check(code);
        require(check != nullptr, "a threshold is a check's", code);
        for (const auto &threshold : {thresholds.warning, thresholds.critical})
            require(!threshold || (*threshold >= 0 && *threshold <= 1e18), "a threshold is an amount", code);
        if (thresholds.warning && thresholds.critical)
            require(check->low_is_bad ? *thresholds.critical <= *thresholds.warning
                                      : *thresholds.critical >= *thresholds.warning,
                    "critical is worse than a warning", code);
    }
    for (const std::string &code : plan.disabled) {
        require(find_health_check(code) != nullptr, "a check that is off is one", code);
        require(std::count(plan.disabled.begin(), plan.disabled.end(), code) == 1, "a check is off once", code);
    }
}

void check_alerts(const tool::AlertPlan &plan)
{
    require(plan.webhook.empty() || plan.command.empty(), "messages go one way");
    require(plan.webhook.empty() || plan.webhook.rfind("http", 0) == 0, "a webhook is a web address");
    require(plan.hold_off.count() >= 0 && plan.hold_off.count() <= 86'400, "the hold-off ends");
    require(!plan.repeat_every || plan.repeat_every->count() >= 60, "nothing is repeated all the time");
}

void check_config(std::string_view text)
{
    try {
        const tool::HealthConfig config = tool::parse_health_config(text);
        check_plan(config.plan);
        check_alerts(config.alerts);
    } catch (const Failure &failure) {
        check_failure(failure);
    }
}

void check_options(std::string_view text)
{
    HealthPlan plan;
    try {
        tool::set_threshold(plan, text);
        check_plan(plan);
    } catch (const Failure &failure) {
        check_failure(failure);
    }
    try {
        tool::disable_check(plan, text);
    } catch (const Failure &failure) {
        check_failure(failure);
    }
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(bytes), size);
    pitstop::fuzz::check_config(text);
    pitstop::fuzz::check_options(text);
    return 0;
}
