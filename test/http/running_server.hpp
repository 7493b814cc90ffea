// An HttpServer in a loop of its own, in a thread, on a port that the system chooses.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tool/descriptor.hpp"
#include "tool/http_server.hpp"

namespace pitstop::tool::test {

// "/health_check": nothing; "/request": what was asked, one thing to a line; "/large": 64 MiB; "/401": a challenge;
// "/fault": an exception; "/broken": a header with a line break; anything else: 404 and "none\n".
HttpAnswer answer_of(const HttpRequest &request);
constexpr std::size_t large_bytes = std::size_t{64} << 20;

class RunningServer {
public:
    explicit RunningServer(const HttpLimits &limits = {}, const std::string &address = "127.0.0.1:0");
    ~RunningServer();
    RunningServer(const RunningServer &) = delete;
    RunningServer &operator=(const RunningServer &) = delete;

    const std::string &address() const noexcept { return address_; }
    int requests() const noexcept { return requests_; }  // that came to the handler
    std::size_t connections();
    void quiesce();

private:
    void run();
    void in_loop(std::function<void()> task);  // returns when it is done

    std::atomic<int> requests_{0};
    HttpServer server_;
    std::string address_;
    Descriptor wake_;
    std::mutex mutex_;
    std::vector<std::function<void()>> tasks_;
    bool is_over_ = false;
    std::thread thread_;
};

}  // namespace pitstop::tool::test
