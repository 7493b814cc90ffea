#include "tool/core/health_text.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "tool/core/health_words.hpp"
#include "tool/core/utf8.hpp"
#include "tool/core/words.hpp"
#include "tool/core/wrapped.hpp"

namespace pitstop::tool {

namespace {

bool is_failure(HealthStatus status) noexcept
{
    return status == HealthStatus::critical || status == HealthStatus::unknown;
}

// "critical: …"
std::string said_of(const CheckReport &check)
{
    const std::string finding = printable(finding_of(check));
    return name_of(check.status) + (finding.empty() ? "" : ": " + finding);
}

// "backup: critical: …"
std::string line_of(const CheckReport &check)
{
    return std::string(check.check->code) + ": " + said_of(check);
}

// ---- Nagios

const char *nagios_status(HealthStatus status)
{
    switch (status) {
    case HealthStatus::ok: return "OK";
    case HealthStatus::warning: return "WARNING";
    case HealthStatus::critical: return "CRITICAL";
    case HealthStatus::unknown: break;
    }
    return "UNKNOWN";
}

std::string with_each_replaced(std::string text, std::string_view characters, char by)
{
    std::replace_if(
        text.begin(), text.end(), [&](char c) { return characters.find(c) != std::string_view::npos; }, by);
    return text;
}

// "36:" is bad below 36, "36" above it.
std::string nagios_range(const HealthCheck &check, const std::optional<double> &threshold)
{
    if (!threshold)
        return "";
    return number_text(*threshold) + (check.low_is_bad ? ":" : "");
}

std::string performance_of(const CheckReport &report, const Observation &observation)
{
    const HealthCheck &check = *report.check;
    std::string label(check.code);
    if (!observation.subject.empty())
        label += ' ' + with_each_replaced(printable(observation.subject), "'=|", '_');
    const char *const unit = check.unit == "s" ? "s" : check.unit == "bytes" ? "B" : "";
    return '\'' + label + "'=" + number_text(*observation.value) + unit + ';' +
           nagios_range(check, report.thresholds.warning) + ';' + nagios_range(check, report.thresholds.critical);
}

// The worst first, as far as there is room: NRPE takes a kilobyte in all.
std::string nagios_words(const HealthReport &report)
{
    constexpr std::size_t room = 600;
    std::string text;
    for (const HealthStatus status : {HealthStatus::critical, HealthStatus::unknown, HealthStatus::warning})
        for (const CheckReport &check : report.checks)
            if (check.status == status)
                text += (text.empty() ? "" : "; ") + line_of(check);
    if (text.empty())
        return plural(report.checks.size(), "check is ok", "checks are ok");
    if (text.size() > room)
        text = std::string(first_bytes(text, room)) + "...";
    return with_each_replaced(text, "|", '/');
}

// ---- a terminal

// What is to be said of one check, or of several the same.
struct Advice {
    std::string codes;
    std::string said;
    std::string mend;
};

std::vector<Advice> advice_on(const std::vector<CheckReport> &checks)
{
    std::vector<Advice> all;
    for (const CheckReport &check : checks) {
        if (check.status == HealthStatus::ok)
            continue;
        const std::string code(check.check->code);
        Advice advice{code, said_of(check), mend_of(check)};
        const auto same = std::find_if(all.begin(), all.end(), [&](const Advice &each) {
            return each.said == advice.said && each.mend == advice.mend;
        });
        if (same == all.end())
            all.push_back(std::move(advice));
        else
            same->codes += ", " + code;
    }
    return all;
}

std::vector<std::string> row_of(const HealthReport &report, const CheckReport &check, const JudgedObservation &judged)
{
    const Observation &observation = judged.observation;
    return {name_of(judged.status),
            std::string(check.check->code) + (observation.subject.empty() ? "" : ": " + observation.subject),
            observation.value ? value_text(*observation.value, check.check->unit) : "",
            age_text(std::chrono::seconds(report.at.seconds - check.since.seconds))};
}

}  // namespace

bool is_ready(const HealthReport &report) noexcept
{
    return std::none_of(report.checks.begin(), report.checks.end(),
                        [](const CheckReport &check) { return is_failure(check.status); });
}

std::string readiness_text(const HealthReport &report)
{
    std::string text;
    for (const CheckReport &check : report.checks)
        if (is_failure(check.status))
            text += line_of(check) + '\n';
    return text;
}

std::string nagios_text(const HealthReport &report)
{
    std::string text = std::string("PITSTOP ") + nagios_status(report.status) + " - " + nagios_words(report);
    const char *separator = " | ";
    for (const CheckReport &check : report.checks)
        for (const JudgedObservation &each : check.observations)
            if (each.observation.value && std::isfinite(*each.observation.value)) {
                text += separator + performance_of(check, each.observation);
                separator = " ";
            }
    return text + '\n';
}

TextTable health_table(const HealthReport &report)
{
    using Align = TextTable::Align;
    TextTable table;
    table.columns = {{"status"}, {"check"}, {"value", Align::right}, {"since", Align::right}};
    for (const CheckReport &check : report.checks) {
        for (const JudgedObservation &each : check.observations)
            table.rows.push_back(row_of(report, check, each));
        if (check.observations.empty())
            table.rows.push_back(row_of(report, check, {{}, check.status}));
    }
    return table;
}

std::string health_advice(const HealthReport &report)
{
    std::string text;
    for (const Advice &advice : advice_on(report.checks)) {
        text += (text.empty() ? "" : "\n") + wrapped(advice.codes + ": " + advice.said, 0, 4);
        if (!advice.mend.empty())
            text += "    " + wrapped(advice.mend, 4, 4);
    }
    return text;
}

}  // namespace pitstop::tool
