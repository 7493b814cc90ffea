#include "pg/examination.hpp"

#include "core/error.hpp"
#include "pg/subtransaction.hpp"

namespace pitstop::pg {

namespace {

// Beside what concerns a single row also what only this look touches: a column or a right that is missing, a table that
// somebody has locked, a file that cannot be read.
bool concerns_one_look(const PgError &error) noexcept
{
    switch (ERRCODE_TO_CATEGORY(error.sqlstate())) {
    case ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION:
    case ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE:
    case ERRCODE_SYSTEM_ERROR: return true;
    default: break;
    }
    return error.sqlstate() == ERRCODE_DATA_CORRUPTED || error.sqlstate() == ERRCODE_INDEX_CORRUPTED ||
           concerns_one_row(error);
}

void look_at(const Look &look, Examined &examined)
{
    Observations observations;
    in_subtransaction([&] { observations = observe(look, *examined.check); });
    for (Observation &observation : observations) {
        const HealthStatus status = judge(*examined.check, examined.check->thresholds, observation);
        examined.status = worse_of(examined.status, status);
        examined.observations.push_back({std::move(observation), status});
    }
}

Examined examine(const Look &look, const HealthCheck &check)
{
    Examined examined;
    examined.check = &check;
    try {
        look_at(look, examined);
    } catch (const PgError &error) {
        if (!concerns_one_look(error))
            throw;
        examined.error = error.what();
    } catch (const DomainError &error) {
        examined.error = error.what();
    }
    if (!examined.error.empty())
        examined.status = HealthStatus::unknown;
    return examined;
}

}  // namespace

std::vector<Examined> examine_all(const Look &look)
{
    std::vector<Examined> all;
    for (const HealthCheck *check = health_checks_begin(); check != health_checks_end(); ++check)
        if (check->source == HealthCheck::Source::server)
            all.push_back(examine(look, *check));
    return all;
}

}  // namespace pitstop::pg
