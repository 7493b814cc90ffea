// Base64 (RFC 4648, section 4), read strictly.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pitstop::tool {

// Nothing for what no encoder writes: other characters, white space, missing or wrong padding, bits left over.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace pitstop::tool
