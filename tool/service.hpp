// The service that must not write while its database is exchanged: TeslaMate.
#pragma once

#include <string>

#include "process.hpp"

namespace pitstop::tool {

class Service {
public:
    // systemd:UNIT, compose:NAME[@DIR] or command:STOP;START. Failure (usage) for anything else.
    static Service parse(const std::string &text);

    const std::string &text() const noexcept { return text_; }  // as it was given
    // Of a command nothing is known, so it counts as running.
    bool is_running() const;
    void stop() const;
    void start() const;

private:
    std::string text_;
    ProgramCall ask_;  // prints something while it runs; empty: cannot be asked
    ProgramCall stop_;
    ProgramCall start_;
};

// Waits until a GET of the URL is answered with 2xx. False when the time is over.
bool wait_until_healthy(const std::string &url);

}  // namespace pitstop::tool
