#include "tool/core/health_words.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

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
        what = value_text(check, *observation.value);
    if (observation.subject.empty() || what.empty())
        return observation.subject + what;
    return observation.subject + ": " + what;
}

std::string seconds_text(double seconds)
{
    if (seconds < 1)
        return number_text(std::round(seconds * 1000)) + " ms";
    return span_text(std::chrono::seconds(std::llround(seconds)));
}

}  // namespace

std::string number_text(double value)
{
    if (std::isnan(value))
        return "NaN";
    if (std::isinf(value))
        return value > 0 ? "+Inf" : "-Inf";
    // The longest is 2^-1074, with some 1,080 digits.
    std::array<char, 1100> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed).ptr;
    return {digits.data(), end};
}

std::string value_text(const HealthCheck &check, double value)
{
    // What the words have no form for: no number, or beyond all that is counted here.
    constexpr double largest = 1e15;
    if (!(value >= 0 && value <= largest))
        return number_text(value);
    if (check.unit == "s")
        return seconds_text(value);
    if (check.unit == "bytes")
        return size_text(static_cast<std::uint64_t>(value));
    if (check.unit == "ratio")
        return number_text(std::round(value * 100)) + " %";
    return std::trunc(value) == value ? count_text(static_cast<std::uint64_t>(value)) : number_text(value);
}

bool is_blind(const CheckReport &report) noexcept
{
    return !report.error.empty() && (report.status == HealthStatus::unknown || report.check->code == "connection");
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
