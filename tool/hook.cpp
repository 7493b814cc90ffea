#include "hook.hpp"

#include <nlohmann/json.hpp>

#include "process.hpp"
#include "signals.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using Json = nlohmann::ordered_json;

constexpr auto replace_what_is_no_utf8 = Json::error_handler_t::replace;

struct HookEnd {
    int status = 0;
    std::string complaint;
};

HookEnd run_hook(const std::string &command, const Json &input)
{
    HookEnd end;
    end.status = run_with_input({{"/bin/sh", "-c", command}, {}, {}},
                                input.dump(2, ' ', false, replace_what_is_no_utf8) + "\n", end.complaint);
    return end;
}

std::string said_of(const std::string &command, const HookEnd &end)
{
    return "the hook \"" + printable(command) + "\" " + ending_text(end.status) +
           (end.complaint.empty() ? "" : "\n" + end.complaint);
}

void run_before(const Invocation &invocation)
{
    const Json input = {{"command", invocation.command().name}, {"arguments", invocation.arguments()}};
    for (const std::string &command : invocation.values("--hook-before")) {
        if (const HookEnd end = run_hook(command, input); end.status != 0)
            throw Failure(ExitCode::program, said_of(command, end), {},
                          "Nothing was done: --hook-before has to succeed.");
    }
}

bool run_after(const Invocation &invocation, const char *option, const Json &input, Output &output)
{
    bool all_well = true;
    for (const std::string &command : invocation.values(option)) {
        if (const HookEnd end = run_hook(command, input); end.status != 0) {
            output.warn(said_of(command, end));
            all_well = false;
        }
    }
    return all_well;
}

void run_on_failure(const Invocation &invocation, const Failure &failure, Output &output)
{
    const Unstoppable the_wish_to_end_is_known;
    try {
        run_after(invocation, "--hook-on-failure", error_json(failure, invocation.command().name), output);
    } catch (const std::exception &error) {
        output.warn(std::string("could not run --hook-on-failure: ") + error.what());
    }
}

}  // namespace

ExitCode with_hooks(const Invocation &invocation, Output &output, const std::function<ExitCode()> &work)
{
    if (invocation.is_dry_run())
        return work();
    try {
        run_before(invocation);
        const ExitCode code = work();
        const bool all_well = run_after(invocation, "--hook-after", output.result(), output);
        return code == ExitCode::done && !all_well ? ExitCode::partial : code;
    } catch (const Failure &failure) {
        run_on_failure(invocation, failure, output);
        throw;
    } catch (const Interrupted &interrupted) {
        run_on_failure(invocation, Failure(ExitCode::failed, interrupted.what()), output);
        throw;
    }
}

}  // namespace pitstop::tool
