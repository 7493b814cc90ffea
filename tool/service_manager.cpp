#include "service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "descriptor.hpp"

namespace pitstop::tool {

namespace {

std::optional<long> number_in(const char *variable)
{
    const char *const text = std::getenv(variable);
    if (text == nullptr)
        return std::nullopt;
    long number = 0;
    const auto end = std::from_chars(text, text + std::strlen(text), number);
    return end.ec == std::errc() && *end.ptr == '\0' ? std::optional(number) : std::nullopt;
}

}  // namespace

void notify_service_manager(const std::string &state) noexcept
{
    const char *const path = std::getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {};
    if (path == nullptr || (path[0] != '/' && path[0] != '@') || std::strlen(path) >= sizeof address.sun_path)
        return;
    address.sun_family = AF_UNIX;
    const std::size_t length = std::strlen(path);
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@')
        address.sun_path[0] = '\0';  // a socket in the abstract name space
    const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (socket)
        ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<struct sockaddr *>(&address),
                 static_cast<socklen_t>(offsetof(struct sockaddr_un, sun_path) + length));
}

std::optional<std::chrono::microseconds> watchdog_interval()
{
    const auto wanted = number_in("WATCHDOG_USEC");
    const auto whose = number_in("WATCHDOG_PID");
    if (!wanted || *wanted <= 0 || (whose && *whose != ::getpid()))
        return std::nullopt;
    return std::chrono::microseconds(*wanted);
}

}  // namespace pitstop::tool
