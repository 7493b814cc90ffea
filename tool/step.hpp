// The steps of a backup and a restore, each with a name.
#pragma once

#include "output.hpp"

namespace pitstop::tool {

// Notices a signal, then says what comes next. With PITSTOP_STOP_BEFORE=NAME in the environment the program stops itself there
// (SIGSTOP), so that a test can kill it at that very step.
void begin_step(Output &output, const char *name);

}  // namespace pitstop::tool
