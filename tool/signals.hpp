// SIGINT, SIGTERM and SIGHUP ask the program to end; it does so at the next step, after clearing up.
#pragma once

#include <csignal>
#include <stdexcept>

namespace pitstop::tool {

// Thrown where a wish to end is noticed; main turns it into exit status 128 + signal.
class Interrupted : public std::runtime_error {
public:
    explicit Interrupted(int signal);
    int signal() const noexcept { return signal_; }

private:
    int signal_;
};

// Handlers set a flag and write to a pipe, so that a poll() on signal_descriptor() wakes. SIGPIPE is ignored.
void watch_signals();

// From then on SIGHUP asks for the configuration to be read again, and no more for the end.
void take_hangup_for_reload();
// Whether it was asked for since the last call. Wakes a poll() on reload_descriptor().
bool reload_was_asked_for() noexcept;
int reload_descriptor() noexcept;

int signal_descriptor() noexcept;  // readable once a signal came; never read from
int requested_signal() noexcept;   // 0, or the first signal that came
void require_going_on();           // throws Interrupted once a signal came, but inside of Unstoppable

// While it lives, this thread notices no signal: for clearing up, which has to come to its end.
class Unstoppable {
public:
    Unstoppable() noexcept;
    ~Unstoppable();
    Unstoppable(const Unstoppable &) = delete;
    Unstoppable &operator=(const Unstoppable &) = delete;
};

bool is_stoppable() noexcept;

// While it lives, this thread takes no signal, nor do threads that it starts: all are the main thread's, and calls of libraries in
// others are not interrupted by them.
class SignalsBlocked {
public:
    SignalsBlocked() noexcept;
    ~SignalsBlocked();
    SignalsBlocked(const SignalsBlocked &) = delete;
    SignalsBlocked &operator=(const SignalsBlocked &) = delete;

private:
    sigset_t before_;
};

}  // namespace pitstop::tool
