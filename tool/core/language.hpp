// Which language a browser is answered in: Accept-Language as RFC 9110 writes it, looked up as RFC 4647 says.
#pragma once

#include <string_view>
#include <vector>

namespace pitstop::tool {

// One of `offered` (primary subtags in lower case, at least one): the one wanted most, the first one where none is wanted. Of
// equally wanted ones the header's first wins. What is not written by the rules is passed over.
std::string_view preferred_language(std::string_view accept_language, const std::vector<std::string_view> &offered);

}  // namespace pitstop::tool
