// Amounts as people write them into settings: a number and its unit, nothing around or between them. Nothing for any other text,
// and for what is beyond all reason.
#pragma once

#include <optional>
#include <string_view>

namespace pitstop::tool {

// Seconds: "500ms", "90s", "10min", "1.5h", "7d"; up to a hundred years.
std::optional<double> parse_duration(std::string_view text) noexcept;
// Bytes: "5GB", with B, kB, MB, GB, TB, PB (steps of 1000) or KiB, MiB, GiB, TiB, PiB (of 1024).
std::optional<double> parse_size(std::string_view text) noexcept;
// From 0 to 1: "0.3", "30%".
std::optional<double> parse_ratio(std::string_view text) noexcept;
// A whole number that is not negative.
std::optional<double> parse_count(std::string_view text) noexcept;

}  // namespace pitstop::tool
