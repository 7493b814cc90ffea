// The functions behind the command table.
#pragma once

#include "invocation.hpp"
#include "output.hpp"
#include "tool/core/exit_code.hpp"

namespace pitstop::tool {

using Run = ExitCode (*)(const Invocation &invocation, Output &output);

ExitCode run_backup(const Invocation &invocation, Output &output);
ExitCode run_list(const Invocation &invocation, Output &output);
ExitCode run_verify(const Invocation &invocation, Output &output);
ExitCode run_expire(const Invocation &invocation, Output &output);
ExitCode run_restore(const Invocation &invocation, Output &output);
ExitCode run_check(const Invocation &invocation, Output &output);
ExitCode run_incomplete(const Invocation &invocation, Output &output);
ExitCode run_close_drive(const Invocation &invocation, Output &output);
ExitCode run_close_charge(const Invocation &invocation, Output &output);
ExitCode run_close_stale(const Invocation &invocation, Output &output);
ExitCode run_delete_drive(const Invocation &invocation, Output &output);
ExitCode run_delete_charge(const Invocation &invocation, Output &output);
ExitCode run_undo(const Invocation &invocation, Output &output);
ExitCode run_repair_addresses(const Invocation &invocation, Output &output);
ExitCode run_health(const Invocation &invocation, Output &output);
ExitCode run_serve(const Invocation &invocation, Output &output);
ExitCode run_completion(const Invocation &invocation, Output &output);
ExitCode run_man(const Invocation &invocation, Output &output);

// Every row of the command table has one.
Run function_of(const std::string &command);

}  // namespace pitstop::tool
