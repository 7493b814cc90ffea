// UTF-8 whose characters from U+0080 to U+FFFF are moved up into a plane for private use, and back. For toml++ 3.3: its test for
// Unicode's blanks has no defined result for letters up to U+0499, but knows that there are none beyond U+FEFF.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pitstop::tool {

// Invalid UTF-8 and a byte order mark at the beginning stay. Nothing when a character is up there already.
std::optional<std::string> lifted(std::string_view text);
std::string lowered(std::string_view text);

}  // namespace pitstop::tool
