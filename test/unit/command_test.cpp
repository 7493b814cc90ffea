#include "tool/core/command.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pitstop::tool::test {

TEST(The_command_table, has_each_name_once)
{
    std::set<std::string> names;
    for (const CommandRow &command : command_table())
        EXPECT_TRUE(names.insert(command.name).second) << command.name;
    EXPECT_FALSE(names.empty());
}

TEST(The_command_table, finds_each_command_by_its_name_and_no_other)
{
    for (const CommandRow &command : command_table())
        EXPECT_EQ(find_command(command.name), &command);
    EXPECT_EQ(find_command("rest"), nullptr);
    EXPECT_EQ(find_command(""), nullptr);
}

TEST(The_command_table, says_of_each_command_what_it_does)
{
    for (const CommandRow &command : command_table()) {
        EXPECT_FALSE(command.summary.empty()) << command.name;
        EXPECT_NE(command.summary.back(), '.') << command.name;
        EXPECT_FALSE(command.description.empty()) << command.name;
        EXPECT_FALSE(command.group.empty()) << command.name;
    }
}

TEST(Options, begin_with_two_dashes_and_have_a_summary)
{
    for (const CommandRow &command : command_table()) {
        for (const OptionRow &option : options_of(command)) {
            EXPECT_EQ(option.name.substr(0, 2), "--") << command.name << " " << option.name;
            EXPECT_GT(option.name.size(), 3U) << command.name;
            EXPECT_FALSE(option.summary.empty()) << command.name << " " << option.name;
            EXPECT_TRUE(option.short_name.empty() || (option.short_name.size() == 2 && option.short_name[0] == '-'))
                << option.short_name;
        }
    }
}

TEST(Options, have_each_name_once_in_a_command)
{
    for (const CommandRow &command : command_table()) {
        std::set<std::string> names;
        for (const OptionRow &option : options_of(command)) {
            EXPECT_TRUE(names.insert(option.name).second) << command.name << " " << option.name;
            const bool is_new = option.short_name.empty() || names.insert(option.short_name).second;
            EXPECT_TRUE(is_new) << command.name << " " << option.short_name;
        }
    }
}

TEST(Options, hold_dry_run_where_something_changes_and_nowhere_else)
{
    for (const CommandRow &command : command_table()) {
        bool has_dry_run = false;
        for (const OptionRow &option : options_of(command))
            has_dry_run = has_dry_run || option.name == "--dry-run";
        EXPECT_EQ(has_dry_run, command.changes) << command.name;
    }
}

TEST(Arguments, that_are_required_come_before_the_others)
{
    for (const CommandRow &command : command_table()) {
        bool was_optional = false;
        for (const ArgumentRow &argument : command.arguments) {
            EXPECT_FALSE(was_optional && argument.required) << command.name << " " << argument.name;
            was_optional = was_optional || !argument.required;
        }
    }
}

TEST(Examples, are_command_lines_of_their_command_and_tell_what_they_do)
{
    for (const CommandRow &command : command_table()) {
        for (const ExampleRow &example : command.examples) {
            EXPECT_EQ(example.line.rfind("pitstop " + command.name, 0), 0U) << example.line;
            EXPECT_FALSE(example.says.empty()) << example.line;
        }
    }
}

TEST(Examples, use_only_options_that_the_command_has)
{
    for (const CommandRow &command : command_table()) {
        std::set<std::string> names;
        for (const OptionRow &option : options_of(command))
            names.insert(option.name);
        for (const ExampleRow &example : command.examples) {
            for (std::size_t at = 0; (at = example.line.find(" --", at)) != std::string::npos; ++at) {
                const std::size_t end = example.line.find_first_of(" =", at + 1);
                const std::string name = example.line.substr(at + 1, end - at - 1);
                EXPECT_EQ(names.count(name), 1U) << example.line << ": " << name;
            }
        }
    }
}

}  // namespace pitstop::tool::test
