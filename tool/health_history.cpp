#include "health_history.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "backup_record.hpp"

namespace pitstop::tool {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds patience{10};
constexpr std::array<std::string_view, 4> measured = {"database_size", "addresses", "disk_database", "disk_backups"};

Json measures_of(const HealthReport &report)
{
    Json measures = Json::array();
    for (const CheckReport &check : report.checks) {
        if (std::find(measured.begin(), measured.end(), check.check->code) == measured.end())
            continue;
        for (const JudgedObservation &each : check.observations) {
            if (each.observation.value)
                measures.push_back({{"code", check.check->code},
                                    {"subject", each.observation.subject},
                                    {"value", *each.observation.value}});
        }
    }
    return measures;
}

}  // namespace

void record_history(const HealthTarget &target, const HealthReport &report)
{
    // Before there is a session: a disk that hangs must not keep one open.
    const std::optional<BackupDirectory> found =
        target.backup_dir ? std::optional(look_into(*target.backup_dir)) : std::nullopt;
    Session session = target.connection.open_briefly(patience);
    session.query("SELECT pitstop.record_measures($1::jsonb)", {measures_of(report).dump()},
                  std::chrono::milliseconds(patience));
    if (found)
        record_backups(session, *found, std::chrono::milliseconds(patience));
}

}  // namespace pitstop::tool
