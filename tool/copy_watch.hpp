// The progress of COPY in a database, seen by a session of its own and drawn while somebody waits for a program to end.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "connecting.hpp"
#include "output.hpp"

namespace pitstop::tool {

// Draws until it is destroyed; does nothing where no progress is shown. What goes wrong in here stays in here.
class CopyWatch {
public:
    // `rows` expected in all; 0: not known.
    CopyWatch(const Connection &connection, const std::string &database, std::uint64_t rows, const std::string &what,
              Output &output);
    ~CopyWatch();
    CopyWatch(const CopyWatch &) = delete;
    CopyWatch &operator=(const CopyWatch &) = delete;

private:
    void watch(const Connection &connection, const std::string &database, std::uint64_t rows, const std::string &what);

    Output &output_;
    std::atomic<bool> ended_{false};
    std::thread thread_;
};

}  // namespace pitstop::tool
