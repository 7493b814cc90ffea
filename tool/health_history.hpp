// What the program writes down in the database for SQL and Grafana: backups, sizes, free space, once an hour.
#pragma once

#include "health_look.hpp"

namespace pitstop::tool {

// Through pitstop.record_measures() and record_backups(). Raises Failure, also where the role may only read: then there is no
// history, and all else works.
void record_history(const HealthTarget &target, const HealthReport &report);

}  // namespace pitstop::tool
