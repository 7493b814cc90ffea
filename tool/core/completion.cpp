#include <algorithm>

#include "tool/core/help.hpp"

namespace pitstop::tool {

namespace {

using Complete = OptionRow::Complete;

// Prints the names of the backups in $directory. No server is asked: --host names none, and overrules all else.
constexpr const char *print_backups =
    "pitstop list --json --backup-dir \"$directory\" --host /nonexistent 2>/dev/null |\n"
    "        sed -n '/^  \"backups\": \\[/,/^  \\]/s/^      \"name\": \"\\([^\"\\\\]*\\)\",*$/\\1/p'";

std::string joined(const std::vector<std::string> &words)
{
    std::string text;
    for (const std::string &word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

std::string command_names()
{
    std::string names;
    for (const CommandRow &command : command_table())
        names += command.name + " ";
    return names + "help";
}

std::string replaced(std::string text, const std::string &what, const std::string &by)
{
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
    return text;
}

// ---- bash

std::string bash_action(Complete complete, const std::vector<std::string> &choices)
{
    if (!choices.empty())
        return "_pitstop_words '" + joined(choices) + "'";
    switch (complete) {
    case Complete::file: return "_pitstop_paths -f";
    case Complete::directory: return "_pitstop_paths -d";
    case Complete::backup: return "_pitstop_paths -f; _pitstop_backups";
    case Complete::database:
    case Complete::nothing: break;
    }
    return ":";
}

std::string bash_values(const CommandRow &command)
{
    std::string text;
    for (const OptionRow &option : options_of(command)) {
        if (option.value.empty())
            continue;
        text += "    '" + command.name + " " + option.name + "'";
        if (!option.short_name.empty())
            text += " | '" + command.name + " " + option.short_name + "'";
        text += ") " + bash_action(option.complete, option.choices) + "; return ;;\n";
    }
    return text;
}

std::string bash_words(const CommandRow &command)
{
    std::vector<std::string> names;
    for (const OptionRow &option : options_of(command)) {
        names.push_back(option.name);
        if (!option.short_name.empty())
            names.push_back(option.short_name);
    }
    const std::string arguments =
        command.arguments.empty() ? ":" : bash_action(command.arguments[0].complete, command.arguments[0].choices);
    const std::string pattern = "    '" + command.name + " '";
    return pattern + "-*) _pitstop_words '" + joined(names) + "' ;;\n" + pattern + "*) " + arguments + " ;;\n";
}

// ---- zsh

std::string zsh_quoted(const std::string &text)
{
    return "'" + replaced(text, "'", "'\\''") + "'";
}

// Inside of a specification for _arguments and _describe, these have a meaning.
std::string zsh_escaped(const std::string &text)
{
    std::string result;
    for (const char each : text) {
        if (each == ':' || each == '[' || each == ']' || each == '\\')
            result += '\\';
        result += each;
    }
    return result;
}

std::string zsh_action(Complete complete, const std::vector<std::string> &choices)
{
    if (!choices.empty())
        return "(" + joined(choices) + ")";
    switch (complete) {
    case Complete::file: return "_files";
    case Complete::directory: return "_files -/";
    case Complete::backup: return "_pitstop_backups";
    case Complete::database:
    case Complete::nothing: break;
    }
    return "";
}

std::string zsh_option(const OptionRow &option)
{
    const std::string says = "[" + zsh_escaped(option.summary) + "]";
    const std::string value =
        option.value.empty() ? "" : ":" + zsh_escaped(option.value) + ":" + zsh_action(option.complete, option.choices);
    const std::string equals = option.value.empty() ? "" : "=";
    if (option.short_name.empty())
        return zsh_quoted((option.repeatable ? "*" : "") + option.name + equals + says + value);
    return zsh_quoted("(" + option.short_name + " " + option.name + ")") + "{" + option.short_name + "," + option.name +
           equals + "}" + zsh_quoted(says + value);
}

std::string zsh_command(const CommandRow &command)
{
    std::string text = "    " + command.name + ")\n        _arguments -S";
    for (const OptionRow &option : options_of(command))
        text += " \\\n            " + zsh_option(option);
    for (const ArgumentRow &argument : command.arguments)
        text += " \\\n            " + zsh_quoted((argument.repeatable ? "*:" : "1:") + zsh_escaped(argument.summary) +
                                                 ":" + zsh_action(argument.complete, argument.choices));
    return text + "\n        ;;\n";
}

// ---- fish

std::string fish_quoted(const std::string &text)
{
    return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
}

std::string fish_action(Complete complete, const std::vector<std::string> &choices)
{
    if (!choices.empty())
        return " -a " + fish_quoted(joined(choices));
    switch (complete) {
    case Complete::file: return " -F";
    case Complete::directory: return " -a '(__fish_complete_directories)'";
    case Complete::backup: return " -F -a '(__pitstop_backups)'";
    case Complete::database:
    case Complete::nothing: break;
    }
    return "";
}

std::string fish_command(const CommandRow &command)
{
    const std::string start = "complete -c pitstop -n '__pitstop_is " + command.name + "'";
    std::string text;
    for (const OptionRow &option : options_of(command)) {
        text += start + " -l " + option.name.substr(2);
        if (!option.short_name.empty())
            text += " -s " + option.short_name.substr(1);
        if (!option.value.empty())
            text += " -r" + fish_action(option.complete, option.choices);
        text += " -d " + fish_quoted(option.summary) + "\n";
    }
    for (const ArgumentRow &argument : command.arguments) {
        const std::string action = fish_action(argument.complete, argument.choices);
        if (!action.empty())
            text += start + action + "\n";
    }
    return text;
}

}  // namespace

std::string bash_completion()
{
    std::string values;
    std::string words;
    for (const CommandRow &command : command_table()) {
        values += bash_values(command);
        words += bash_words(command);
    }
    return "# bash completion for pitstop\n\n"
           "_pitstop_words()\n{\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$current\")\n}\n\n"
           "_pitstop_paths()\n{\n"
           "    compopt -o filenames 2>/dev/null\n"
           "    mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$current\")\n}\n\n"
           "_pitstop_backups()\n{\n"
           "    local directory=${PITSTOP_BACKUP_DIR-} at name\n"
           "    for ((at = 2; at < COMP_CWORD - 1; ++at)); do\n"
           "        [[ ${COMP_WORDS[at]} == --backup-dir ]] || continue\n"
           "        directory=${COMP_WORDS[at + 1]}\n"
           "        [[ $directory != '=' ]] || directory=${COMP_WORDS[at + 2]}\n"
           "    done\n"
           "    directory=${directory/#\\~\\//$HOME/}\n"
           "    [[ -n $directory ]] || return\n"
           "    while IFS= read -r name; do\n"
           "        [[ $name == \"$current\"* ]] && COMPREPLY+=(\"$name\")\n"
           "    done < <(" +
           std::string(print_backups) +
           ")\n}\n\n"
           "_pitstop()\n{\n"
           "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
           "    COMPREPLY=()\n"
           "    # bash takes --option=value for three words.\n"
           "    if [[ $current == '=' ]]; then\n"
           "        current=''\n"
           "    elif [[ $previous == '=' ]]; then\n"
           "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
           "    fi\n"
           "    if ((COMP_CWORD == 1)); then\n"
           "        _pitstop_words '" +
           command_names() +
           " --help --version'\n"
           "        return\n"
           "    fi\n"
           "    case \"${COMP_WORDS[1]} $previous\" in\n"
           "    'help help') _pitstop_words '" +
           command_names() + "'; return ;;\n" + values +
           "    esac\n"
           "    case \"${COMP_WORDS[1]} $current\" in\n" +
           words +
           "    esac\n}\n\n"
           "complete -F _pitstop pitstop\n";
}

std::string zsh_completion()
{
    std::string text = "#compdef pitstop\n\n"
                       "_pitstop_backups() {\n"
                       "    local directory=${(Q)opt_args[--backup-dir]:-$PITSTOP_BACKUP_DIR}\n"
                       "    local -a names\n"
                       "    directory=${directory/#\\~\\//$HOME/}\n"
                       "    if [[ -n $directory ]]; then\n"
                       "        names=(${(f)\"$(" +
                       std::string(print_backups) +
                       ")\"})\n"
                       "        compadd -a names\n"
                       "    fi\n"
                       "    _files\n}\n\n"
                       "_pitstop() {\n"
                       "    local -a commands=(\n";
    for (const CommandRow &command : command_table())
        text += "        " + zsh_quoted(zsh_escaped(command.name) + ":" + zsh_escaped(command.summary)) + "\n";
    text += "        'help:show help'\n"
            "    )\n"
            "    if ((CURRENT == 2)) || [[ $words[2] == help ]]; then\n"
            "        _describe -t commands command commands\n"
            "        return\n"
            "    fi\n"
            "    shift words\n"
            "    ((CURRENT--))\n"
            "    case $words[1] in\n";
    for (const CommandRow &command : command_table())
        text += zsh_command(command);
    return text + "    esac\n}\n\n"
                  "# Loaded by itself on the first completion, or sourced.\n"
                  "if [[ $funcstack[1] == _pitstop ]]; then\n"
                  "    _pitstop \"$@\"\n"
                  "else\n"
                  "    compdef _pitstop pitstop\n"
                  "fi\n";
}

std::string fish_completion()
{
    std::string text = "# fish completion for pitstop\n\n"
                       "function __pitstop_is\n"
                       "    set -l words (commandline -opc)\n"
                       "    test (count $words) -ge 2; and contains -- $words[2] $argv\n"
                       "end\n\n"
                       "function __pitstop_backups\n"
                       "    set -l directory $PITSTOP_BACKUP_DIR\n"
                       "    set -l words (commandline -opc)\n"
                       "    set -l at (contains -i -- --backup-dir $words)\n"
                       "    and set directory (string replace -r '^~/' \"$HOME/\" -- $words[(math $at + 1)])\n"
                       "    test -n \"$directory\"; or return\n"
                       "    " +
                       std::string(print_backups) +
                       "\nend\n\n"
                       "complete -c pitstop -f\n"
                       "complete -c pitstop -n '__pitstop_is help' -a " +
                       fish_quoted(command_names()) +
                       "\n"
                       "complete -c pitstop -n 'test (count (commandline -opc)) -eq 1' -a help -d 'show help'\n";
    for (const CommandRow &command : command_table())
        text += "complete -c pitstop -n 'test (count (commandline -opc)) -eq 1' -a " + command.name + " -d " +
                fish_quoted(command.summary) + "\n";
    for (const CommandRow &command : command_table())
        text += fish_command(command);
    return text;
}

}  // namespace pitstop::tool
