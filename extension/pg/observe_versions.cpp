// Health of what is installed: PostgreSQL, TeslaMate's schema, its migrations.

#include "pg/observe.hpp"
#include "pg/versions.hpp"

namespace pitstop::pg {

namespace {

HealthStatus verdict_of(Finding::Status status) noexcept
{
    switch (status) {
    case Finding::Status::ok: return HealthStatus::ok;
    case Finding::Status::warning: return HealthStatus::warning;
    case Finding::Status::refused: return HealthStatus::critical;
    }
    return HealthStatus::unknown;
}

Observations observations_of(const std::vector<Finding> &findings)
{
    Observations observations;
    for (const Finding &finding : findings)
        observations.push_back(
            {finding.name, std::nullopt, verdict_of(finding.status), finding.found + ": " + finding.message, {}});
    return observations;
}

}  // namespace

Observations observe_postgres(const Look &)
{
    return observations_of(findings_of_postgres());
}

Observations observe_teslamate(const Look &look)
{
    return observations_of(findings_of_teslamate(look.spi, look.teslamate));
}

Observations observe_migration(const Look &look)
{
    const auto age = time_since_last_migration(look.spi, look.teslamate, look.now);
    if (!age)
        return {{"", std::nullopt, std::nullopt, "No migration was applied.", {}}};
    return {{"", static_cast<double>(age->count()), HealthStatus::ok, "", {}}};
}

}  // namespace pitstop::pg
