// What the command table says, as help, as a man page and as completion for three shells.
#pragma once

#include <string>

#include "tool/core/command.hpp"

namespace pitstop::tool {

std::string help_text();  // all commands, how to connect, exit codes; within 100 columns
std::string help_text(const CommandRow &command);
std::string man_page(const std::string &version);  // roff, pitstop(1)
std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace pitstop::tool
