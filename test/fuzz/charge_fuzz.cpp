// Charges read from bytes, summed up by summarize_charge in two orders, and what they cost.
#include <algorithm>
#include <vector>

#include "bytes.hpp"
#include "core/charge_summary.hpp"
#include "core/cost.hpp"

namespace pitstop::fuzz {

namespace {

using Rows = std::vector<ChargeRow>;

constexpr std::int64_t charging_process_id = 7;
constexpr std::size_t most_rows = 200;
constexpr const char *types[] = {"", "CCS", "Tesla", "TeslaCombo", "tesla"};

struct Charge {
    bool free_supercharging = false;
    std::optional<Tariff> tariff;
    Rows rows;
};

Tariff read_tariff(Bytes &bytes)
{
    Present present(bytes.byte());
    Tariff tariff;
    tariff.cost_per_unit = present.value([&] { return bytes.decimal(4); });
    tariff.session_fee = present.value([&] { return bytes.decimal(2); });
    if (present.value([] { return true; }))
        tariff.billing = Tariff::Billing::per_minute;
    return tariff;
}

ChargeRow read_row(Bytes &bytes, std::int64_t id)
{
    Present electric(bytes.byte());
    Present others(bytes.byte());
    ChargeRow row;
    row.id = id;
    row.date = bytes.date();
    row.charger_power = electric.value([&] { return bytes.integer(); });
    row.actual_current = electric.value([&] { return bytes.integer(); });
    row.voltage = electric.value([&] { return bytes.integer(); });
    row.phases = electric.value([&] { return bytes.integer(); });
    row.energy_added = electric.value([&] { return bytes.decimal(2); });
    row.fast_charger_type = others.value([&] { return std::string(types[bytes.byte() % std::size(types)]); });
    row.ideal_range = others.value([&] { return bytes.decimal(2); });
    row.rated_range = others.value([&] { return bytes.decimal(2); });
    row.battery_level = others.value([&] { return bytes.integer(); });
    row.outside_temp = others.value([&] { return bytes.decimal(1); });
    return row;
}

// The first byte: free supercharging, a geofence. Then its tariff, then the rows.
Charge read_charge(Bytes bytes)
{
    Present present(bytes.byte());
    Charge charge;
    charge.free_supercharging = present.value([] { return true; }).has_value();
    charge.tariff = present.value([&] { return read_tariff(bytes); });
    do
        charge.rows.push_back(read_row(bytes, static_cast<std::int64_t>(charge.rows.size()) + 1));
    while (!bytes.at_end() && charge.rows.size() < most_rows);
    return charge;
}

void check(const ChargeFacts &facts)
{
    require(facts.start_date <= facts.end_date, "a charge ends after it began");
    require(facts.duration_min >= 0, "a charge lasts some time", std::to_string(facts.duration_min));
    require(!facts.energy_added || !facts.energy_added->is_negative(), "no negative energy is added",
            text(facts.energy_added));
    require(!facts.energy_used || !facts.energy_used->is_negative(), "no negative energy is used",
            text(facts.energy_used));
}

std::string cost_of(const Charge &charge, const ChargeFacts &facts)
{
    const auto &tariff = charge.tariff;
    const bool has_no_price = tariff && tariff->billing == Tariff::Billing::per_minute && !tariff->cost_per_unit;
    try {
        return text(charge_cost(charging_process_id, facts, charge.free_supercharging, tariff));
    } catch (const DomainError &error) {
        require(error.kind() == DomainError::Kind::value_out_of_range ||
                    (error.kind() == DomainError::Kind::wrong_state && has_no_price),
                "a cost cannot be computed only without a price per minute or out of range", error.what());
        return "raised";
    }
}

std::string outcome_of(const Charge &charge)
{
    std::string outcome = "raised";
    fits([&] {
        const ChargeFacts facts =
            summarize_charge(charge.rows, [](const std::string &a, const std::string &b) { return a < b; });
        check(facts);
        outcome.clear();
        for (const std::string &word :
             {std::to_string(facts.duration_min), text(facts.start_ideal_range), text(facts.end_ideal_range),
              text(facts.start_rated_range), text(facts.end_rated_range), text(facts.start_battery_level),
              text(facts.end_battery_level), text(facts.outside_temp.rounded(1)), text(facts.energy_added),
              text(facts.energy_used), facts.fast_charger_type.value_or("-"), cost_of(charge, facts)})
            outcome += word + ' ';
    });
    return outcome;
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    using namespace pitstop::fuzz;
    Charge charge = read_charge(Bytes(bytes, size));
    const std::string outcome = outcome_of(charge);
    std::reverse(charge.rows.begin(), charge.rows.end());
    require(outcome_of(charge) == outcome, "the order of the rows does not matter", outcome);
    return 0;
}
