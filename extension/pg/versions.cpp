// pitstop.check_postgres(), check_teslamate(), seconds_since_last_migration(), migrations().

#include "pg/versions.hpp"

#include "pg/checks.hpp"
#include "pg/result.hpp"

extern "C" {
#include "utils/guc.h"
}

namespace pitstop::pg {

namespace {

constexpr Statement all_migrations{R"(
    SELECT m.version, m.inserted_at
      FROM {schema}.schema_migrations AS m
     ORDER BY m.version
)"};

constexpr Statement newest_migration{R"(
    SELECT max(m.version)
      FROM {schema}.schema_migrations AS m
)"};

constexpr Statement last_migration_time{R"(
    SELECT max(m.inserted_at)
      FROM {schema}.schema_migrations AS m
)"};

constexpr Statement count_settings{R"(
    SELECT count(*)
      FROM {schema}.settings AS s
)"};

// The schema of TeslaMate 4.1: every column that pitstop relies on is there.
constexpr std::int64_t oldest_schema_version = 20260808090000;

void add(ResultRows &result, const Finding &finding)
{
    result.add(Values()
                   .text(finding.name)
                   .text(finding.found)
                   .text(finding.required)
                   .text(name_of(finding.status))
                   .text(finding.message));
}

// Whether the schema has the columns of one table, so that it can be asked.
bool has(const TeslaMate &teslamate, const std::string &table)
{
    for (const Finding &misfit : teslamate.misfits())
        if (misfit.name.rfind(table + ".", 0) == 0)
            return false;
    return teslamate.schema_exists();
}

Finding judge_schema(const TeslaMate &teslamate)
{
    Finding finding{"schema", teslamate.schema(), "the schema of TeslaMate's tables", Finding::Status::ok, {}};
    if (!teslamate.schema_exists()) {
        finding.status = Finding::Status::refused;
        finding.message = "It does not exist; the setting pitstop.teslamate_schema names it.";
    } else if (teslamate.misfits().size() == required_column_count) {
        finding.status = Finding::Status::refused;
        finding.message = "It holds no TeslaMate tables; the setting pitstop.teslamate_schema names the right one.";
    } else {
        finding.message = "TeslaMate's tables are here.";
    }
    return finding;
}

Finding judge_version(Spi &spi)
{
    std::optional<std::int64_t> newest;
    spi.run(newest_migration, Values(), [&](const PassingRow &row) { newest = row.optional_integer(0); });
    Finding finding{"schema version",
                    newest ? std::to_string(*newest) : "none",
                    std::to_string(oldest_schema_version) + " or later",
                    Finding::Status::ok,
                    {}};
    if (newest && *newest >= oldest_schema_version) {
        finding.message = "TeslaMate 4.1 or later.";
        return finding;
    }
    finding.status = Finding::Status::refused;
    finding.message = newest ? "Update TeslaMate: its migrations bring the schema up to date."
                             : "No migration was applied: start TeslaMate once, or restore the table.";
    return finding;
}

Finding judge_settings(Spi &spi)
{
    std::int64_t rows = 0;
    spi.run(count_settings, Values(), [&](const PassingRow &row) { rows = row.integer(0); });
    const bool one = rows == 1;
    return {"settings", std::to_string(rows) + (one ? " row" : " rows"), "1 row",
            one ? Finding::Status::ok : Finding::Status::refused,
            one ? "TeslaMate's settings are there."
                : "TeslaMate does not work without exactly one row; charges cannot be closed."};
}

Finding judge_columns(const TeslaMate &teslamate)
{
    const std::size_t right = required_column_count - teslamate.misfits().size();
    const std::string all = std::to_string(required_column_count);
    return {"columns", std::to_string(right) + " of " + all, all,
            teslamate.misfits().empty() ? Finding::Status::ok : Finding::Status::refused,
            teslamate.misfits().empty() ? "Every column that pitstop relies on is there."
                                        : "pitstop changes nothing until these are as TeslaMate makes them."};
}

}  // namespace

std::vector<Finding> findings_of_postgres()
{
    const auto setting = [](const char *name) {
        return std::string(call([name]() noexcept { return GetConfigOption(name, false, false); }));
    };
    // "15.18 (Debian 15.18-0+deb12u1)": the packager's part says nothing here.
    const std::string version = setting("server_version");
    return judge_server(std::stoi(setting("server_version_num")), version.substr(0, version.find(' ')));
}

std::vector<Finding> findings_of_teslamate(Spi &spi, const TeslaMate &teslamate)
{
    std::vector<Finding> findings = {judge_schema(teslamate)};
    if (findings.front().status != Finding::Status::ok)
        return findings;
    if (has(teslamate, "schema_migrations"))
        findings.push_back(judge_version(spi));
    if (has(teslamate, "settings"))
        findings.push_back(judge_settings(spi));
    findings.push_back(judge_columns(teslamate));
    findings.insert(findings.end(), teslamate.misfits().begin(), teslamate.misfits().end());
    return findings;
}

std::optional<std::chrono::seconds> time_since_last_migration(Spi &spi, const TeslaMate &teslamate, UtcTime now)
{
    teslamate.require("schema_migrations");
    std::optional<UtcTime> last;
    spi.run(last_migration_time, Values(), [&](const PassingRow &row) { last = row.optional_time(0); });
    if (!last)
        return std::nullopt;
    return std::chrono::duration_cast<std::chrono::seconds>(now - *last);
}

}  // namespace pitstop::pg

PITSTOP_FUNCTION(pitstop_check_postgres)
{
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    for (const pitstop::Finding &finding : findings_of_postgres())
        add(result, finding);
    return result.datum();
}

PITSTOP_FUNCTION(pitstop_check_teslamate)
{
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    const TeslaMate teslamate = TeslaMate::configured();
    Spi spi(teslamate.schema(), Access::read_only);
    for (const pitstop::Finding &finding : findings_of_teslamate(spi, teslamate))
        add(result, finding);
    return result.datum();
}

PITSTOP_FUNCTION(pitstop_seconds_since_last_migration)
{
    using namespace pitstop::pg;
    const TeslaMate teslamate = TeslaMate::configured();
    Spi spi(teslamate.schema(), Access::read_only);
    const auto age = time_since_last_migration(spi, teslamate, clock_now());
    if (!age)
        PG_RETURN_NULL();
    return Int64GetDatum(age->count());
}

PITSTOP_FUNCTION(pitstop_migrations)
{
    using namespace pitstop;
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    const TeslaMate teslamate = TeslaMate::configured();
    teslamate.require("schema_migrations");
    Spi spi(teslamate.schema(), Access::read_only);
    spi.run(all_migrations, Values(),
            [&](const PassingRow &row) { result.add(Values().integer(row.integer(0)).time(row.optional_time(1))); });
    return result.datum();
}
