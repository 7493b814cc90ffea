// An error of the program's: what is printed, and the exit status that goes with it.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "tool/core/exit_code.hpp"

namespace pitstop::tool {

// Message in lower case without a period; detail and hint are sentences. None may hold a password.
class Failure : public std::runtime_error {
public:
    Failure(ExitCode code, const std::string &message, std::string detail = {}, std::string hint = {})
        : std::runtime_error(message), code_(code), detail_(std::move(detail)), hint_(std::move(hint))
    {
    }

    ExitCode code() const noexcept { return code_; }
    const std::string &detail() const noexcept { return detail_; }
    const std::string &hint() const noexcept { return hint_; }

private:
    ExitCode code_;
    std::string detail_;
    std::string hint_;
};

}  // namespace pitstop::tool
