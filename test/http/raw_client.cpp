#include "raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tool/core/listen_address.hpp"

namespace pitstop::tool::test {

namespace {

template <typename SocketAddress>
bool connect_to(const Descriptor &socket, const SocketAddress &address) noexcept
{
    return connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
}

bool connect_to(const Descriptor &socket, const ListenAddress &address)
{
    if (!address.unix_path.empty()) {
        sockaddr_un there{};
        there.sun_family = AF_UNIX;
        address.unix_path.copy(there.sun_path, sizeof there.sun_path - 1);
        return connect_to(socket, there);
    }
    if (address.host.find(':') != std::string::npos) {
        sockaddr_in6 there{};
        there.sin6_family = AF_INET6;
        there.sin6_port = htons(address.port);
        inet_pton(AF_INET6, address.host.c_str(), &there.sin6_addr);
        return connect_to(socket, there);
    }
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(address.port);
    inet_pton(AF_INET, address.host.c_str(), &there.sin_addr);
    return connect_to(socket, there);
}

int family_of(const ListenAddress &address) noexcept
{
    if (!address.unix_path.empty())
        return AF_UNIX;
    return address.host.find(':') != std::string::npos ? AF_INET6 : AF_INET;
}

Answer parsed(std::string_view head)
{
    Answer answer;
    std::size_t line_end = head.find("\r\n");
    if (head.substr(0, 9) == "HTTP/1.1 " || head.substr(0, 9) == "HTTP/1.0 ")
        answer.status = std::stoi(std::string(head.substr(9, 3)));
    while (line_end + 2 < head.size()) {
        head.remove_prefix(line_end + 2);
        line_end = head.find("\r\n");
        const std::string_view line = head.substr(0, line_end);
        const std::size_t colon = line.find(": ");
        answer.headers[std::string(line.substr(0, colon))] = line.substr(colon + 2);
    }
    return answer;
}

}  // namespace

RawClient::RawClient(const std::string &address)
{
    const ListenAddress there = parse_listen_address(address);
    socket_ = Descriptor(::socket(family_of(there), SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval limit{patience.count(), 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    is_connected_ = connect_to(socket_, there);
}

bool RawClient::send(std::string_view bytes) noexcept
{
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void RawClient::end_sending() noexcept
{
    shutdown(socket_.get(), SHUT_WR);
}

bool RawClient::receive()
{
    char bytes[16384];
    const ssize_t size = recv(socket_.get(), bytes, sizeof bytes, 0);
    if (size > 0)
        received_.append(bytes, static_cast<std::size_t>(size));
    return size > 0;
}

Answer RawClient::read_answer(bool has_body)
{
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos)
        if (!receive())
            return {};
    Answer answer = parsed(std::string_view(received_).substr(0, end + 2));
    received_.erase(0, end + 4);
    const std::size_t size = has_body ? std::stoul(answer.headers.at("Content-Length")) : 0;
    while (received_.size() < size)
        if (!receive())
            return {};
    answer.body = received_.substr(0, size);
    received_.erase(0, size);
    return answer;
}

std::string RawClient::read_to_the_end()
{
    while (receive()) {
    }
    return std::move(received_);
}

std::string RawClient::read_what_comes(std::chrono::milliseconds pause)
{
    while (has_bytes(pause) && receive()) {
    }
    return std::move(received_);
}

bool RawClient::is_closed()
{
    ssize_t size = 0;
    for (char bytes[16384]; (size = recv(socket_.get(), bytes, sizeof bytes, 0)) > 0;) {
    }
    return size == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

bool RawClient::has_bytes(std::chrono::milliseconds wait) const noexcept
{
    pollfd readable{socket_.get(), POLLIN, 0};
    return poll(&readable, 1, static_cast<int>(wait.count())) != 0;
}

bool RawClient::read_byte() noexcept
{
    char byte = 0;
    return recv(socket_.get(), &byte, 1, 0) == 1;
}

std::string request_for(const std::string &path, const std::string &headers, const std::string &method)
{
    return method + ' ' + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

Answer ask(const std::string &address, const std::string &path)
{
    RawClient client(address);
    client.send(request_for(path));
    return client.read_answer();
}

}  // namespace pitstop::tool::test
