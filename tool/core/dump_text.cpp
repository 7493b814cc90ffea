#include "tool/core/dump_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace pitstop::tool {

namespace {

// Of a line only its beginning matters; a row of data can be megabytes long. The longest statement that matters is the COPY of a
// table with 1,600 columns whose names have 63 bytes, in quotes.
constexpr std::size_t longest_line = 1 << 18;

bool begins_with(std::string_view text, std::string_view beginning)
{
    return text.substr(0, beginning.size()) == beginning;
}

bool ends_with(std::string_view text, std::string_view ending)
{
    return text.size() >= ending.size() && text.substr(text.size() - ending.size()) == ending;
}

bool is_copy(std::string_view line)
{
    return begins_with(line, "COPY ") && ends_with(line, " FROM stdin;");
}

std::string_view without_carriage_return(std::string_view line)
{
    return ends_with(line, "\r") ? line.substr(0, line.size() - 1) : line;
}

// An identifier at the beginning of `text`, which is moved behind it. Nothing where there is none.
std::optional<std::string> take_identifier(std::string_view &text)
{
    std::string name;
    if (!begins_with(text, "\"")) {
        const std::size_t end = std::min(text.find_first_of(" .,;()"), text.size());
        name = text.substr(0, end);
        text.remove_prefix(end);
        return name.empty() ? std::nullopt : std::optional(name);
    }
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] != '"') {
            name += text[at];
        } else if (at + 1 < text.size() && text[at + 1] == '"') {
            name += '"';
            ++at;
        } else {
            text.remove_prefix(at + 1);
            return name;
        }
    }
    return std::nullopt;
}

std::optional<TableName> take_table(std::string_view &text)
{
    std::optional<std::string> first = take_identifier(text);
    if (!first || !begins_with(text, "."))
        return first ? std::optional(TableName{"public", *first}) : std::nullopt;
    text.remove_prefix(1);
    const std::optional<std::string> second = take_identifier(text);
    return second ? std::optional(TableName{*first, *second}) : std::nullopt;
}

// Where `name` stands in "(a, b, c) FROM stdin;"; -1: nowhere.
int column_in(std::string_view text, std::string_view name)
{
    const std::size_t open = text.find('(');
    if (open == std::string_view::npos)
        return -1;
    text.remove_prefix(open + 1);
    for (int column = 0;; ++column) {
        const std::optional<std::string> each = take_identifier(text);
        if (!each)
            return -1;
        if (*each == name)
            return column;
        if (!begins_with(text, ", "))
            return -1;
        text.remove_prefix(2);
    }
}

std::string_view field_of(std::string_view row, int column)
{
    for (; column > 0; --column) {
        const std::size_t tab = row.find('\t');
        if (tab == std::string_view::npos)
            return {};
        row.remove_prefix(tab + 1);
    }
    return row.substr(0, row.find('\t'));
}

// "ALTER TABLE public.cars OWNER TO teslamate;", "GRANT SELECT ON TABLE public.cars TO grafana;"
void take_role(std::string_view line, std::string_view before, std::set<std::string> &roles)
{
    const std::size_t at = line.rfind(before);
    if (at == std::string_view::npos)
        return;
    std::string_view rest = line.substr(at + before.size());
    const bool is_quoted = begins_with(rest, "\"");
    const std::optional<std::string> role = take_identifier(rest);
    if (role && (is_quoted || (*role != "PUBLIC" && *role != "CURRENT_USER" && *role != "SESSION_USER")))
        roles.insert(*role);
}

// "ALTER DEFAULT PRIVILEGES FOR ROLE teslamate IN SCHEMA public GRANT SELECT ON TABLES TO grafana;"
void take_default_privileges(std::string_view line, std::set<std::string> &roles)
{
    std::string_view owner = line.substr(0, line.find(" IN SCHEMA "));
    owner = owner.substr(0, std::min(owner.find(" GRANT "), owner.find(" REVOKE ")));
    take_role(owner, " FOR ROLE ", roles);
    take_role(line, line.find(" GRANT ") == std::string_view::npos ? " FROM " : " TO ", roles);
}

int major_in(std::string_view line, std::string_view before)
{
    int major = 0;
    const std::string_view digits = line.substr(before.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), major);
    return major;
}

constexpr std::string_view dumped_from = "-- Dumped from database version ";
constexpr std::string_view last_line = "-- PostgreSQL database dump complete";

}  // namespace

void DumpText::add(std::string_view bytes)
{
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::string_view piece = bytes.substr(0, end);
        if (rest_.empty() && !rest_is_cut_ && end != std::string_view::npos) {
            take_line(piece.substr(0, longest_line));
        } else {
            rest_.append(piece.substr(0, longest_line - std::min(longest_line, rest_.size())));
            rest_is_cut_ = true;
            if (end != std::string_view::npos) {
                take_line(rest_);
                rest_.clear();
                rest_is_cut_ = false;
            }
        }
        bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    }
}

DumpFacts DumpText::finish()
{
    if (!rest_.empty())
        take_line(rest_);
    rest_.clear();
    return std::move(facts_);
}

void DumpText::take_line(std::string_view line)
{
    if (in_copy_)
        take_row(line);
    else
        take_statement(without_carriage_return(line));
}

void DumpText::take_row(std::string_view line)
{
    if (without_carriage_return(line) == "\\.") {
        in_copy_ = false;
        return;
    }
    ++*rows_;
    if (migration_column_ < 0)
        return;
    const std::string_view field = field_of(without_carriage_return(line), migration_column_);
    std::int64_t version = 0;
    std::from_chars(field.data(), field.data() + field.size(), version);
    facts_.teslamate_migration = std::max(facts_.teslamate_migration, version);
}

void DumpText::take_statement(std::string_view line)
{
    if (line.empty() || begins_with(line, "--")) {
        if (line == last_line)
            facts_.is_complete = true;
        if (begins_with(line, dumped_from))
            facts_.server_major = major_in(line, dumped_from);
        return;
    }
    if (is_copy(line)) {
        std::string_view rest = line.substr(std::strlen("COPY "));
        const std::optional<TableName> table = take_table(rest);
        if (!table)
            return;
        in_copy_ = true;
        rows_ = &facts_.copied_rows[*table];
        migration_column_ = table->name == "schema_migrations" ? column_in(rest, "version") : -1;
    } else if (begins_with(line, "INSERT INTO ")) {
        facts_.has_inserts = true;
    } else if (begins_with(line, "\\connect ") || begins_with(line, "\\c ") || begins_with(line, "CREATE DATABASE ")) {
        facts_.changes_database = true;
    } else if (begins_with(line, "CREATE EXTENSION ")) {
        constexpr std::string_view guarded = "CREATE EXTENSION IF NOT EXISTS ";
        std::string_view rest = line.substr(begins_with(line, guarded) ? guarded.size() : 17);
        if (const auto name = take_identifier(rest))
            facts_.extensions.insert(*name);
    } else if (begins_with(line, "ALTER ")) {
        take_role(line, " OWNER TO ", facts_.roles);
        if (begins_with(line, "ALTER DEFAULT PRIVILEGES FOR ROLE "))
            take_default_privileges(line, facts_.roles);
    } else if (begins_with(line, "GRANT ")) {
        take_role(line, " TO ", facts_.roles);
    }
    // What stands behind the last line but belongs to it: \unrestrict. Anything else means that the file goes on.
    if (facts_.is_complete && !begins_with(line, "\\unrestrict "))
        facts_.is_complete = false;
}

bool DumpFilter::is_wanted(std::string_view line)
{
    const std::string_view plain = without_carriage_return(line);
    if (in_copy_) {
        in_copy_ = plain != "\\.";
        return true;
    }
    if (in_dropped_statement_) {
        in_dropped_statement_ = !ends_with(plain, ";");
        return false;
    }
    if (is_copy(plain)) {
        in_copy_ = true;
        return true;
    }
    if (begins_with(plain, "\\restrict ") || begins_with(plain, "\\unrestrict "))
        return false;
    created_something_ = created_something_ || begins_with(plain, "CREATE ");
    const bool is_drop = begins_with(plain, "DROP ") ||
                         (begins_with(plain, "ALTER ") && (plain.find(" DROP CONSTRAINT ") != std::string_view::npos ||
                                                           ends_with(plain, " DROP DEFAULT;")));
    if (created_something_ || !is_drop)
        return true;
    in_dropped_statement_ = !ends_with(plain, ";");
    return false;
}

void DumpFilter::add(std::string_view bytes, std::string &out)
{
    // Rows, nearly all of a dump, go on in one piece: only where statements are, lines are looked at one by one.
    while (!bytes.empty()) {
        if (rest_.empty() && in_copy_) {
            const std::size_t end = bytes.rfind("\n\\.");
            const std::size_t last = bytes.rfind('\n');
            if (end == std::string_view::npos && !begins_with(bytes, "\\.") && last != std::string_view::npos) {
                out.append(bytes.substr(0, last + 1));
                bytes.remove_prefix(last + 1);
                continue;
            }
        }
        const std::size_t end = bytes.find('\n');
        if (end == std::string_view::npos) {
            rest_.append(bytes);
            return;
        }
        const bool is_whole = rest_.empty();
        if (!is_whole)
            rest_.append(bytes.substr(0, end));
        const std::string_view line = is_whole ? bytes.substr(0, end) : std::string_view(rest_);
        if (is_wanted(line)) {
            out.append(line);
            out += '\n';
        }
        rest_.clear();
        bytes.remove_prefix(end + 1);
    }
}

void DumpFilter::finish(std::string &out)
{
    if (!rest_.empty() && is_wanted(rest_))
        out.append(rest_);
    rest_.clear();
}

}  // namespace pitstop::tool
