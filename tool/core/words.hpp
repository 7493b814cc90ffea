// Ages and texts as people read them; numbers are in core/number_words.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/number_words.hpp"

namespace pitstop::tool {

std::string age_text(std::chrono::seconds age);  // just now, 5 minutes ago, 1 hour ago, 3 days ago, in 2 hours

// For a terminal or a log: control characters, invalid UTF-8 and line breaks become \n, \t, \x1b, …; the rest stays.
std::string printable(std::string_view text);

// "a", 'it''s' for SQL identifiers and literals where no parameter can stand (ALTER DATABASE); never for values elsewhere.
std::string quoted_identifier(std::string_view name);
std::string quoted_literal(std::string_view text);  // E'' form where a backslash is in it

}  // namespace pitstop::tool
