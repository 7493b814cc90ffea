// pitstop.health(): all of it as JSON, for dashboards.

#include "pg/backups.hpp"
#include "pg/checks.hpp"
#include "pg/examination.hpp"
#include "pg/json.hpp"
#include "pg/result.hpp"

extern "C" {
#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
}

namespace pitstop::pg {

namespace {

std::string json_of(const Examined::Judged &judged)
{
    std::vector<std::string> examples;
    for (const std::int64_t example : judged.observation.examples)
        examples.push_back(std::to_string(example));
    return JsonObject()
        .add("subject", judged.observation.subject)
        .add("value", judged.observation.value)
        .add("status", std::string(name_of(judged.status)))
        .add("note", judged.observation.note)
        .add_json("examples", json_array(examples))
        .text();
}

std::string json_of(const Examined &examined)
{
    const HealthCheck &check = *examined.check;
    std::vector<std::string> observations;
    for (const Examined::Judged &judged : examined.observations)
        observations.push_back(json_of(judged));
    return JsonObject()
        .add("code", std::string(check.code))
        .add("title", std::string(check.title))
        .add("unit", std::string(check.unit))
        .add("status", std::string(name_of(examined.status)))
        .add_json("thresholds", JsonObject()
                                    .add("warning", check.thresholds.warning)
                                    .add("critical", check.thresholds.critical)
                                    .add("low_is_bad", check.low_is_bad)
                                    .text())
        .add_json("observations", json_array(observations))
        .add("error", examined.error)
        .add("mend", std::string(check.mend))
        .text();
}

std::string name_of_database()
{
    return call([]() noexcept { return static_cast<const char *>(get_database_name(MyDatabaseId)); });
}

constexpr std::int64_t shown_backups = 30;

std::string report()
{
    const TeslaMate teslamate = TeslaMate::configured();
    Spi spi(teslamate.schema(), Access::read_only);
    HealthStatus status = HealthStatus::ok;
    std::vector<std::string> checks;
    for (const Examined &examined : examine_all({spi, teslamate, clock_now()})) {
        status = worse_of(status, examined.status);
        checks.push_back(json_of(examined));
    }
    return JsonObject()
        .add("status", std::string(name_of(status)))
        .add("database", name_of_database())
        .add("version", std::string(PITSTOP_VERSION))
        .add_json("checks", json_array(checks))
        .add_json("backups", json_array(newest_backups_as_json(spi, shown_backups)))
        .text();
}

}  // namespace

}  // namespace pitstop::pg

PITSTOP_FUNCTION(pitstop_health)
{
    using namespace pitstop::pg;
    const std::string report_text = report();
    const char *const json = report_text.c_str();
    return call([json]() noexcept { return DirectFunctionCall1(jsonb_in, CStringGetDatum(json)); });
}
