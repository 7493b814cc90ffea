// Numbers as people read them, the same in SQL, on a terminal and in a log.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace pitstop {

std::string size_text(std::uint64_t bytes);        // 0 B, 999 B, 1.0 kB, 215 MB, 1.3 GB (steps of 1000)
std::string count_text(std::uint64_t count);       // 9,000,000
std::string span_text(std::chrono::seconds span);  // 5 s, 3 min 20 s, 2 h 5 min, 3 days 4 h
std::string plural(std::uint64_t count, std::string_view one, std::string_view many);  // "1 backup", "3 backups"

// The shortest decimal that means this number, whatever the locale; "NaN", "+Inf", "-Inf".
std::string number_text(double value);
// In a unit of the checks' ("s", "bytes", "ratio" or ""): 12 ms, 3 days 4 h, 215 MB, 30 %, 1,234.
std::string value_text(double value, std::string_view unit);

}  // namespace pitstop
