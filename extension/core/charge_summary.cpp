#include "core/charge_summary.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.hpp"

namespace pitstop {

namespace {

using Rows = std::vector<ChargeRow>;

// TeslaMate trusts the reported phases only once it has seen more rows than this.
constexpr std::size_t rows_before_phases_count = 15;

bool earlier(const ChargeRow &a, const ChargeRow &b) noexcept
{
    return a.date < b.date || (a.date == b.date && a.id < b.id);
}

// Only columns that were widened to bigint can hold such values.
[[noreturn]] void raise_power(const ChargeRow &row)
{
    throw DomainError(DomainError::Kind::value_out_of_range,
                      "charge " + std::to_string(row.id) + " has a current of " + std::to_string(*row.actual_current) +
                          " A and a voltage of " + std::to_string(*row.voltage) + " V",
                      "Their product is beyond a bigint; TeslaMate fails here too.", "Correct that row of charges.");
}

// avg(charger_power * 1000 / nullif(current * voltage, 0)) in float8: how many times one phase's power flows.
std::optional<double> measured_phases(const Rows &rows)
{
    double sum = 0;
    double count = 0;
    for (const ChargeRow &row : rows) {
        if (!row.charger_power || !row.actual_current || !row.voltage)
            continue;
        std::int64_t one_phase_watts = 0;
        if (__builtin_mul_overflow(*row.actual_current, *row.voltage, &one_phase_watts))
            raise_power(row);
        if (one_phase_watts == 0)
            continue;
        sum += static_cast<double>(*row.charger_power) * 1000.0 / static_cast<double>(one_phase_watts);
        count += 1;
    }
    if (count == 0)
        return std::nullopt;
    return sum / count;
}

// avg(charger_phases)::bigint
std::optional<std::int64_t> reported_phases(const Rows &rows)
{
    Mean phases;
    for (const ChargeRow &row : rows)
        if (row.phases)
            phases.add(Decimal(*row.phases, 0));
    const auto rounded = phases.rounded(0);
    if (!rounded)
        return std::nullopt;
    return static_cast<std::int64_t>(rounded->units());
}

// By how many phases current times voltage has to be multiplied; nothing where the charger's power is used instead.
// std::round is half away from zero, as TeslaMate's own rounding; SQL's round(float8) is not.
std::optional<double> phase_factor(const Rows &rows)
{
    const auto measured = measured_phases(rows);
    if (!measured || !(*measured > 0) || rows.size() <= rows_before_phases_count)
        return std::nullopt;
    const double p = *measured;
    const auto reported = reported_phases(rows);
    if (reported && static_cast<double>(*reported) == std::round(p))
        return static_cast<double>(*reported);
    if (reported && *reported == 3 && std::abs(p / std::sqrt(3.0) - 1) <= 0.1)
        return std::sqrt(3.0);
    if (std::round(p) > 0 && std::abs(std::round(p) - p) <= 0.3)
        return std::round(p);
    return std::nullopt;
}

std::optional<double> power_kw(const ChargeRow &row, const std::optional<double> &phases)
{
    if (row.phases && phases && row.actual_current && row.voltage)
        return *phases * static_cast<double>(*row.actual_current) * static_cast<double>(*row.voltage) / 1000;
    if (row.charger_power)
        return static_cast<double>(*row.charger_power);
    return std::nullopt;
}

// Each row's power times the hours since the row before, what is not negative summed in the order of time.
std::optional<Decimal> energy_used(const Rows &rows)
{
    const auto phases = phase_factor(rows);
    std::optional<double> sum;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const auto power = power_kw(rows[i], phases);
        if (!power)
            continue;
        const auto seconds = static_cast<double>((rows[i].date - rows[i - 1].date).count()) / 1e6;
        const double energy = *power * seconds / 3600;
        if (energy >= 0)
            sum = sum ? *sum + energy : energy;
    }
    if (!sum)
        return std::nullopt;
    return Decimal::from_double(*sum);
}

// coalesce(nullif(last, 0), max) - first: the car's counter may be reset in the last row.
std::optional<Decimal> energy_added(const Rows &rows)
{
    std::optional<Decimal> end = rows.back().energy_added;
    if (!end || end->is_zero()) {
        end.reset();
        for (const ChargeRow &row : rows)
            if (row.energy_added && (!end || *end < *row.energy_added))
                end = row.energy_added;
    }
    if (!end || !rows.front().energy_added)
        return std::nullopt;
    const Decimal added = *end - *rows.front().energy_added;
    if (added.is_negative())
        return std::nullopt;
    return added;
}

// mode() over the rows in which power flowed; of equally frequent types the one that sorts first.
std::optional<std::string> most_frequent_type(const Rows &rows, const SortsBefore &sorts_before)
{
    std::map<std::string, std::int64_t> counts;
    for (const ChargeRow &row : rows)
        if (row.charger_power && *row.charger_power > 0 && row.fast_charger_type)
            ++counts[*row.fast_charger_type];
    const std::pair<const std::string, std::int64_t> *best = nullptr;
    for (const auto &candidate : counts)
        if (best == nullptr || candidate.second > best->second ||
            (candidate.second == best->second && sorts_before(candidate.first, best->first)))
            best = &candidate;
    if (best == nullptr)
        return std::nullopt;
    return best->first;
}

}  // namespace

ChargeFacts summarize_charge(std::vector<ChargeRow> rows, const SortsBefore &sorts_before)
{
    if (!std::is_sorted(rows.begin(), rows.end(), earlier))
        std::sort(rows.begin(), rows.end(), earlier);
    const ChargeRow &first = rows.front();
    const ChargeRow &last = rows.back();

    ChargeFacts facts;
    facts.start_date = first.date;
    facts.end_date = last.date;
    facts.duration_min = rounded_minutes(last.date - first.date);
    facts.start_ideal_range = first.ideal_range;
    facts.end_ideal_range = last.ideal_range;
    facts.start_rated_range = first.rated_range;
    facts.end_rated_range = last.rated_range;
    facts.start_battery_level = first.battery_level;
    facts.end_battery_level = last.battery_level;
    for (const ChargeRow &row : rows)
        if (row.outside_temp)
            facts.outside_temp.add(*row.outside_temp);
    facts.energy_added = energy_added(rows);
    facts.energy_used = energy_used(rows);
    facts.fast_charger_type = most_frequent_type(rows, sorts_before);
    return facts;
}

}  // namespace pitstop
