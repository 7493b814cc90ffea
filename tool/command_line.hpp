// Arguments in, an Invocation out; parsed by CLI11 after the command table.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "invocation.hpp"

namespace pitstop::tool {

struct HelpWanted {
    std::optional<std::string> command;  // nothing: of all
};
struct VersionWanted {};

// Raises Failure (usage) that names what is wrong and how to get help.
std::variant<Invocation, HelpWanted, VersionWanted> read_command_line(const std::vector<std::string> &arguments);

}  // namespace pitstop::tool
