// Commands that are still to be written: weak, so that the real one takes its place when it is linked.
#include "commands.hpp"

namespace pitstop::tool {

__attribute__((weak)) ExitCode run_backup(const Invocation &, Output &)
{
    throw Failure(ExitCode::failed, "not written yet");
}

__attribute__((weak)) ExitCode run_list(const Invocation &, Output &)
{
    throw Failure(ExitCode::failed, "not written yet");
}

__attribute__((weak)) ExitCode run_verify(const Invocation &, Output &)
{
    throw Failure(ExitCode::failed, "not written yet");
}

__attribute__((weak)) ExitCode run_expire(const Invocation &, Output &)
{
    throw Failure(ExitCode::failed, "not written yet");
}

__attribute__((weak)) ExitCode run_restore(const Invocation &, Output &)
{
    throw Failure(ExitCode::failed, "not written yet");
}

}  // namespace pitstop::tool
