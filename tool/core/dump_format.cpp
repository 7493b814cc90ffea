#include "tool/core/dump_format.hpp"

#include <algorithm>

namespace pitstop::tool {

namespace {

bool begins_with(std::string_view text, std::string_view beginning)
{
    return text.substr(0, beginning.size()) == beginning;
}

bool begins_with_in_any_case(std::string_view text, std::string_view beginning)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return text.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), text.begin(),
                                                         [&](char expected, char c) { return lower(c) == expected; });
}

// pg_dump's archive in a tar begins with its table of contents; "ustar" is where POSIX has it.
bool is_tar_of_pg_dump(std::string_view start)
{
    constexpr std::string_view first_member("toc.dat\0", 8);
    constexpr std::size_t magic_at = 257;
    return begins_with(start, first_member) && start.size() > magic_at && begins_with(start.substr(magic_at), "ustar");
}

bool is_age(std::string_view start)
{
    return begins_with(start, "age-encryption.org/v1\n") || begins_with(start, "-----BEGIN AGE ENCRYPTED FILE-----");
}

std::string_view without_byte_order_mark(std::string_view text)
{
    constexpr std::string_view mark = "\xef\xbb\xbf";
    return begins_with(text, mark) ? text.substr(mark.size()) : text;
}

std::string_view without_blanks_behind(std::string_view line)
{
    const std::size_t last = line.find_last_not_of(" \t\r");
    return last == std::string_view::npos ? std::string_view() : line.substr(0, last + 1);
}

bool is_web_page(std::string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    return begins_with_in_any_case(text, "<!doctype html") || begins_with_in_any_case(text, "<html");
}

// Before pg_dump's title stand only its own comments: what something else printed into the file is no SQL. The title of
// pg_dumpall is another one, and what it writes connects to databases by itself.
bool is_sql_of_pg_dump(std::string_view text)
{
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = without_blanks_behind(text.substr(0, end));
        if (line == "-- PostgreSQL database dump")
            return true;
        if (!line.empty() && line != "--" && !begins_with(line, "\\restrict "))
            return false;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return false;
}

}  // namespace

DumpFormat recognise_dump(std::string_view start)
{
    if (start.empty())
        return DumpFormat::empty;
    if (begins_with(start, "PGDMP"))
        return DumpFormat::custom;
    if (begins_with(start, "\x1f\x8b"))
        return DumpFormat::gzip;
    if (begins_with(start, "\x28\xb5\x2f\xfd"))
        return DumpFormat::zstd;
    if (is_age(start))
        return DumpFormat::age;
    if (is_tar_of_pg_dump(start))
        return DumpFormat::tar;
    const std::string_view text = without_byte_order_mark(start);
    if (is_sql_of_pg_dump(text))
        return DumpFormat::plain;
    return is_web_page(text) ? DumpFormat::html : DumpFormat::foreign;
}

const char *name_of(DumpFormat format) noexcept
{
    switch (format) {
    case DumpFormat::custom: return "a custom-format archive of pg_dump";
    case DumpFormat::directory: return "a directory-format archive of pg_dump";
    case DumpFormat::tar: return "a tar-format archive of pg_dump";
    case DumpFormat::plain: return "an SQL dump of pg_dump";
    case DumpFormat::gzip: return "a file compressed with gzip";
    case DumpFormat::zstd: return "a file compressed with zstd";
    case DumpFormat::age: return "a file encrypted with age";
    case DumpFormat::empty: return "an empty file";
    case DumpFormat::html: return "a web page";
    case DumpFormat::foreign: break;
    }
    return "no dump of a database";
}

bool ends_as_plain_dump(std::string_view end)
{
    while (!end.empty()) {
        const std::size_t newline = end.rfind('\n');
        // Where the line began is not seen: it may be the end of a row that looks like it.
        if (newline == std::string_view::npos)
            return false;
        const std::string_view line = without_blanks_behind(end.substr(newline + 1));
        if (line == "-- PostgreSQL database dump complete")
            return true;
        if (!line.empty() && line != "--" && !begins_with(line, "\\unrestrict "))
            return false;
        end.remove_suffix(end.size() - newline);
    }
    return false;
}

}  // namespace pitstop::tool
