// What a check found, in words, for all texts of a health report.
#pragma once

#include <string>

#include "tool/core/health_report.hpp"

namespace pitstop::tool {

// There is an error, and it is the reason for the status: what was seen before it no longer counts.
bool is_blind(const CheckReport &report) noexcept;
// What mends it: the call of the catalogue, but for what nobody can look at: then what its error asks for, if that is known.
std::string mend_of(const CheckReport &report);
// Why the status is what it is: the error, or what the observations with that status say. Of any length; without a period.
std::string finding_of(const CheckReport &report);

}  // namespace pitstop::tool
