// What help and the man page say besides the commands: how to connect, the environment, exit statuses.
#pragma once

#include <string>
#include <vector>

#include "tool/core/command.hpp"

namespace pitstop::tool {

struct TopicRow {
    std::string name;  // "7", "NO_COLOR"
    std::string says;
};

const std::vector<TopicRow> &exit_statuses();
const std::vector<TopicRow> &environment_variables();
std::string how_to_connect();  // paragraphs, separated by empty lines

// "pitstop close-drive ID... [OPTION...]"
std::string usage_of(const CommandRow &command);

}  // namespace pitstop::tool
