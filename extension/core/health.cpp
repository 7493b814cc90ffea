#include "core/health.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace pitstop {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Source = HealthCheck::Source;

constexpr std::array<std::string_view, 4> status_names = {"ok", "warning", "critical", "unknown"};

constexpr double minute = 60;
constexpr double hour = 60 * minute;
constexpr double day = 24 * hour;
constexpr double gigabyte = 1e9;

constexpr HealthCheck catalogue[] = {
    {"connection",
     "connection to the database",
     "s",
     false,
     {1, 5},
     seconds(10),
     seconds(5),
     Source::program,
     "Is the server running? \"pitstop check\" says how it was reached."},
    {"postgres",
     "version of PostgreSQL",
     "",
     false,
     {},
     hours(1),
     seconds(5),
     Source::server,
     "SELECT * FROM pitstop.check_postgres()"},
    {"teslamate",
     "version and schema of TeslaMate",
     "",
     false,
     {},
     minutes(10),
     seconds(5),
     Source::server,
     "SELECT * FROM pitstop.check_teslamate()"},
    {"migration", "time since the last migration", "s", false, {}, minutes(10), seconds(5), Source::server, ""},
    {"indexes",
     "indexes of TeslaMate's that are missing or invalid",
     "",
     false,
     {1, {}},
     hours(1),
     seconds(5),
     Source::server,
     "REINDEX INDEX CONCURRENTLY an invalid one; TeslaMate's migrations make a missing one."},
    {"positions",
     "age of each car's newest position, while it is awake",
     "s",
     false,
     {hour, day},
     minutes(2),
     seconds(5),
     Source::server,
     "Look into TeslaMate's log; signing in again mends most."},
    {"open_sessions",
     "drives and charges that ought to be closed",
     "",
     false,
     {1, {}},
     minutes(5),
     seconds(10),
     Source::server,
     "SELECT * FROM pitstop.close_stale()"},
    {"addresses",
     "drives and charges without an address",
     "",
     false,
     {100, {}},
     minutes(5),
     seconds(10),
     Source::server,
     "SELECT * FROM pitstop.repair_addresses()"},
    {"geocoder",
     "the address repair",
     "",
     false,
     {},
     minutes(5),
     seconds(5),
     Source::server,
     "SELECT * FROM pitstop.address_repair()"},
    {"backup",
     "age of the newest proven backup",
     "s",
     false,
     {36 * hour, 7 * day},
     minutes(1),
     seconds(10),
     Source::program,
     "pitstop backup"},
    {"disk_database",
     "free space where the server keeps its data",
     "bytes",
     true,
     {5 * gigabyte, gigabyte},
     minutes(5),
     seconds(5),
     Source::server,
     "Delete what is not needed there, or give it a larger disk."},
    {"disk_backups",
     "free space where the backups are",
     "bytes",
     true,
     {5 * gigabyte, gigabyte},
     minutes(1),
     seconds(5),
     Source::program,
     "pitstop expire"},
    {"database_size", "size of the database", "bytes", false, {}, hours(1), seconds(30), Source::server, ""},
    {"database_growth",
     "growth of the database per day",
     "bytes",
     false,
     {gigabyte, {}},
     hours(1),
     seconds(5),
     Source::server,
     "SELECT * FROM pitstop.measures('database_size')"},
    {"dead_rows",
     "share of dead rows in a table",
     "ratio",
     false,
     {0.3, {}},
     minutes(10),
     seconds(5),
     Source::server,
     "VACUUM (ANALYZE) the table, and see that autovacuum is on."},
    {"index_bloat",
     "share of an index that is empty, estimated",
     "ratio",
     false,
     {0.6, {}},
     hours(6),
     seconds(30),
     Source::server,
     "REINDEX INDEX CONCURRENTLY the index"},
    {"long_transactions",
     "age of the oldest transaction",
     "s",
     false,
     {hour, 6 * hour},
     minutes(5),
     seconds(5),
     Source::server,
     "SELECT pg_terminate_backend(pid), with the pid from pg_stat_activity"},
    {"collation",
     "collations that another version of the system's library sorted",
     "",
     false,
     {1, {}},
     hours(1),
     seconds(5),
     Source::server,
     "REINDEX DATABASE, then ALTER DATABASE … REFRESH COLLATION VERSION or ALTER COLLATION … REFRESH VERSION"},
};

bool is_at_least_as_bad(const HealthCheck &check, double value, const std::optional<double> &threshold) noexcept
{
    return threshold && (check.low_is_bad ? value <= *threshold : value >= *threshold);
}

int badness(HealthStatus status) noexcept
{
    switch (status) {
    case HealthStatus::ok: return 0;
    case HealthStatus::warning: return 1;
    case HealthStatus::unknown: return 2;
    case HealthStatus::critical: return 3;
    }
    return 3;
}

}  // namespace

const char *name_of(HealthStatus status) noexcept
{
    return status_names[static_cast<std::size_t>(status)].data();
}

std::optional<HealthStatus> health_status_of(std::string_view name) noexcept
{
    const auto found = std::find(status_names.begin(), status_names.end(), name);
    if (found == status_names.end())
        return std::nullopt;
    return static_cast<HealthStatus>(found - status_names.begin());
}

HealthStatus worse_of(HealthStatus a, HealthStatus b) noexcept
{
    return badness(a) < badness(b) ? b : a;
}

const HealthCheck *health_checks_begin() noexcept
{
    return std::begin(catalogue);
}

const HealthCheck *health_checks_end() noexcept
{
    return std::end(catalogue);
}

const HealthCheck *find_health_check(std::string_view code) noexcept
{
    const auto *const found = std::find_if(std::begin(catalogue), std::end(catalogue),
                                           [&](const HealthCheck &each) { return each.code == code; });
    return found == std::end(catalogue) ? nullptr : found;
}

HealthStatus judge(const HealthCheck &check, const Thresholds &thresholds, const Observation &observation) noexcept
{
    if (observation.verdict)
        return *observation.verdict;
    if (!observation.value)
        return HealthStatus::unknown;
    if (is_at_least_as_bad(check, *observation.value, thresholds.critical))
        return HealthStatus::critical;
    if (is_at_least_as_bad(check, *observation.value, thresholds.warning))
        return HealthStatus::warning;
    return HealthStatus::ok;
}

}  // namespace pitstop
