// The cluster's databases, as far as they can be seen without being connected to one.
#pragma once

#include <vector>

extern "C" {
#include "postgres.h"
}

namespace pitstop::pg {

// Those that can be connected to and are no templates, for a process that is connected to none.
std::vector<Oid> list_databases();

}  // namespace pitstop::pg
