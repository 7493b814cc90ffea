// Looks through a TOML text for what can stand in quotes and comments only. Not a parser: of a text that is no TOML it is right
// up to where that shows.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace pitstop::tool {

// The line of the first character beyond ASCII outside of quotes and comments: curly quotes, mostly. toml++ 3.3 must not see it,
// as its test for Unicode's blanks has no defined result for letters up to U+0499.
std::optional<std::size_t> line_beyond_ascii(std::string_view text) noexcept;

}  // namespace pitstop::tool
