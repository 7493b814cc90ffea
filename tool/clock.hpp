// The machine's clocks, for what is decided purely elsewhere.
#pragma once

#include "tool/core/instant.hpp"

namespace pitstop::tool {

Instant instant_now();

}  // namespace pitstop::tool
