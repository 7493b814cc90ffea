#include "tool/core/access.hpp"

#include <algorithm>

#include "tool/core/base64.hpp"

namespace pitstop::tool {

namespace {

constexpr std::size_t longest_credentials = 4096;

// Looks at every byte of `given`, however early it differs. Volatile, so that no compiler returns early either.
bool equal_in_constant_time(std::string_view given, std::string_view secret) noexcept
{
    if (secret.empty())
        return false;
    volatile unsigned char difference = given.size() == secret.size() ? 0 : 1;
    for (std::size_t i = 0; i < given.size(); ++i)
        difference = difference | static_cast<unsigned char>(given[i] ^ secret[i % secret.size()]);
    return difference == 0;
}

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// What follows "SCHEME" and spaces; nothing for another scheme. Schemes are compared without case (RFC 9110, 11.1).
std::optional<std::string_view> credentials_of(std::string_view authorization, std::string_view scheme) noexcept
{
    const bool is_scheme =
        authorization.size() > scheme.size() && authorization[scheme.size()] == ' ' &&
        std::equal(scheme.begin(), scheme.end(), authorization.begin(), [](char a, char b) { return a == lower(b); });
    if (!is_scheme)
        return std::nullopt;
    authorization.remove_prefix(scheme.size());
    authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
    return authorization;
}

// The password may hold colons, the user's name cannot (RFC 7617).
std::optional<std::string> password_of(std::string_view credentials)
{
    const std::optional<std::string> pair = decode_base64(credentials);
    const std::size_t colon = pair ? pair->find(':') : std::string::npos;
    if (colon == std::string::npos)
        return std::nullopt;
    return pair->substr(colon + 1);
}

}  // namespace

bool may_pass(std::string_view path, std::string_view authorization, const std::optional<std::string> &token)
{
    if (!token || path == "/health_check" || path == "/livez")
        return true;
    if (authorization.size() > longest_credentials)
        return false;
    if (const auto given = credentials_of(authorization, "bearer"))
        return equal_in_constant_time(*given, *token);
    const auto basic = credentials_of(authorization, "basic");
    const auto password = basic ? password_of(*basic) : std::nullopt;
    return password && equal_in_constant_time(*password, *token);
}

}  // namespace pitstop::tool
