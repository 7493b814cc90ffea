#include "output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>

namespace pitstop::tool {

namespace {

constexpr int json_schema_version = 1;

bool is_terminal(int fd)
{
    const char *const kind = std::getenv("TERM");
    return ::isatty(fd) == 1 && kind != nullptr && std::strcmp(kind, "dumb") != 0;
}

// Any value but the empty one counts (no-color.org).
bool wants_no_color()
{
    const char *const value = std::getenv("NO_COLOR");
    return value != nullptr && *value != '\0';
}

void print_json(const nlohmann::ordered_json &value)
{
    // What is no UTF-8, such as a file's name, must not end the program.
    std::cout << value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

nlohmann::ordered_json envelope(const std::string &command)
{
    return {{"schema_version", json_schema_version}, {"command", command}};
}

// Continuation lines are indented, as psql shows them.
std::string indented(const std::string &text)
{
    std::string result;
    for (const char each : text) {
        result += each;
        if (each == '\n')
            result += "         ";
    }
    return result;
}

}  // namespace

Output::Output(const Invocation &invocation)
    : command_(invocation.command().name), result_(std::make_unique<nlohmann::ordered_json>()),
      json_(invocation.has("--json")), quiet_(invocation.has("--quiet")),
      progress_(!json_ && !quiet_ && is_terminal(STDERR_FILENO)), bold_(is_terminal(STDOUT_FILENO) && !wants_no_color())
{
}

Output::~Output()
{
    end_progress();
}

void Output::say(const std::string &line)
{
    if (json_ || quiet_)
        return;
    end_progress();
    std::cout << line << std::endl;
}

void Output::table(const TextTable &table)
{
    if (json_)
        return;
    end_progress();
    std::cout << text_of(table, bold_) << std::flush;
}

void Output::warn(const std::string &message, const std::string &hint)
{
    end_progress();
    std::cerr << "pitstop: warning: " << indented(message) << "\n";
    if (!hint.empty())
        std::cerr << "HINT:    " << indented(hint) << "\n";
}

void Output::json(nlohmann::ordered_json result)
{
    *result_ = envelope(command_);
    for (auto &[name, value] : result.items())
        (*result_)[name] = std::move(value);
    if (json_)
        print_json(*result_);
}

unsigned Output::columns() const noexcept
{
    struct winsize size = {};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void Output::progress(const std::string &line)
{
    if (!progress_)
        return;
    std::cerr << "\r\x1b[K" << line << std::flush;
    line_is_open_ = true;
}

void Output::end_progress()
{
    if (line_is_open_)
        std::cerr << "\r\x1b[K" << std::flush;
    line_is_open_ = false;
}

nlohmann::ordered_json error_json(const Failure &failure, const std::string &command)
{
    nlohmann::ordered_json whole = envelope(command);
    whole["error"] = {{"exit_code", static_cast<int>(failure.code())},
                      {"message", failure.what()},
                      {"detail", failure.detail()},
                      {"hint", failure.hint()}};
    return whole;
}

void print_failure(const Failure &failure, const std::string &command, bool json)
{
    std::cerr << "pitstop: " << indented(failure.what()) << "\n";
    if (!failure.detail().empty())
        std::cerr << "DETAIL:  " << indented(failure.detail()) << "\n";
    if (!failure.hint().empty())
        std::cerr << "HINT:    " << indented(failure.hint()) << "\n";
    std::cerr << std::flush;
    if (json)
        print_json(error_json(failure, command));
}

}  // namespace pitstop::tool
