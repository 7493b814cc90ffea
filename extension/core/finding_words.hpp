// What a check found, as a sentence for people who are no DBAs.
#pragma once

#include <string>

#include "core/health.hpp"

namespace pitstop {

// "age of the oldest transaction: 3 h; idle in transaction"
std::string words_for(const HealthCheck &check, const Observation &observation);

}  // namespace pitstop
