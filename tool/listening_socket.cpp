#include "listening_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "tool/core/failure.hpp"

namespace pitstop::tool {

namespace {

constexpr mode_t socket_mode = 0660;

[[noreturn]] void could_not_listen(const ListenAddress &address, int error)
{
    std::string hint;
    if (error == EADDRINUSE)
        hint = "Another program listens there, perhaps another \"pitstop serve\". Stop it, or choose another port.";
    else if (error == EADDRNOTAVAIL)
        hint = "This machine has no such address; \"ip address\" shows those it has.";
    else if (error == EACCES && address.unix_path.empty())
        hint = "Ports below 1024 are for root; choose another one.";
    throw Failure(ExitCode::failed, "could not listen on " + address.text() + ": " + std::strerror(error), {}, hint);
}

Descriptor new_socket(int family)
{
    return Descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

bool set_option(const Descriptor &socket, int level, int option, int value) noexcept
{
    return setsockopt(socket.get(), level, option, &value, sizeof value) == 0;
}

template <typename SocketAddress>
bool bind_to(const Descriptor &socket, const SocketAddress &address, std::size_t size = sizeof(SocketAddress)) noexcept
{
    return bind(socket.get(), reinterpret_cast<const sockaddr *>(&address), static_cast<socklen_t>(size)) == 0;
}

// Empty with errno when it cannot be.
Descriptor bound_ipv4(const std::string &host, std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (!host.empty())
        inet_pton(AF_INET, host.c_str(), &address.sin_addr);
    Descriptor socket = new_socket(AF_INET);
    const bool is_bound = socket && set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1) && bind_to(socket, address);
    return is_bound ? std::move(socket) : Descriptor();
}

// Without a host also of IPv4's addresses; with one never, whatever the system's default is.
Descriptor bound_ipv6(const std::string &host, std::uint16_t port)
{
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    if (!host.empty())
        inet_pton(AF_INET6, host.c_str(), &address.sin6_addr);
    Descriptor socket = new_socket(AF_INET6);
    const bool is_bound = socket && set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1) &&
                          set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, host.empty() ? 0 : 1) &&
                          bind_to(socket, address);
    return is_bound ? std::move(socket) : Descriptor();
}

Descriptor bound_tcp(const ListenAddress &address)
{
    if (address.host.find(':') != std::string::npos)
        return bound_ipv6(address.host, address.port);
    if (address.host.empty()) {
        Descriptor both = bound_ipv6("", address.port);
        const bool lacks_ipv6 = !both && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL);
        if (!lacks_ipv6)
            return both;
    }
    return bound_ipv4(address.host, address.port);
}

std::uint16_t port_of(const Descriptor &socket)
{
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    if (getsockname(socket.get(), reinterpret_cast<sockaddr *>(&bound), &size) != 0)
        return 0;
    return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6 &>(bound).sin6_port
                                             : reinterpret_cast<const sockaddr_in &>(bound).sin_port);
}

sockaddr_un unix_address(const std::string &path) noexcept
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

// A socket's file stays when its program is killed.
void remove_deserted_socket(const ListenAddress &address)
{
    struct stat file;
    if (lstat(address.unix_path.c_str(), &file) != 0) {
        if (errno != ENOENT)
            could_not_listen(address, errno);
        return;
    }
    if (!S_ISSOCK(file.st_mode))
        throw Failure(ExitCode::failed, "could not listen on " + address.text() + ": there is a file that is no socket",
                      {}, "Choose another path, or move the file away.");
    const Descriptor caller = new_socket(AF_UNIX);
    const sockaddr_un there = unix_address(address.unix_path);
    const bool is_deserted = connect(caller.get(), reinterpret_cast<const sockaddr *>(&there), sizeof there) != 0 &&
                             (errno == ECONNREFUSED || errno == ENOENT);
    if (!is_deserted)
        could_not_listen(address, EADDRINUSE);
    if (unlink(address.unix_path.c_str()) != 0 && errno != ENOENT)
        could_not_listen(address, errno);
}

ListeningSocket bound_unix(const ListenAddress &address)
{
    remove_deserted_socket(address);
    Descriptor socket = new_socket(AF_UNIX);
    // Linux gives the file the socket's own mode less the umask: it is never open to more than it will be.
    if (!socket || fchmod(socket.get(), socket_mode) != 0 || !bind_to(socket, unix_address(address.unix_path)))
        could_not_listen(address, errno);
    SocketFile file(address.unix_path);
    if (chmod(address.unix_path.c_str(), socket_mode) != 0)
        could_not_listen(address, errno);
    return {std::move(socket), std::move(file), address};
}

}  // namespace

void SocketFile::remove() noexcept
{
    if (!path_.empty())
        unlink(path_.c_str());
    path_.clear();
}

ListeningSocket listen_on(const ListenAddress &address)
{
    ListeningSocket socket =
        address.unix_path.empty() ? ListeningSocket{bound_tcp(address), SocketFile(), address} : bound_unix(address);
    if (!socket.descriptor || listen(socket.descriptor.get(), SOMAXCONN) != 0)
        could_not_listen(address, errno);
    if (address.unix_path.empty())
        socket.address.port = port_of(socket.descriptor);
    return socket;
}

}  // namespace pitstop::tool
