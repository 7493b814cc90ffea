// The clients of the HTTP server, and until when each has to come on. Whoever sends or reads a byte now and then is not idle
// for a server library, and would hold his connection for ever: here a deadline is one whatever he does.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <string>

namespace pitstop::tool {

class HttpClients {
public:
    using Clock = std::chrono::steady_clock;

    class Client {
        friend class HttpClients;

    public:
        Client(int socket, std::string client_address) noexcept : address(std::move(client_address)), socket_(socket) {}

        const std::string address;  // bytes; clients of one network's address have the same; empty: of a unix socket

    private:
        int socket_;  // the library's
        Clock::time_point deadline_;
        std::list<Client> *list_ = nullptr;
        std::list<Client>::iterator self_;
    };

    HttpClients(std::chrono::seconds exchange_limit, std::chrono::seconds idle_limit) noexcept;
    HttpClients(const HttpClients &) = delete;
    HttpClients &operator=(const HttpClients &) = delete;

    Client *add(int socket, std::string address);  // as if it had begun an exchange
    void remove(Client &client) noexcept;

    void begin_exchange(Client &client) noexcept;  // to send a request, or to read an answer
    void end_exchange(Client &client) noexcept;

    // Shuts sockets down, so that the library sees their end and closes them; remove() is called then.
    void shut_overdue() noexcept;
    void shut_idle() noexcept;

    std::optional<Clock::time_point> next_deadline() const noexcept;
    std::size_t count() const noexcept { return exchanging_.size() + idle_.size() + shut_.size(); }

private:
    void move_to(std::list<Client> &list, Client &client, std::chrono::seconds limit) noexcept;
    void shut(Client &client) noexcept;

    std::chrono::seconds exchange_limit_;
    std::chrono::seconds idle_limit_;
    // Each list has one limit, so whose deadline is next is first.
    std::list<Client> exchanging_;
    std::list<Client> idle_;
    std::list<Client> shut_;
};

}  // namespace pitstop::tool
