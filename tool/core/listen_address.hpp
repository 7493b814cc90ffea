// Where `pitstop serve` listens: an address and a port, or a unix socket. Names are not looked up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace pitstop::tool {

struct ListenAddress {
    std::string host;  // an IPv4 or IPv6 address without brackets; empty: all of both
    std::uint16_t port = 0;
    std::string unix_path;  // then neither host nor port counts

    bool is_private() const noexcept;  // loopback or a unix socket: nobody comes from outside
    std::string text() const;          // as parse_listen_address() reads it
};

constexpr std::size_t longest_unix_path = 107;  // sun_path holds 108 bytes with the NUL

// "127.0.0.1:4001", "[::1]:4001", "localhost:4001", ":4001" (all addresses), "unix:/run/pitstop.sock"; port 0 lets the system
// choose one. Raises Failure (usage).
ListenAddress parse_listen_address(const std::string &text);

}  // namespace pitstop::tool
