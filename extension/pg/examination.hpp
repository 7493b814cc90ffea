// All of the server's checks, looked at and judged by the catalogue's thresholds: what doctor() and health() tell.
#pragma once

#include <string>
#include <vector>

#include "pg/observe.hpp"

namespace pitstop::pg {

struct Examined {
    struct Judged {
        Observation observation;
        HealthStatus status;
    };

    const HealthCheck *check = nullptr;
    HealthStatus status = HealthStatus::ok;  // the worst of its observations
    std::vector<Judged> observations;
    std::string error;  // why it could not be looked at; it is unknown then
};

// In the catalogue's order. A look that fails for its own reasons does not keep the others from theirs; a cancelled query does.
std::vector<Examined> examine_all(const Look &look);

}  // namespace pitstop::pg
