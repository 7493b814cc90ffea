// The one table of commands: what is parsed, helped with, completed and put into the man page comes from these rows.
#pragma once

#include <string>
#include <vector>

namespace pitstop::tool {

struct OptionRow {
    std::string name;        // "--jobs"
    std::string short_name;  // "-j", or empty
    std::string value;       // what it takes, as help calls it: "N"; empty for a flag
    std::string summary;     // "streams of pg_dump" - lower case, no period
    bool repeatable = false;
    enum class Complete { nothing, file, directory, backup, database } complete = Complete::nothing;
    std::vector<std::string> choices;  // for completion; an empty list takes anything
};

struct ArgumentRow {
    std::string name;  // "BACKUP"
    std::string summary;
    bool required = false;
    bool repeatable = false;
    OptionRow::Complete complete = OptionRow::Complete::nothing;
    std::vector<std::string> choices = {};  // as those of an option
};

struct ExampleRow {
    std::string line;  // a whole command line
    std::string says;  // what it does
};

struct CommandRow {
    std::string name;
    std::string summary;      // a line in `pitstop help`
    std::string description;  // paragraphs, separated by empty lines
    std::vector<ArgumentRow> arguments;
    std::vector<OptionRow> options;  // without those that every command has
    std::vector<ExampleRow> examples;
    bool connects = true;    // takes the options of connecting
    bool changes = false;    // takes --dry-run
    std::string group = {};  // under which help lists it: "Backups"
};

// All commands, in the order in which help shows them.
const std::vector<CommandRow> &command_table();

// Options of connecting; those that every command has.
const std::vector<OptionRow> &connection_options();
const std::vector<OptionRow> &common_options();

// The options a command takes in all: its own, --dry-run, those of connecting, the common ones.
std::vector<OptionRow> options_of(const CommandRow &command);

const CommandRow *find_command(const std::string &name);

}  // namespace pitstop::tool
