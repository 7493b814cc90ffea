// A .env file as docker compose reads it, taken as data: nothing in it is ever run or expanded.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace pitstop::tool {

using Variables = std::map<std::string, std::string>;

// NAME=VALUE to a line, `export ` before it allowed; # begins a comment at the start of a line, and after a space behind an
// unquoted value. Quotes around a value go, and a quoted value may span lines; `$`, backslashes (but \" \\ \n in double
// quotes) and everything else stay as they are. CRLF and a byte order mark are taken. The last assignment of a name wins.
// Raises Failure (usage) with the line's number, and never the line itself, which may hold a password.
Variables parse_env_file(std::string_view text);

}  // namespace pitstop::tool
