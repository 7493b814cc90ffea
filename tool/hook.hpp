// Commands of the user's around a backup or a restore: --hook-before, --hook-after, --hook-on-failure.
#pragma once

#include <functional>

#include "output.hpp"
#include "tool/core/exit_code.hpp"

namespace pitstop::tool {

// Runs `work` between the hooks. Each is given to /bin/sh, with JSON on its standard input: before, the command's name and
// arguments; after, what --json prints; on failure, the error as --json prints it. A hook-before that fails ends it all
// (program); one that fails afterwards is a warning, and makes the result partial.
ExitCode with_hooks(const Invocation &invocation, Output &output, const std::function<ExitCode()> &work);

}  // namespace pitstop::tool
