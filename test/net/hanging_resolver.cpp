#include "hanging_resolver.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include <netdb.h>
#include <pthread.h>

namespace pitstop::test {

namespace {

struct Calls {
    std::mutex mutex;
    std::condition_variable changed;
    bool hang = false;
    int count = 0;
    std::optional<sigset_t> signal_mask;
};

// Never destroyed: a resolver thread may outlive main().
Calls &calls()
{
    static auto *const calls = new Calls;
    return *calls;
}

}  // namespace

HangingResolver::HangingResolver()
{
    const std::lock_guard lock(calls().mutex);
    calls().hang = true;
    calls().signal_mask.reset();
}

HangingResolver::~HangingResolver()
{
    std::unique_lock lock(calls().mutex);
    calls().hang = false;
    calls().changed.notify_all();
    calls().changed.wait(lock, [] { return calls().count == 0; });
}

bool HangingResolver::is_called() const
{
    const std::lock_guard lock(calls().mutex);
    return calls().count > 0;
}

std::optional<sigset_t> HangingResolver::signal_mask() const
{
    const std::lock_guard lock(calls().mutex);
    return calls().signal_mask;
}

}  // namespace pitstop::test

extern "C" int getaddrinfo(const char *, const char *, const addrinfo *, addrinfo **)
{
    using pitstop::test::calls;
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    std::unique_lock lock(calls().mutex);
    calls().signal_mask = mask;
    ++calls().count;
    // A client that waits for this thread gets stuck: not for ever, so that the test can fail.
    calls().changed.wait_for(lock, std::chrono::seconds{20}, [] { return !calls().hang; });
    --calls().count;
    calls().changed.notify_all();
    return EAI_NONAME;
}
