// JSON from outside, checked before anything is done with it: what PostgreSQL's jsonb would refuse, or what nests so
// deep that reading it takes a stack, is no JSON here.
#pragma once

#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

namespace pitstop {

// Nothing for what is no JSON, has anything before or behind it, nests deeper than 32, holds a \u0000, invalid UTF-8 or a
// number that numeric cannot hold. Never throws for what the bytes say.
std::optional<nlohmann::json> read_checked_json(std::string_view text);

}  // namespace pitstop
