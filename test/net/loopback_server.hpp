// A server on the loopback interface, on a port that the system chooses: each connection is served by a function, in a
// thread of its own. It is shut down with the object.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace pitstop::test {

class Connection {
public:
    explicit Connection(int socket) noexcept : socket_(socket) {}

    // Up to the empty line; less when the client has gone.
    std::string read_request();
    std::string read(std::size_t bytes);
    // Whether it was sent: not when the client has gone.
    bool send(std::string_view bytes);
    // A pause that ends at once when the client goes; tells whether it is still there.
    bool is_there_after(std::chrono::milliseconds pause);
    void wait_for_the_end();
    // Has the connection end with a reset instead of an orderly close.
    void reset();

private:
    int socket_;
};

class LoopbackServer {
public:
    explicit LoopbackServer(std::function<void(Connection &)> serve);
    ~LoopbackServer();
    LoopbackServer(const LoopbackServer &) = delete;
    LoopbackServer &operator=(const LoopbackServer &) = delete;

    std::string address() const;  // 127.0.0.1:port
    std::string url(const std::string &path = "/") const { return "http://" + address() + path; }
    int connections() const noexcept { return connections_; }

private:
    void accept_all();
    void serve_one(int socket);

    std::function<void(Connection &)> serve_;
    int listener_;
    std::atomic<int> connections_{0};
    std::mutex mutex_;
    std::vector<int> sockets_;  // guarded by mutex_, closed at the end
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

// An address on which nobody listens.
std::string deserted_address();

}  // namespace pitstop::test
