#include "tool/core/listen_address.hpp"

#include <charconv>
#include <optional>
#include <string_view>

#include <arpa/inet.h>

#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr const char *forms = "Give ADDRESS:PORT, [IPV6]:PORT, :PORT for all addresses, or unix:/PATH.";

[[noreturn]] void refuse(const std::string &text, const std::string &detail, const std::string &hint = forms)
{
    throw Failure(ExitCode::usage, "cannot listen on \"" + printable(text) + "\"", detail, hint);
}

bool is_ipv4(const std::string &host) noexcept
{
    in_addr address;
    return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_ipv6(const std::string &host) noexcept
{
    in6_addr address;
    return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

std::optional<std::uint16_t> port_of(std::string_view text) noexcept
{
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return port;
}

std::string checked_unix_path(const std::string &text)
{
    const std::string path = text.substr(unix_prefix.size());
    if (path.empty() || path[0] != '/')
        refuse(text, "The path of a unix socket begins with a slash.");
    if (path.find('\0') != std::string::npos)
        refuse(text, "A path cannot hold a NUL character.");
    if (path.size() > longest_unix_path)
        refuse(text, "The path of a unix socket has at most " + std::to_string(longest_unix_path) + " bytes.",
               "Choose a shorter directory.");
    return path;
}

std::string checked_host(const std::string &text, const std::string &host)
{
    const bool is_bracketed = !host.empty() && host.front() == '[';
    if (is_bracketed) {
        const std::string inside = host.back() == ']' ? host.substr(1, host.size() - 2) : "";
        if (!is_ipv6(inside))
            refuse(text, "What stands in brackets is no IPv6 address.");
        return inside;
    }
    if (host.empty() || is_ipv4(host))
        return host;
    if (host == "localhost")
        return "127.0.0.1";
    if (host.find(':') != std::string::npos)
        refuse(text, "An IPv6 address stands in brackets.");
    refuse(text, "Names are not looked up, as one may have several addresses.",
           "Give the address itself; 127.0.0.1 is this machine alone.");
}

}  // namespace

bool ListenAddress::is_private() const noexcept
{
    return !unix_path.empty() || host == "::1" || (is_ipv4(host) && host.compare(0, 4, "127.") == 0);
}

std::string ListenAddress::text() const
{
    if (!unix_path.empty())
        return std::string(unix_prefix) + unix_path;
    const bool needs_brackets = host.find(':') != std::string::npos;
    return (needs_brackets ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

ListenAddress parse_listen_address(const std::string &text)
{
    ListenAddress address;
    if (text.compare(0, unix_prefix.size(), unix_prefix) == 0) {
        address.unix_path = checked_unix_path(text);
        return address;
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos)
        refuse(text, "There is no colon before the port.");
    address.host = checked_host(text, text.substr(0, colon));
    const std::optional<std::uint16_t> port = port_of(std::string_view(text).substr(colon + 1));
    if (!port)
        refuse(text, "A port is a number from 0 to 65535.");
    address.port = *port;
    return address;
}

}  // namespace pitstop::tool
