#include <algorithm>

#include "tool/core/help.hpp"
#include "tool/core/help_topics.hpp"

namespace pitstop::tool {

namespace {

// Text for roff, which has its own ideas of hyphens, quotes and lines that begin with a dot.
std::string roff(const std::string &text)
{
    std::string result;
    for (const char each : text) {
        switch (each) {
        case '\\': result += "\\e"; break;
        case '-': result += "\\-"; break;
        case '\'': result += "\\(aq"; break;
        case '`': result += "\\(ga"; break;
        case '~': result += "\\(ti"; break;
        case '^': result += "\\(ha"; break;
        default: result += each;
        }
    }
    return result.rfind('.', 0) == 0 ? "\\&" + result : result;
}

std::string bold(const std::string &text)
{
    return "\\fB" + roff(text) + "\\fR";
}

std::string italic(const std::string &text)
{
    return "\\fI" + roff(text) + "\\fR";
}

std::string paragraphs(const std::string &text)
{
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find("\n\n", at), text.size());
        result += ".PP\n" + roff(text.substr(at, end - at)) + "\n";
        at = end + 2;
    }
    return result;
}

std::string item(const std::string &tag, const std::string &says)
{
    return ".TP\n" + tag + "\n" + roff(says) + "\n";
}

std::string options_text(const std::vector<OptionRow> &options)
{
    std::string text;
    for (const OptionRow &option : options) {
        std::string tag = option.short_name.empty() ? "" : bold(option.short_name) + ", ";
        tag += bold(option.name) + (option.value.empty() ? "" : " " + italic(option.value));
        text += item(tag, option.summary);
    }
    return text;
}

std::string command_text(const CommandRow &command)
{
    std::string text = ".SS " + bold(usage_of(command)) + "\n" + paragraphs(command.description);
    for (const ArgumentRow &argument : command.arguments)
        text += item(italic(argument.name), argument.summary);
    text += options_text(command.options);
    if (command.changes)
        text += item(bold("-n") + ", " + bold("--dry-run"), "only say what would be done");
    return text;
}

std::string examples_text()
{
    std::string text;
    for (const CommandRow &command : command_table()) {
        for (const ExampleRow &example : command.examples)
            text += item(bold(example.line), example.says);
    }
    return text;
}

std::string topics_text(const std::vector<TopicRow> &rows)
{
    std::string text;
    for (const TopicRow &row : rows)
        text += item(bold(row.name), row.says);
    return text;
}

}  // namespace

std::string man_page(const std::string &version)
{
    std::string text = ".\\\" -*- coding: UTF-8 -*-\n"
                       ".TH PITSTOP 1 \"\" \"pitstop " +
                       version +
                       "\" \"User Commands\"\n"
                       // Long names are no reason to stretch a line or to break words in two.
                       ".ad l\n.nh\n"
                       ".SH NAME\npitstop \\- back up, restore and mend the database of TeslaMate\n"
                       ".SH SYNOPSIS\n" +
                       bold("pitstop") + " " + italic("COMMAND") + " [" + italic("ARGUMENT") + "...] [" +
                       italic("OPTION") + "...]\n";
    text += ".SH DESCRIPTION\n" +
            paragraphs("pitstop backs up a TeslaMate database so that the backup is proven to be whole, restores it "
                       "without putting the old one at risk, and closes, deletes and mends drives and charges through "
                       "the functions of the extension of the same name, which keeps a journal of every change.\n\n"
                       "Results go to standard output, all else to standard error.");
    text += ".SH COMMANDS\n";
    for (const CommandRow &command : command_table())
        text += command_text(command);
    text += ".SH COMMON OPTIONS\n" + options_text(common_options());
    text += ".SH CONNECTING\n" + paragraphs(how_to_connect()) + options_text(connection_options());
    text += ".SH ENVIRONMENT\n" + topics_text(environment_variables());
    text += ".SH EXIT STATUS\n" + topics_text(exit_statuses());
    text += ".SH EXAMPLES\n" + examples_text();
    return text + ".SH SEE ALSO\n" + bold("pg_dump") + "(1), " + bold("pg_restore") + "(1), " + bold("psql") + "(1)\n";
}

}  // namespace pitstop::tool
