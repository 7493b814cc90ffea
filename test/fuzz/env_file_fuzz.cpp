// Env files of any bytes, and what connections are planned of them.
#include <algorithm>
#include <set>
#include <string_view>

#include "bytes.hpp"
#include "tool/core/connection.hpp"
#include "tool/core/failure.hpp"

namespace pitstop::fuzz {

namespace {

using tool::Failure;
using tool::Variables;

// Nothing of the file may stand in an error: any line may hold a password.
void check_failure(const Failure &failure)
{
    const std::string message = failure.what();
    require(failure.code() == tool::ExitCode::usage, "what is wrong is what was given", message);
    require(std::all_of(message.begin(), message.end(), [](char c) { return c >= ' ' && c <= '~'; }),
            "a message is printable", message);
    require(message.size() < 80, "a message shows nothing of the file", message);
}

std::string written(const Variables &variables)
{
    std::string text;
    for (const auto &[name, value] : variables) {
        text += name + "=\"";
        for (const char c : value)
            text += c == '"' || c == '\\' ? std::string{'\\', c} : c == '\n' ? "\\n" : std::string(1, c);
        text += "\"\n";
    }
    return text;
}

void check_variables(const Variables &variables)
{
    for (const auto &[name, value] : variables) {
        require(!name.empty() && name.find_first_of("= \n\"'#") == std::string::npos, "a name is one", name);
        require(value.find('\0') == std::string::npos, "a value is a text", name);
    }
    require(tool::parse_env_file(written(variables)) == variables, "values in quotes are read as they are");
}

void check_plan(const Variables &variables)
{
    try {
        const tool::ConnectionPlan plan = tool::plan_connection({}, variables, {});
        std::set<std::string> keywords;
        for (const auto &[keyword, value] : plan.parameters) {
            require(keywords.insert(keyword).second, "a parameter is given once", keyword);
            require(!value.empty(), "a parameter has a value", keyword);
        }
        require(keywords.count("password") == 0, "the password stands apart");
    } catch (const Failure &failure) {
        require(failure.code() == tool::ExitCode::usage, "what is wrong is what was given", failure.what());
    }
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    using namespace pitstop;
    tool::Variables variables;
    try {
        variables = tool::parse_env_file({reinterpret_cast<const char *>(bytes), size});
    } catch (const tool::Failure &failure) {
        fuzz::check_failure(failure);
        return 0;
    }
    fuzz::check_variables(variables);
    fuzz::check_plan(variables);
    return 0;
}
