// What a check found, as a sentence for people who are no DBAs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/health.hpp"

namespace pitstop {

// "90 s", "3 h", "4.2 GB", "42 %", "12", by a check's unit.
std::string words_for(double value, std::string_view unit);

// "1 drive", "3 drives"
std::string counted(std::int64_t count, const std::string &noun);

// "age of the oldest transaction: 3 h; idle in transaction"
std::string words_for(const HealthCheck &check, const Observation &observation);

}  // namespace pitstop
