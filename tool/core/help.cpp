#include "tool/core/help.hpp"

#include <algorithm>
#include <vector>

#include "tool/core/help_topics.hpp"
#include "tool/core/wrapped.hpp"

namespace pitstop::tool {

namespace {

constexpr std::size_t widest_name = 28;  // a longer one gets a line of its own

std::string paragraphs(const std::string &text, std::size_t indent)
{
    std::string result;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find("\n\n", at), text.size());
        result += (at > 0 ? "\n" : "") + std::string(indent, ' ') + wrapped(text.substr(at, end - at), indent, indent);
        at = end + 2;
    }
    return result;
}

// Two columns: names, and what they are.
std::string listed(const std::vector<TopicRow> &rows)
{
    std::size_t name_width = 0;
    for (const TopicRow &row : rows) {
        if (row.name.size() <= widest_name)
            name_width = std::max(name_width, row.name.size());
    }
    const std::size_t indent = 2 + name_width + 2;
    std::string text;
    for (const TopicRow &row : rows) {
        text += "  " + row.name;
        text += row.name.size() > name_width ? "\n" + std::string(indent, ' ')
                                             : std::string(indent - 2 - row.name.size(), ' ');
        text += wrapped(row.says, indent, indent);
    }
    return text;
}

std::string section(const std::string &title, const std::string &body)
{
    return body.empty() ? "" : "\n" + title + ":\n" + body;
}

std::string says_of(const OptionRow &option)
{
    std::string says = option.summary;
    for (const std::string &choice : option.choices)
        says += (&choice == &option.choices.front() ? ": " : ", ") + choice;
    return option.repeatable ? says + " (can be given several times)" : says;
}

std::string options_text(const std::vector<OptionRow> &options)
{
    std::vector<TopicRow> rows;
    for (const OptionRow &option : options) {
        const std::string short_name = option.short_name.empty() ? "    " : option.short_name + ", ";
        const std::string value = option.value.empty() ? "" : " " + option.value;
        rows.push_back({short_name + option.name + value, says_of(option)});
    }
    return listed(rows);
}

std::string arguments_text(const std::vector<ArgumentRow> &arguments)
{
    std::vector<TopicRow> rows;
    for (const ArgumentRow &argument : arguments)
        rows.push_back({argument.name, argument.summary});
    return listed(rows);
}

std::string examples_text(const std::vector<ExampleRow> &examples)
{
    std::string text;
    for (const ExampleRow &example : examples)
        text += "  " + example.line + "\n      " + wrapped(example.says, 6, 6);
    return text;
}

std::string commands_text()
{
    std::string text;
    const auto &table = command_table();
    for (auto first = table.begin(); first != table.end();) {
        const auto end =
            std::find_if(first, table.end(), [&first](const CommandRow &each) { return each.group != first->group; });
        std::vector<TopicRow> rows;
        std::transform(first, end, std::back_inserter(rows), [](const CommandRow &command) {
            return TopicRow{command.name, command.summary};
        });
        text += section(first->group, listed(rows));
        first = end;
    }
    return text;
}

}  // namespace

std::string help_text()
{
    return "usage: pitstop COMMAND [ARGUMENT...] [OPTION...]\n\n"
           "Backs up, restores and mends the database of TeslaMate.\n" +
           commands_text() + section("Connecting", paragraphs(how_to_connect(), 2)) +
           section("Exit status", listed(exit_statuses())) +
           "\n\"pitstop help COMMAND\" shows its options and examples; \"pitstop --version\" the version.\n";
}

std::string help_text(const CommandRow &command)
{
    // options_of() gives a command's own ones first, with --dry-run.
    std::vector<OptionRow> own = options_of(command);
    own.resize(own.size() - common_options().size() - (command.connects ? connection_options().size() : 0));
    return "usage: " + usage_of(command) + "\n\n" + paragraphs(command.description, 0) +
           section("Arguments", arguments_text(command.arguments)) + section("Options", options_text(own)) +
           section("Connecting", command.connects ? options_text(connection_options()) : "") +
           section("Common options", options_text(common_options())) +
           section("Examples", examples_text(command.examples));
}

}  // namespace pitstop::tool
