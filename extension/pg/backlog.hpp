// What a database's addresses lack, and why: for those who want to know, not for the worker.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pg/spi.hpp"

namespace pitstop::pg {

struct BacklogLine {
    const char *kind;    // drives, charging processes
    const char *reason;  // in words
    std::int64_t count = 0;
};

struct Backlog {
    std::vector<BacklogLine> lines;     // those with a count
    std::int64_t places_not_asked = 0;  // none close to another: as many requests it takes
};

// Drives count once, whichever end is missing. Works with the caller's rights on TeslaMate's tables.
Backlog read_backlog(Spi &spi, const std::string &language, double reuse_distance_m);

}  // namespace pitstop::pg
