#include "tool/core/database_setting.hpp"

#include <algorithm>
#include <vector>

#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

// PostgreSQL's own settings marked GUC_LIST_QUOTE, which extensions may not define. A single string in their place would be
// one element with commas in it.
constexpr std::string_view list_settings[] = {"local_preload_libraries",   "search_path",
                                              "session_preload_libraries", "shared_preload_libraries",
                                              "temp_tablespaces",          "unix_socket_directories"};

constexpr std::string_view blanks = " \t\n\v\f\r";

// Without the value, which may be a secret of somebody's.
[[noreturn]] void refuse(std::string_view entry)
{
    const std::string_view name = entry.substr(0, entry.find('='));
    throw Failure(ExitCode::failed, "could not read setting \"" + printable(name) + "\" of a database");
}

bool is_list(std::string_view name)
{
    return std::find(std::begin(list_settings), std::end(list_settings), name) != std::end(list_settings);
}

// TimeZone and pitstop.repair are quoted, as pg_dumpall does.
std::string setting_name(std::string_view name)
{
    const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    return std::all_of(name.begin(), name.end(), is_plain) ? std::string(name) : quoted_identifier(name);
}

// Takes a name off the front: in double quotes, with two for one, or up to a blank or comma. As SplitGUCList reads it.
std::string take_element(std::string_view &rest, std::string_view entry)
{
    std::string element;
    if (rest.empty() || rest[0] != '"') {
        element = rest.substr(0, rest.find_first_of(" \t\n\v\f\r,"));
        if (element.empty())
            refuse(entry);
        rest.remove_prefix(element.size());
        return element;
    }
    for (rest.remove_prefix(1);;) {
        const std::size_t quote = rest.find('"');
        if (quote == std::string_view::npos)
            refuse(entry);
        element += rest.substr(0, quote);
        rest.remove_prefix(quote + 1);
        if (rest.empty() || rest[0] != '"')
            return element;
        element += '"';
        rest.remove_prefix(1);
    }
}

void skip_blanks(std::string_view &rest)
{
    rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
}

std::vector<std::string> elements_of(std::string_view list, std::string_view entry)
{
    skip_blanks(list);
    if (list.empty())
        return {""};
    std::vector<std::string> elements;
    for (;;) {
        elements.push_back(take_element(list, entry));
        skip_blanks(list);
        if (list.empty())
            return elements;
        if (list[0] != ',')
            refuse(entry);
        list.remove_prefix(1);
        skip_blanks(list);
    }
}

std::string setting_value(std::string_view name, std::string_view value, std::string_view entry)
{
    if (!is_list(name))
        return quoted_literal(value);
    std::string list;
    for (const std::string &element : elements_of(value, entry))
        list += (list.empty() ? "" : ", ") + quoted_literal(element);
    return list;
}

}  // namespace

std::string setting_statement(std::string_view database, std::string_view role, std::string_view entry)
{
    const std::size_t equals = entry.find('=');
    if (equals == 0 || equals == std::string_view::npos)
        refuse(entry);
    const std::string_view name = entry.substr(0, equals);
    const std::string whose =
        role.empty() ? "ALTER DATABASE " + quoted_identifier(database)
                     : "ALTER ROLE " + quoted_identifier(role) + " IN DATABASE " + quoted_identifier(database);
    return whose + " SET " + setting_name(name) + " TO " + setting_value(name, entry.substr(equals + 1), entry);
}

}  // namespace pitstop::tool
