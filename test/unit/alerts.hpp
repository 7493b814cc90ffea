// Alerts as the unit tests bring them about.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "health_reports.hpp"
#include "tool/core/alert.hpp"

namespace pitstop::tool::test {

// So long after noon, on a machine that had been up for 1000 s.
inline Instant after(std::chrono::seconds span)
{
    return {{noon.seconds + span.count()}, std::chrono::seconds(1000) + span};
}

inline CheckReport check(std::string_view code, HealthStatus status)
{
    return check_report(code, status, {observation("", 700'000)});
}

inline AlertPlan plan_of(std::chrono::seconds hold_off)
{
    AlertPlan plan;
    plan.hold_off = hold_off;
    return plan;
}

inline AlertPlan with_repeat(std::chrono::seconds every)
{
    AlertPlan plan = plan_of(std::chrono::seconds(0));
    plan.repeat_every = every;
    return plan;
}

// A backup that is one thing after the other, each from so many seconds on.
inline Alerts &is(Alerts &alerts, HealthStatus status, std::chrono::seconds from)
{
    alerts.take(health_report({check("backup", status)}), after(from));
    return alerts;
}

// The changes that are to be delivered: "backup ok critical"; delivers them.
inline std::string delivered(Alerts &alerts, std::chrono::seconds at)
{
    const auto message = alerts.due(after(at));
    if (!message)
        return "";
    alerts.delivered(message->number);
    std::string text;
    const auto json = nlohmann::json::parse(message->json);
    for (const auto &change : json["changes"])
        text += (text.empty() ? "" : ", ") + change["check"].get<std::string>() + ' ' +
                change["from"].get<std::string>() + ' ' + change["to"].get<std::string>();
    return text;
}

}  // namespace pitstop::tool::test
