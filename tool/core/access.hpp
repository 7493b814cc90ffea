// Who may see what the HTTP server tells: the rule of the token.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pitstop::tool {

// What a 401 says in WWW-Authenticate; browsers then ask for a name and a password.
constexpr const char *access_challenge = "Basic realm=\"pitstop\", charset=\"UTF-8\"";

// Anybody may ask for /health_check and /livez, and for all where there is no token. Otherwise the Authorization header
// must hold the token: as "Bearer TOKEN", or as the password of "Basic", whatever the user's name. An empty token lets nobody
// pass. How long a comparison takes tells nothing of the token.
bool may_pass(std::string_view path, std::string_view authorization, const std::optional<std::string> &token);

}  // namespace pitstop::tool
