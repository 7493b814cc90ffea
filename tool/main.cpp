// pitstop, the companion of the extension.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "commands.hpp"
#include "session.hpp"
#include "signals.hpp"
#include "tool/core/help.hpp"

namespace pitstop::tool {

namespace {

// The password is in memory, and in the environment of children: no core dump may carry it.
void keep_secrets()
{
    const struct rlimit no_core = {0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::prctl(PR_SET_DUMPABLE, 0);
    ::umask(077);
}

// Of a right that is missing nobody has said yet who has it: the commands that know more say more.
Failure with_remedy(const SqlError &error)
{
    const bool lacks_right = error.sqlstate() == "42501" && error.hint().empty();
    return Failure(error.code(), error.what(), error.detail(),
                   lacks_right ? "Connect as the owner of TeslaMate's tables, or as a superuser, with --user."
                               : error.hint());
}

int run(const std::vector<std::string> &arguments)
{
    const auto asked = read_command_line(arguments);
    if (const auto *const help = std::get_if<HelpWanted>(&asked)) {
        std::cout << (help->command ? help_text(*find_command(*help->command)) : help_text());
        return 0;
    }
    if (std::holds_alternative<VersionWanted>(asked)) {
        std::cout << "pitstop " PITSTOP_VERSION "\n";
        return 0;
    }
    const auto &invocation = std::get<Invocation>(asked);
    const std::string &name = invocation.command().name;
    try {
        Output output(invocation);
        return static_cast<int>(function_of(name)(invocation, output));
    } catch (const SqlError &error) {
        print_failure(with_remedy(error), name, invocation.has("--json"));
        return static_cast<int>(error.code());
    } catch (const Failure &failure) {
        print_failure(failure, name, invocation.has("--json"));
        return static_cast<int>(failure.code());
    }
}

}  // namespace

}  // namespace pitstop::tool

int main(int argc, char **argv)
{
    using namespace pitstop::tool;
    keep_secrets();
    try {
        watch_signals();
        return run({argv + 1, argv + argc});
    } catch (const Failure &failure) {
        print_failure(failure, {}, false);
        return static_cast<int>(failure.code());
    } catch (const Interrupted &interrupted) {
        std::cerr << "pitstop: " << interrupted.what() << std::endl;
        return 128 + interrupted.signal();
    } catch (const std::exception &error) {
        std::cerr << "pitstop: " << error.what() << std::endl;
        return static_cast<int>(ExitCode::failed);
    }
}
