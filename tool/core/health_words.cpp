#include "tool/core/health_words.hpp"

#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr std::size_t told_one_by_one = 5;

std::string without_period(std::string text)
{
    if (!text.empty() && text.back() == '.')
        text.pop_back();
    return text;
}

std::string text_of(const HealthCheck &check, const Observation &observation)
{
    std::string what = without_period(observation.note);
    if (what.empty() && observation.value)
        what = value_text(*observation.value, check.unit);
    if (observation.subject.empty() || what.empty())
        return observation.subject + what;
    return observation.subject + ": " + what;
}

}  // namespace

bool is_blind(const CheckReport &report) noexcept
{
    return !report.error.empty() && (report.status == HealthStatus::unknown || report.check->code == "connection");
}

std::string mend_of(const CheckReport &report)
{
    if (is_blind(report) && !report.hint.empty())
        return report.hint;
    return report.status == HealthStatus::unknown ? std::string() : std::string(report.check->mend);
}

std::string finding_of(const CheckReport &report)
{
    if (is_blind(report))
        return without_period(report.error);
    std::string text;
    std::size_t count = 0;
    for (const JudgedObservation &each : report.observations) {
        const std::string one = text_of(*report.check, each.observation);
        if (each.status == report.status && !one.empty() && ++count <= told_one_by_one)
            text += (text.empty() ? "" : "; ") + one;
    }
    if (count > told_one_by_one)
        text += " and " + std::to_string(count - told_one_by_one) + " more";
    return text.empty() && !report.observed_at ? "not looked at yet" : text;
}

}  // namespace pitstop::tool
