#include "signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "tool/core/failure.hpp"

namespace pitstop::tool {

namespace {

volatile std::sig_atomic_t first_signal = 0;
int wake_pipe[2] = {-1, -1};
int reload_pipe[2] = {-1, -1};
thread_local int unstoppable_depth = 0;

extern "C" void note_signal(int signal)
{
    const int saved = errno;
    if (first_signal == 0)
        first_signal = signal;
    const char byte = 0;
    // A full pipe wakes as well as one with a byte in it.
    [[maybe_unused]] const ssize_t written = ::write(wake_pipe[1], &byte, 1);
    errno = saved;
}

extern "C" void note_reload(int)
{
    const int saved = errno;
    const char byte = 0;
    [[maybe_unused]] const ssize_t written = ::write(reload_pipe[1], &byte, 1);
    errno = saved;
}

}  // namespace

Interrupted::Interrupted(int signal)
    : std::runtime_error("interrupted by signal " + std::to_string(signal)), signal_(signal)
{
}

void watch_signals()
{
    if (::pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        throw Failure(ExitCode::failed, "could not make a pipe");
    struct sigaction action = {};
    action.sa_handler = note_signal;
    sigemptyset(&action.sa_mask);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        // nohup and a shell's & ask for a signal to be ignored; that wish stands.
        struct sigaction before = {};
        ::sigaction(signal, nullptr, &before);
        if (before.sa_handler != SIG_IGN)
            ::sigaction(signal, &action, nullptr);
    }
    ::signal(SIGPIPE, SIG_IGN);
}

void take_hangup_for_reload()
{
    if (::pipe2(reload_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        throw Failure(ExitCode::failed, "could not make a pipe");
    struct sigaction action = {};
    action.sa_handler = note_reload;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGHUP, &action, nullptr);
}

bool reload_was_asked_for() noexcept
{
    char bytes[64];
    bool asked = false;
    while (::read(reload_pipe[0], bytes, sizeof bytes) > 0)
        asked = true;
    return asked;
}

int reload_descriptor() noexcept
{
    return reload_pipe[0];
}

int signal_descriptor() noexcept
{
    return unstoppable_depth > 0 ? -1 : wake_pipe[0];
}

int requested_signal() noexcept
{
    return first_signal;
}

void require_going_on()
{
    if (first_signal != 0 && is_stoppable())
        throw Interrupted(first_signal);
}

Unstoppable::Unstoppable() noexcept
{
    ++unstoppable_depth;
}

Unstoppable::~Unstoppable()
{
    --unstoppable_depth;
}

bool is_stoppable() noexcept
{
    return unstoppable_depth == 0;
}

SignalsBlocked::SignalsBlocked() noexcept
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
}

SignalsBlocked::~SignalsBlocked()
{
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace pitstop::tool
