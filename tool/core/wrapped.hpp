// Text in lines that a terminal has room for.
#pragma once

#include <cstddef>
#include <string>

namespace pitstop::tool {

constexpr std::size_t widest_line = 100;

// The words of a paragraph in lines, with a line break at its end. `column` is where the first line begins already; the others
// begin at `indent`. A word that is longer than a line has one of its own.
std::string wrapped(const std::string &paragraph, std::size_t column, std::size_t indent);

}  // namespace pitstop::tool
