// A car's efficiency (kWh per km of range), derived from its charges as TeslaMate derives it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/decimal.hpp"

namespace pitstop {

// What a charging process tells about efficiency; the range columns are those of settings.preferred_range.
struct EfficiencySample {
    std::int64_t charging_process_id = 0;
    std::optional<std::int64_t> duration_min;
    std::optional<std::int64_t> end_battery_level;
    std::optional<Decimal> energy_added;
    std::optional<Decimal> start_range;
    std::optional<Decimal> end_range;
};

// The factor most charges agree on; nothing where too few agree: then the car keeps what it has.
// TeslaMate leaves a tie for the biggest group undefined; here the smallest factor wins.
std::optional<double> derive_efficiency(const std::vector<EfficiencySample> &samples);

}  // namespace pitstop
