#include <cmath>

#include <nlohmann/json.hpp>

#include "tool/core/health_text.hpp"
#include "tool/core/health_words.hpp"

namespace pitstop::tool {

namespace {

using Json = nlohmann::ordered_json;

const char *draft_status(HealthStatus status)
{
    switch (status) {
    case HealthStatus::ok: return "pass";
    case HealthStatus::warning: return "warn";
    case HealthStatus::critical:
    case HealthStatus::unknown: break;
    }
    return "fail";
}

// Whole numbers without ".0"; JSON has no NaN and no infinity.
Json number_of(double value)
{
    constexpr double exact = 9'007'199'254'740'992;  // 2^53
    if (!std::isfinite(value))
        return nullptr;
    if (std::trunc(value) == value && std::fabs(value) <= exact)
        return static_cast<std::int64_t>(value);
    return value;
}

void set_text(Json &object, const char *name, std::string_view text)
{
    if (!text.empty())
        object[name] = text;
}

Json thresholds_of(const CheckReport &report)
{
    Json json = Json::object();
    if (report.thresholds.warning)
        json["warning"] = number_of(*report.thresholds.warning);
    if (report.thresholds.critical)
        json["critical"] = number_of(*report.thresholds.critical);
    json["lowIsBad"] = report.check->low_is_bad;
    return json;
}

// What holds for the whole check stands in each of its entries: that is all the room the draft has.
void write_check(Json &entry, const CheckReport &report)
{
    if (report.observed_at)
        entry["time"] = iso_text(*report.observed_at);
    entry["title"] = report.check->title;
    entry["since"] = iso_text(report.since);
    if (report.thresholds.warning || report.thresholds.critical)
        entry["thresholds"] = thresholds_of(report);
    set_text(entry, "mend", mend_of(report));
    set_text(entry, "error", report.error);
}

void write_status(Json &object, HealthStatus status)
{
    object["status"] = draft_status(status);
    object["state"] = name_of(status);
}

Json entry_of(const CheckReport &report, const JudgedObservation &judged)
{
    const Observation &observation = judged.observation;
    Json entry = Json::object();
    set_text(entry, "componentId", observation.subject);
    if (observation.value) {
        entry["observedValue"] = number_of(*observation.value);
        set_text(entry, "observedUnit", report.check->unit);
    }
    write_status(entry, judged.status);
    set_text(entry, "output", observation.note);
    write_check(entry, report);
    if (!observation.examples.empty())
        entry["examples"] = observation.examples;
    return entry;
}

Json entries_of(const CheckReport &report)
{
    Json entries = Json::array();
    for (const JudgedObservation &each : report.observations)
        entries.push_back(entry_of(report, each));
    if (entries.empty()) {
        write_status(entries.emplace_back(Json::object()), report.status);
        write_check(entries.back(), report);
    }
    return entries;
}

Json backups_of(const HealthReport &report)
{
    Json backups = Json::array();
    for (const BackupReport &backup : report.backups) {
        Json &entry = backups.emplace_back(Json{{"name", backup.name},
                                                {"started_at", iso_text(backup.started_at)},
                                                {"bytes", backup.bytes},
                                                {"proven", backup.proven}});
        set_text(entry, "how", backup.how);
    }
    return backups;
}

Json series_of(const HealthReport &report)
{
    Json series = Json::array();
    for (const SeriesReport &each : report.series) {
        Json points = Json::array();
        for (const auto &[at, value] : each.points)
            points.push_back(Json::array({iso_text(at), number_of(value)}));
        series.push_back({{"check", each.code}, {"points", std::move(points)}});
    }
    return series;
}

}  // namespace

std::string health_json(const HealthReport &report)
{
    Json json = Json::object();
    write_status(json, report.status);
    json["version"] = report.version;
    json["serviceId"] = "pitstop";
    json["description"] = "health of a TeslaMate database";
    // Not known before the first look.
    set_text(json, "database", report.database);
    json["time"] = iso_text(report.at);
    json["since"] = iso_text(report.since);
    Json &checks = json["checks"] = Json::object();
    for (const CheckReport &check : report.checks)
        checks[std::string(check.check->code)] = entries_of(check);
    json["backups"] = backups_of(report);
    json["series"] = series_of(report);
    // Names of files and messages of the system may be of any bytes.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace pitstop::tool
