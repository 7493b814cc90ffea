// A point in time on both clocks. Ages are counted on the steady one, which nobody sets; the date is for people. So neither a
// clock that is set forth nor one that is set back makes anything old, young or wait.
#pragma once

#include <chrono>

#include "tool/core/moment.hpp"

namespace pitstop::tool {

struct Instant {
    Moment date;
    std::chrono::seconds steady{0};  // since any beginning: the same one for all of a process
};

}  // namespace pitstop::tool
