// What a restore leaves when it fails: everything as it was, and a sentence on each thing that is not.
#pragma once

#include <cstdio>
#include <string>

#include "connecting.hpp"
#include "restore.hpp"
#include "signals.hpp"

namespace pitstop::tool {

// The service of a restore: stopped once, started again whatever happens in between.
class StoppedService {
public:
    // `is_stopped`: an earlier run has stopped it.
    explicit StoppedService(RestoreRecord record, bool is_stopped = false)
        : record_(std::move(record)), is_stopped_(is_stopped && record_.stopped_service)
    {
    }
    void stop(Output &output);
    // A sentence on how that went; empty when nothing was stopped.
    std::string start_again() noexcept;

private:
    RestoreRecord record_;
    bool is_stopped_;
};

// Drops the side database, over a new connection where the old one was lost. Empty, or a sentence on what is left.
std::string drop_or_say(Session &maintenance, const Connection &connection, const std::string &side) noexcept;

RestoreRecord record_of(const RestoreRequest &request, Moment now);

std::string joined_lines(const std::string &one, const std::string &other);

// Runs `work`. When it fails, `put_back` puts back what it can and tells; the failure goes on with that in its detail.
template <typename Work, typename PutBack>
void or_put_back(Work &&work, PutBack &&put_back)
{
    try {
        work();
    } catch (const Failure &failure) {
        const Unstoppable to_its_end;
        throw Failure(failure.code(), failure.what(), joined_lines(failure.detail(), put_back()), failure.hint());
    } catch (const Interrupted &) {
        const Unstoppable to_its_end;
        std::fprintf(stderr, "pitstop: %s\n", put_back().c_str());
        throw;
    }
}

}  // namespace pitstop::tool
