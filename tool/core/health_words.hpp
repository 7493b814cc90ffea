// What a check found, in words and numbers, for all texts of a health report.
#pragma once

#include <string>

#include "tool/core/health_report.hpp"

namespace pitstop::tool {

// The shortest decimal that means this number, whatever the locale; "NaN", "+Inf", "-Inf".
std::string number_text(double value);
// In the check's unit: 12 ms, 3 days 4 h, 215 MB, 30 %, 1,234.
std::string value_text(const HealthCheck &check, double value);

// There is an error, and it is the reason for the status: what was seen before it no longer counts.
bool is_blind(const CheckReport &report) noexcept;
// Why the status is what it is: the error, or what the observations with that status say. Of any length; without a period.
std::string finding_of(const CheckReport &report);

}  // namespace pitstop::tool
