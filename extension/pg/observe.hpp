// The looks behind the checks of health (core/health.hpp) that the server can tell: facts, not yet judged. They only read, with the
// caller's rights but where it says otherwise, and none is slow on millions of positions.
#pragma once

#include <vector>

#include "core/health.hpp"
#include "core/utc_time.hpp"
#include "pg/spi.hpp"
#include "pg/teslamate.hpp"

namespace pitstop::pg {

struct Look {
    Spi &spi;
    const TeslaMate &teslamate;
    UtcTime now;
};

using Observations = std::vector<Observation>;

// `check` is one of the server's.
Observations observe(const Look &look, const HealthCheck &check);

// Raises DomainError::invalid_argument, with the codes that there are in the hint.
const HealthCheck &require_check(const std::optional<std::string> &code);

// One for each code, in observe_*.cpp by subject.
Observations observe_postgres(const Look &look);
Observations observe_teslamate(const Look &look);
Observations observe_migration(const Look &look);
Observations observe_positions(const Look &look);
Observations observe_open_sessions(const Look &look);
Observations observe_addresses(const Look &look);
Observations observe_geocoder(const Look &look);
Observations observe_indexes(const Look &look);
Observations observe_dead_rows(const Look &look);
Observations observe_index_bloat(const Look &look);
Observations observe_disk(const Look &look);
Observations observe_database_size(const Look &look);
Observations observe_database_growth(const Look &look);
Observations observe_long_transactions(const Look &look);
Observations observe_collation(const Look &look);

}  // namespace pitstop::pg
