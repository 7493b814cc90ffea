// pitstop.observe(check): the facts of one check of health.

#include "pg/observe.hpp"

#include <algorithm>
#include <iterator>

#include "core/error.hpp"
#include "pg/checks.hpp"
#include "pg/result.hpp"

namespace pitstop::pg {

namespace {

struct LookOf {
    std::string_view code;
    Observations (*observe)(const Look &);
};

constexpr LookOf looks[] = {
    {"postgres", observe_postgres},
    {"teslamate", observe_teslamate},
    {"migration", observe_migration},
    {"indexes", observe_indexes},
    {"positions", observe_positions},
    {"open_sessions", observe_open_sessions},
    {"addresses", observe_addresses},
    {"geocoder", observe_geocoder},
    {"disk_database", observe_disk},
    {"database_size", observe_database_size},
    {"database_growth", observe_database_growth},
    {"dead_rows", observe_dead_rows},
    {"index_bloat", observe_index_bloat},
    {"long_transactions", observe_long_transactions},
    {"collation", observe_collation},
};

std::string codes_of(HealthCheck::Source source)
{
    std::string codes;
    for (const HealthCheck *check = health_checks_begin(); check != health_checks_end(); ++check)
        if (check->source == source)
            codes += (codes.empty() ? "" : ", ") + std::string(check->code);
    return codes;
}

Values row_of(const Observation &observation)
{
    Values row;
    row.text(observation.subject).number(observation.value);
    row.text(observation.verdict ? std::optional<std::string>(name_of(*observation.verdict)) : std::nullopt);
    row.text(observation.note.empty() ? std::nullopt : std::optional(observation.note));
    return row.integers(observation.examples);
}

}  // namespace

const HealthCheck &require_check(const std::optional<std::string> &code)
{
    if (!code)
        throw DomainError(DomainError::Kind::invalid_argument, "the code of the check is NULL",
                          "A call is about one check.",
                          "The checks are: " + codes_of(HealthCheck::Source::server) + "; " +
                              codes_of(HealthCheck::Source::program) + ".");
    const HealthCheck *const check = find_health_check(*code);
    if (check == nullptr)
        throw DomainError(DomainError::Kind::invalid_argument, "check \"" + *code + "\" does not exist",
                          "A check is named by its code in the catalogue of health.",
                          "The checks are: " + codes_of(HealthCheck::Source::server) + "; " +
                              codes_of(HealthCheck::Source::program) + ".");
    return *check;
}

Observations observe(const Look &look, const HealthCheck &check)
{
    const auto *const found =
        std::find_if(std::begin(looks), std::end(looks), [&](const LookOf &each) { return each.code == check.code; });
    if (found == std::end(looks))
        throw DomainError(DomainError::Kind::invalid_argument,
                          "the server cannot look at check \"" + std::string(check.code) + "\"",
                          "Only the program pitstop sees what it is about, and shows it with \"pitstop health\".",
                          "The server's checks are: " + codes_of(HealthCheck::Source::server) + ".");
    return found->observe(look);
}

}  // namespace pitstop::pg

PITSTOP_FUNCTION(pitstop_observe)
{
    using namespace pitstop;
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    const std::optional<std::string> code = text_argument(fcinfo, 0);
    const HealthCheck &check = require_check(code);
    const TeslaMate teslamate = TeslaMate::configured();
    Spi spi(teslamate.schema(), Access::read_only);
    for (const Observation &observation : observe({spi, teslamate, pg::clock_now()}, check))
        result.add(row_of(observation));
    return result.datum();
}
