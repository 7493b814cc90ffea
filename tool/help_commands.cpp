// pitstop completion, pitstop man: what is generated from the command table.
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "tool/core/help.hpp"

namespace pitstop::tool {

namespace {

ExitCode print(Output &output, const char *name, const std::string &text)
{
    if (output.is_json())
        output.json({{name, text}});
    else
        std::cout << text << std::flush;
    return ExitCode::done;
}

}  // namespace

ExitCode run_completion(const Invocation &invocation, Output &output)
{
    const std::string shell = *invocation.argument(0);
    return print(output, "script",
                 shell == "bash"  ? bash_completion()
                 : shell == "zsh" ? zsh_completion()
                                  : fish_completion());
}

ExitCode run_man(const Invocation &, Output &output)
{
    return print(output, "roff", man_page(PITSTOP_VERSION));
}

}  // namespace pitstop::tool
