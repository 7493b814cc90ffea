#include "http_clients.hpp"

#include <sys/socket.h>

#include <algorithm>

namespace pitstop::tool {

HttpClients::HttpClients(std::chrono::seconds exchange_limit, std::chrono::seconds idle_limit) noexcept
    : exchange_limit_(exchange_limit), idle_limit_(idle_limit)
{
}

HttpClients::Client *HttpClients::add(int socket, std::string address)
{
    Client &client = exchanging_.emplace_back(socket, std::move(address));
    client.list_ = &exchanging_;
    client.self_ = std::prev(exchanging_.end());
    client.deadline_ = Clock::now() + exchange_limit_;
    return &client;
}

void HttpClients::remove(Client &client) noexcept
{
    client.list_->erase(client.self_);
}

void HttpClients::begin_exchange(Client &client) noexcept
{
    move_to(exchanging_, client, exchange_limit_);
}

void HttpClients::end_exchange(Client &client) noexcept
{
    move_to(idle_, client, idle_limit_);
}

void HttpClients::move_to(std::list<Client> &list, Client &client, std::chrono::seconds limit) noexcept
{
    if (client.list_ == &shut_)
        return;
    list.splice(list.end(), *client.list_, client.self_);
    client.list_ = &list;
    client.deadline_ = Clock::now() + limit;
}

void HttpClients::shut_overdue() noexcept
{
    const Clock::time_point now = Clock::now();
    while (!exchanging_.empty() && exchanging_.front().deadline_ <= now) {
        // What he has not read is dropped with the connection instead of being kept by the kernel for him.
        const linger at_once{1, 0};
        setsockopt(exchanging_.front().socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        shut(exchanging_.front());
    }
    while (!idle_.empty() && idle_.front().deadline_ <= now)
        shut(idle_.front());
}

void HttpClients::shut_idle() noexcept
{
    while (!idle_.empty())
        shut(idle_.front());
}

void HttpClients::shut(Client &client) noexcept
{
    shutdown(client.socket_, SHUT_RDWR);
    shut_.splice(shut_.end(), *client.list_, client.self_);
    client.list_ = &shut_;
}

std::optional<HttpClients::Clock::time_point> HttpClients::next_deadline() const noexcept
{
    if (exchanging_.empty() && idle_.empty())
        return std::nullopt;
    if (exchanging_.empty() || idle_.empty())
        return (idle_.empty() ? exchanging_ : idle_).front().deadline_;
    return std::min(exchanging_.front().deadline_, idle_.front().deadline_);
}

}  // namespace pitstop::tool
