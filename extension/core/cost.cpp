#include "core/cost.hpp"

#include "core/error.hpp"

namespace pitstop {

namespace {

// Enough places to leave a sum of two places untouched, few enough to leave room for the largest fee.
constexpr int product_scale = 24;

Decimal product(const Decimal &quantity, const Decimal &price)
{
    const Decimal exact = quantity * price;
    return exact.scale() > product_scale ? exact.rounded(product_scale) : exact;
}

Decimal with_fee(const Decimal &amount, const std::optional<Decimal> &fee)
{
    return fee ? amount + *fee : amount;
}

std::optional<Decimal> greater_energy(const ChargeFacts &facts)
{
    if (facts.energy_added && facts.energy_used)
        return *facts.energy_added < *facts.energy_used ? facts.energy_used : facts.energy_added;
    return facts.energy_added ? facts.energy_added : facts.energy_used;
}

std::optional<Decimal> cost_per_kwh(const ChargeFacts &facts, const Tariff &tariff)
{
    const auto energy = greater_energy(facts);
    if (!energy || (!tariff.cost_per_unit && !tariff.session_fee))
        return std::nullopt;
    return with_fee(tariff.cost_per_unit ? product(*energy, *tariff.cost_per_unit) : Decimal(), tariff.session_fee);
}

Decimal cost_per_minute(std::int64_t charging_process_id, const ChargeFacts &facts, const Tariff &tariff)
{
    if (!tariff.cost_per_unit)
        throw DomainError(DomainError::Kind::wrong_state,
                          "charging process " + std::to_string(charging_process_id) +
                              " is billed per minute, but geofence " + std::to_string(tariff.geofence_id) +
                              " has no price",
                          "TeslaMate cannot complete such a charge either.",
                          "Enter a price per minute for this geofence, or change its billing, and call again.");
    return with_fee(product(Decimal(facts.duration_min, 0), *tariff.cost_per_unit), tariff.session_fee);
}

bool is_tesla(const std::optional<std::string> &fast_charger_type)
{
    return fast_charger_type && fast_charger_type->rfind("Tesla", 0) == 0;
}

}  // namespace

std::optional<Decimal> charge_cost(std::int64_t charging_process_id, const ChargeFacts &facts, bool free_supercharging,
                                   const std::optional<Tariff> &tariff)
{
    if (free_supercharging && is_tesla(facts.fast_charger_type))
        return Decimal();
    if (!tariff)
        return std::nullopt;
    if (tariff->billing == Tariff::Billing::per_kwh)
        return cost_per_kwh(facts, *tariff);
    return cost_per_minute(charging_process_id, facts, *tariff);
}

}  // namespace pitstop
