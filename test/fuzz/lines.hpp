// Texts out of a fuzzer's bytes: a line each, which a corpus can be read and written with.
#pragma once

#include <algorithm>
#include <string_view>

namespace pitstop::fuzz {

// Takes the first line off the text; behind the end all lines are empty.
inline std::string_view take_line(std::string_view &rest)
{
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
}

}  // namespace pitstop::fuzz
