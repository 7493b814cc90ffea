// How far something is: the line that a progress bar shows.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace pitstop::tool {

class Progress {
public:
    using Clock = std::chrono::steady_clock;

    // `total` in rows; 0: not known, then no percentage and no time left.
    Progress(std::string what, std::uint64_t total, Clock::time_point start);

    void advance_to(std::uint64_t done, Clock::time_point now);

    // "backing up [######----]   61 %  5,490,000 rows  450,000 rows/s  8 s left"; never wider than `columns`.
    std::string line(unsigned columns) const;

private:
    std::string what_;
    std::uint64_t total_;
    std::uint64_t done_ = 0;
    Clock::time_point start_;
    Clock::time_point now_;
    double rate_ = 0;  // rows a second, smoothed over some ten seconds
};

}  // namespace pitstop::tool
