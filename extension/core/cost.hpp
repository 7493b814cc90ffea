// What a charge costs, as TeslaMate computes it when it completes one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/charge_summary.hpp"
#include "core/decimal.hpp"

namespace pitstop {

// What a geofence asks for a charge.
struct Tariff {
    enum class Billing { per_kwh, per_minute };
    std::int64_t geofence_id = 0;
    Billing billing = Billing::per_kwh;
    std::optional<Decimal> cost_per_unit;
    std::optional<Decimal> session_fee;
};

// The cost, not yet rounded to its column; nothing where TeslaMate leaves it NULL.
// Raises DomainError::wrong_state for a price per minute that is missing, as TeslaMate raises.
std::optional<Decimal> charge_cost(std::int64_t charging_process_id, const ChargeFacts &facts, bool free_supercharging,
                                   const std::optional<Tariff> &tariff);

}  // namespace pitstop
