// The tests' own getaddrinfo, which libcurl's resolver threads call instead of the C library's. No name exists, and no
// server is asked; while a HangingResolver lives, calls do not even return.
#pragma once

#include <csignal>
#include <optional>

namespace pitstop::test {

class HangingResolver {
public:
    HangingResolver();
    ~HangingResolver();  // waits until all calls have returned
    HangingResolver(const HangingResolver &) = delete;
    HangingResolver &operator=(const HangingResolver &) = delete;

    bool is_called() const;
    // The signal mask of the thread that called last.
    std::optional<sigset_t> signal_mask() const;
};

}  // namespace pitstop::test
