#include "running_server.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <future>
#include <stdexcept>

namespace pitstop::tool::test {

HttpAnswer answer_of(const HttpRequest &request)
{
    if (request.path == "/health_check")
        return {};
    if (request.path == "/request")
        return {
            200, "text/plain", request.path + '\n' + request.accept_language + '\n' + request.authorization + '\n', {}};
    if (request.path == "/large")
        return {200, "text/plain", std::string(large_bytes, 'x'), {}};
    if (request.path == "/401")
        return {401, "text/plain", "no\n", "Basic realm=\"pitstop\""};
    if (request.path == "/fault")
        throw std::runtime_error("a fault");
    if (request.path == "/broken")
        return {401, {}, {}, "Basic\r\nSet-Cookie: a=b"};
    return {404, "text/plain", "none\n", {}};
}

RunningServer::RunningServer(const HttpLimits &limits, const std::string &address)
    : server_(parse_listen_address(address), limits,
              [this](const HttpRequest &request) {
                  ++requests_;
                  return answer_of(request);
              }),
      address_(server_.bound_address()), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), thread_([this] { run(); })
{
}

RunningServer::~RunningServer()
{
    in_loop([this] { is_over_ = true; });
    thread_.join();
}

std::size_t RunningServer::connections()
{
    std::size_t count = 0;
    in_loop([&] { count = server_.connections(); });
    return count;
}

void RunningServer::quiesce()
{
    in_loop([this] { server_.quiesce(); });
}

void RunningServer::in_loop(std::function<void()> task)
{
    std::promise<void> done;
    {
        const std::lock_guard lock(mutex_);
        tasks_.emplace_back([&] {
            task();
            done.set_value();
        });
    }
    eventfd_write(wake_.get(), 1);
    done.get_future().wait();
}

void RunningServer::run()
{
    while (!is_over_) {
        pollfd ready[] = {{server_.descriptor(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
        poll(ready, 2, static_cast<int>(server_.wait_at_most().count()));
        server_.advance();
        eventfd_t ignored = 0;
        eventfd_read(wake_.get(), &ignored);
        std::vector<std::function<void()>> tasks;
        {
            const std::lock_guard lock(mutex_);
            tasks.swap(tasks_);
        }
        for (const auto &task : tasks)
            task();
    }
}

}  // namespace pitstop::tool::test
