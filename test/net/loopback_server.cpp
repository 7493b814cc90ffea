#include "loopback_server.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pitstop::test {

namespace {

[[noreturn]] void give_up(const char *what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

int bound_socket()
{
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0)
        give_up("could not make a socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        give_up("could not bind a socket");
    return socket;
}

std::string address_of(int socket)
{
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (getsockname(socket, reinterpret_cast<sockaddr *>(&address), &size) != 0)
        give_up("could not ask for the port");
    return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

}  // namespace

std::string Connection::read_request()
{
    std::string request;
    for (char c; request.find("\r\n\r\n") == std::string::npos && recv(socket_, &c, 1, 0) == 1;)
        request += c;
    return request;
}

std::string Connection::read(std::size_t bytes)
{
    std::string text(bytes, '\0');
    const ssize_t received = recv(socket_, text.data(), bytes, MSG_WAITALL);
    text.resize(received < 0 ? 0 : static_cast<std::size_t>(received));
    return text;
}

bool Connection::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool Connection::is_there_after(std::chrono::milliseconds pause)
{
    pollfd gone{socket_, POLLRDHUP, 0};
    return poll(&gone, 1, static_cast<int>(pause.count())) == 0;
}

void Connection::wait_for_the_end()
{
    char ignored[1024];
    while (recv(socket_, ignored, sizeof ignored, 0) > 0) {
    }
}

void Connection::reset()
{
    const linger at_once{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

LoopbackServer::LoopbackServer(std::function<void(Connection &)> serve)
    : serve_(std::move(serve)), listener_(bound_socket())
{
    if (listen(listener_, 16) != 0)
        give_up("could not listen");
    acceptor_ = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer()
{
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
        const std::lock_guard lock(mutex_);
        for (const int socket : sockets_)
            shutdown(socket, SHUT_RDWR);
    }
    for (std::thread &thread : threads_)
        thread.join();
    close(listener_);
}

std::string LoopbackServer::address() const
{
    return address_of(listener_);
}

void LoopbackServer::accept_all()
{
    for (int socket; (socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
        ++connections_;
        {
            const std::lock_guard lock(mutex_);
            sockets_.push_back(socket);
        }
        threads_.emplace_back([this, socket] { serve_one(socket); });
    }
}

void LoopbackServer::serve_one(int socket)
{
    Connection connection(socket);
    serve_(connection);
    const std::lock_guard lock(mutex_);
    sockets_.erase(std::find(sockets_.begin(), sockets_.end(), socket));
    close(socket);
}

std::string deserted_address()
{
    const int socket = bound_socket();
    const std::string address = address_of(socket);
    close(socket);
    return address;
}

}  // namespace pitstop::test
