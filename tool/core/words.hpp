// Numbers as people read them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace pitstop::tool {

std::string size_text(std::uint64_t bytes);        // 0 B, 999 B, 1.0 kB, 215 MB, 1.3 GB (steps of 1000)
std::string count_text(std::uint64_t count);       // 9,000,000
std::string span_text(std::chrono::seconds span);  // 5 s, 3 min 20 s, 2 h 5 min, 3 days 4 h
std::string age_text(std::chrono::seconds age);    // just now, 5 minutes ago, 1 hour ago, 3 days ago, in 2 hours
std::string plural(std::uint64_t count, std::string_view one, std::string_view many);  // "1 backup", "3 backups"

// For a terminal or a log: control characters, invalid UTF-8 and line breaks become \n, \t, \x1b, …; the rest stays.
std::string printable(std::string_view text);

// "a", 'it''s' for SQL identifiers and literals where no parameter can stand (ALTER DATABASE); never for values elsewhere.
std::string quoted_identifier(std::string_view name);
std::string quoted_literal(std::string_view text);  // E'' form where a backslash is in it

}  // namespace pitstop::tool
