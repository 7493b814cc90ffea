// What is known of each geocoder across restarts, keyed by its URL: breaker, pacer, and whether it was stopped by an
// answer that needs a person. Text in and out; no files here. Reading never fails: what makes no sense is left out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/breaker.hpp"
#include "core/pacer.hpp"

namespace pitstop {

struct GeocoderMemory {
    std::string url;
    Breaker breaker;
    Pacer pacer;
    // Stopped: no request until somebody resets it or changes a setting.
    bool stopped = false;
    std::string stop_reason;             // one line
    std::uint64_t stopped_settings = 0;  // a hash of the settings that were in force then
    UtcTime last_used;
};

// A header line with a version, then a few lines for each. At most 32 geocoders, the most recently used ones; texts are
// cut to 500 bytes and control characters become blanks.
std::string format_memories(const std::vector<GeocoderMemory> &memories);
// `now` clamps what lies in the future. An unknown version, garbage or a file that ends half way: what was whole until there.
std::vector<GeocoderMemory> parse_memories(std::string_view text, UtcTime now);

// 64-bit FNV-1a over the parts, with their lengths, so that ("a","bc") and ("ab","c") differ.
std::uint64_t hash_of_settings(const std::vector<std::string> &parts) noexcept;

}  // namespace pitstop
