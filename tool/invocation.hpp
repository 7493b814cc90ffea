// What the user asked for: a command with the values of its options, as the command table allows them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tool/core/command.hpp"

namespace pitstop::tool {

class Invocation {
public:
    Invocation(const CommandRow &command, std::map<std::string, std::vector<std::string>> options,
               std::vector<std::string> arguments)
        : command_(&command), options_(std::move(options)), arguments_(std::move(arguments))
    {
    }

    const CommandRow &command() const noexcept { return *command_; }
    // Options by their long names: "--jobs". A flag that was given has no value.
    bool has(const std::string &option) const { return options_.count(option) > 0; }
    std::optional<std::string> value(const std::string &option) const;
    std::vector<std::string> values(const std::string &option) const;
    const std::vector<std::string> &arguments() const noexcept { return arguments_; }
    std::optional<std::string> argument(std::size_t position) const;

    // Failure (usage) for what is no whole number from `least` to `most`.
    std::optional<unsigned> number(const std::string &option, unsigned least, unsigned most) const;

    bool is_dry_run() const { return has("--dry-run"); }

private:
    const CommandRow *command_;
    std::map<std::string, std::vector<std::string>> options_;
    std::vector<std::string> arguments_;
};

}  // namespace pitstop::tool
