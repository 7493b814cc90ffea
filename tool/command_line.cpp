#include "command_line.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

// The name that is nearest to what was typed, for "did you mean".
std::size_t distance(const std::string &a, const std::string &b)
{
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

[[noreturn]] void fail_on_unknown(const std::string &name)
{
    std::string nearest;
    std::size_t best = 4;
    for (const CommandRow &command : command_table()) {
        if (const std::size_t here = distance(name, command.name); here < best) {
            best = here;
            nearest = command.name;
        }
    }
    throw Failure(ExitCode::usage, "there is no command \"" + printable(name) + "\"", {},
                  nearest.empty() ? "\"pitstop help\" lists the commands." : "Did you mean \"" + nearest + "\"?");
}

std::string names_for_cli11(const OptionRow &option)
{
    return option.short_name.empty() ? option.name : option.short_name + "," + option.name;
}

struct ReadOption {
    const OptionRow *row;
    std::vector<std::string> values;
    bool flag = false;
    CLI::Option *option;
};

bool wants_help(const std::vector<std::string> &arguments)
{
    const auto end = std::find(arguments.begin(), arguments.end(), "--");
    return std::any_of(arguments.begin(), end,
                       [](const std::string &each) { return each == "--help" || each == "-h"; });
}

Invocation parse(const CommandRow &command, std::vector<std::string> arguments)
{
    CLI::App app;
    app.set_help_flag();
    const std::vector<OptionRow> rows = options_of(command);
    std::vector<ReadOption> read;
    read.reserve(rows.size());
    for (const OptionRow &row : rows) {
        ReadOption &each = read.emplace_back(ReadOption{&row, {}, false, nullptr});
        if (row.value.empty())
            each.option = app.add_flag(names_for_cli11(row), each.flag);
        else
            // One value each time, or "--hook A B" would swallow an argument.
            each.option = app.add_option(names_for_cli11(row), each.values)->expected(1)->allow_extra_args(false);
        each.option->multi_option_policy(row.repeatable ? CLI::MultiOptionPolicy::TakeAll
                                                        : CLI::MultiOptionPolicy::TakeLast);
    }
    std::vector<std::string> positional;
    app.add_option("ARGUMENT", positional)->expected(0, -1);
    std::reverse(arguments.begin(), arguments.end());
    try {
        app.parse(arguments);
    } catch (const CLI::ParseError &error) {
        throw Failure(ExitCode::usage, printable(error.what()), {},
                      "\"pitstop help " + command.name + "\" shows what it takes.");
    }
    std::map<std::string, std::vector<std::string>> options;
    for (ReadOption &each : read) {
        if (each.option->count() > 0)
            options[each.row->name] = std::move(each.values);
    }
    return Invocation(command, std::move(options), std::move(positional));
}

void require_arguments(const Invocation &invocation)
{
    const CommandRow &command = invocation.command();
    const std::string hint = "\"pitstop help " + command.name + "\" shows what it takes.";
    std::size_t required = 0;
    bool any_number = false;
    for (const ArgumentRow &argument : command.arguments) {
        required += argument.required ? 1 : 0;
        any_number = any_number || argument.repeatable;
    }
    const std::size_t given = invocation.arguments().size();
    if (given < required)
        throw Failure(ExitCode::usage, command.name + " needs " + command.arguments[given].name, {}, hint);
    if (!any_number && given > command.arguments.size())
        throw Failure(ExitCode::usage,
                      command.name + " does not take \"" + printable(invocation.arguments()[command.arguments.size()]) +
                          "\"",
                      {}, hint);
    for (const std::string &each : invocation.arguments()) {
        if (each.empty())
            throw Failure(ExitCode::usage, "an argument is empty", {}, hint);
    }
}

void require_choice(const std::string &name, const std::vector<std::string> &choices, const std::string &value)
{
    if (choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end())
        return;
    std::string allowed;
    for (const std::string &choice : choices)
        allowed += (allowed.empty() ? "" : ", ") + choice;
    throw Failure(ExitCode::usage, name + " cannot be \"" + printable(value) + "\"", {},
                  "It takes one of: " + allowed + ".");
}

void require_choices(const Invocation &invocation)
{
    for (const OptionRow &row : options_of(invocation.command())) {
        for (const std::string &value : invocation.values(row.name))
            require_choice(row.name, row.choices, value);
    }
    const std::vector<ArgumentRow> &rows = invocation.command().arguments;
    for (std::size_t at = 0; at < invocation.arguments().size(); ++at) {
        const ArgumentRow &row = rows[std::min(at, rows.size() - 1)];
        require_choice(row.name, row.choices, invocation.arguments()[at]);
    }
}

}  // namespace

std::variant<Invocation, HelpWanted, VersionWanted> read_command_line(const std::vector<std::string> &arguments)
{
    if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h")
        return HelpWanted{};
    if (arguments[0] == "--version" || arguments[0] == "-V")
        return VersionWanted{};
    if (arguments[0] == "help") {
        if (arguments.size() == 1)
            return HelpWanted{};
        if (find_command(arguments[1]) == nullptr)
            fail_on_unknown(arguments[1]);
        return HelpWanted{arguments[1]};
    }
    const CommandRow *const command = find_command(arguments[0]);
    if (command == nullptr)
        fail_on_unknown(arguments[0]);
    const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
    if (wants_help(rest))
        return HelpWanted{command->name};
    Invocation invocation = parse(*command, rest);
    require_arguments(invocation);
    require_choices(invocation);
    return invocation;
}

}  // namespace pitstop::tool
