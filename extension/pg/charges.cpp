#include "pg/charges.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "core/error.hpp"
#include "pg/checks.hpp"
#include "pg/json.hpp"

extern "C" {
#include "catalog/pg_collation.h"
#include "utils/varlena.h"
}

namespace pitstop::pg {

namespace {

constexpr Statement read_settings{R"(
    SELECT s.preferred_range
      FROM {schema}.settings AS s
)"};

constexpr Statement find_charging_processes{R"(
    SELECT c.id, c.end_date IS NULL, c.car_id, c.geofence_id, to_json(c)
      FROM {schema}.charging_processes AS c
      JOIN unnest($1) AS wanted (id) ON wanted.id = c.id
     ORDER BY c.id
)"};

constexpr Statement lock_charging_processes{R"(
    SELECT c.id, c.end_date IS NULL, c.car_id, c.geofence_id, to_json(c)
      FROM {schema}.charging_processes AS c
      JOIN unnest($1) AS wanted (id) ON wanted.id = c.id
     ORDER BY c.id
       FOR UPDATE OF c
)"};

constexpr Statement lock_free_charging_processes{R"(
    SELECT c.id, c.end_date IS NULL, c.car_id, c.geofence_id, to_json(c)
      FROM {schema}.charging_processes AS c
      JOIN unnest($1) AS wanted (id) ON wanted.id = c.id
     ORDER BY c.id
       FOR UPDATE OF c SKIP LOCKED
)"};

constexpr Statement charges_of{R"(
    SELECT h.id, h.date, h.ideal_battery_range_km, h.rated_battery_range_km, h.battery_level, h.outside_temp,
           h.charge_energy_added, h.charger_power, h.charger_actual_current, h.charger_voltage, h.charger_phases,
           h.fast_charger_type
      FROM {schema}.charges AS h
     WHERE h.charging_process_id = $1
)"};

constexpr Statement read_cars{R"(
    SELECT c.id, c.efficiency, s.free_supercharging, to_json(c)
      FROM {schema}.cars AS c
      JOIN unnest($1) AS wanted (id) ON wanted.id = c.id
      LEFT JOIN {schema}.car_settings AS s ON s.id = c.settings_id
     ORDER BY c.id
)"};

// NO KEY: positions and drives of the car may go on being inserted.
constexpr Statement lock_cars{R"(
    SELECT c.id, c.efficiency, s.free_supercharging, to_json(c)
      FROM {schema}.cars AS c
      JOIN unnest($1) AS wanted (id) ON wanted.id = c.id
      LEFT JOIN {schema}.car_settings AS s ON s.id = c.settings_id
     ORDER BY c.id
       FOR NO KEY UPDATE OF c
)"};

constexpr Statement read_tariffs{R"(
    SELECT g.id, g.billing_type, g.cost_per_unit, g.session_fee
      FROM {schema}.geofences AS g
      JOIN unnest($1) AS wanted (id) ON wanted.id = g.id
)"};

constexpr Statement places_of_charges{R"(
    SELECT c.id, p.latitude, p.longitude, p.latitude::text, p.longitude::text
      FROM unnest($1) AS wanted (id)
      JOIN {schema}.charging_processes AS c ON c.id = wanted.id
      JOIN {schema}.positions AS p ON p.id = c.position_id
     WHERE c.address_id IS NULL
)"};

// TeslaMate looks up a charge's address when it begins: a completion only fills in one that is missing.
constexpr Statement update_charging_processes{R"(
    UPDATE {schema}.charging_processes AS c
       SET start_date = n.start_date,
           end_date = n.end_date,
           duration_min = n.duration_min,
           start_battery_level = n.start_battery_level,
           end_battery_level = n.end_battery_level,
           charge_energy_added = n.energy_added,
           charge_energy_used = n.energy_used,
           cost = n.cost,
           outside_temp_avg = n.outside_temp,
           start_ideal_range_km = n.start_ideal_range,
           end_ideal_range_km = n.end_ideal_range,
           start_rated_range_km = n.start_rated_range,
           end_rated_range_km = n.end_rated_range,
           address_id = coalesce(c.address_id, n.address_id)
      FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
           AS n (id, start_date, end_date, duration_min, start_battery_level, end_battery_level, energy_added,
                 energy_used, cost, outside_temp, start_ideal_range, end_ideal_range, start_rated_range,
                 end_rated_range, address_id)
     WHERE c.id = n.id
 RETURNING c.id, to_json(c)
)"};

// Without rows there is nothing to sum up: it ends now, and the other columns stay.
constexpr Statement end_charging_processes{R"(
    UPDATE {schema}.charging_processes AS c
       SET end_date = n.end_date,
           charge_energy_added = NULL,
           charge_energy_used = NULL,
           cost = NULL,
           address_id = coalesce(c.address_id, n.address_id)
      FROM unnest($1, $2, $3) AS n (id, end_date, address_id)
     WHERE c.id = n.id
 RETURNING c.id, to_json(c)
)"};

constexpr Statement efficiency_samples{R"(
    SELECT c.id, c.duration_min, c.end_battery_level, c.charge_energy_added,
           CASE WHEN $2 THEN c.start_ideal_range_km ELSE c.start_rated_range_km END,
           CASE WHEN $2 THEN c.end_ideal_range_km ELSE c.end_rated_range_km END
      FROM {schema}.charging_processes AS c
     WHERE c.car_id = $1
)"};

constexpr Statement update_efficiency{R"(
    UPDATE {schema}.cars AS c
       SET efficiency = $2,
           updated_at = date_trunc('second', now() AT TIME ZONE 'UTC')
     WHERE c.id = $1
 RETURNING to_json(c)
)"};

ChargeRow charge_in(const PassingRow &row)
{
    ChargeRow charge;
    charge.id = row.integer(0);
    charge.date = row.time(1);
    charge.ideal_range = row.optional_decimal(2);
    charge.rated_range = row.optional_decimal(3);
    charge.battery_level = row.optional_integer(4);
    charge.outside_temp = row.optional_decimal(5);
    charge.energy_added = row.optional_decimal(6);
    charge.charger_power = row.optional_integer(7);
    charge.actual_current = row.optional_integer(8);
    charge.voltage = row.optional_integer(9);
    charge.phases = row.optional_integer(10);
    charge.fast_charger_type = row.optional_text(11);
    return charge;
}

bool sorts_before(const std::string &a, const std::string &b)
{
    const char *const left = a.data();
    const char *const right = b.data();
    const int left_length = static_cast<int>(a.size());
    const int right_length = static_cast<int>(b.size());
    return call([=]() noexcept { return varstr_cmp(left, left_length, right, right_length, DEFAULT_COLLATION_OID); }) <
           0;
}

Values update_parameters(const std::vector<const ChargeClosing *> &charges)
{
    using C = const ChargeClosing *;
    using Id = std::int64_t;
    Values values;
    values.integers(column_of<Id>(charges, [](C c) { return c->id; }));
    values.times(column_of<UtcTime>(charges, [](C c) { return c->facts->start_date; }));
    values.times(column_of<UtcTime>(charges, [](C c) { return c->facts->end_date; }));
    values.integers(column_of<Id>(charges, [](C c) { return c->facts->duration_min; }));
    values.integers(column_of<Id>(charges, [](C c) { return c->facts->start_battery_level; }));
    values.integers(column_of<Id>(charges, [](C c) { return c->facts->end_battery_level; }));
    values.decimals(column_of<Decimal>(charges, [](C c) { return c->energy_added; }));
    values.decimals(column_of<Decimal>(charges, [](C c) { return c->energy_used; }));
    values.decimals(column_of<Decimal>(charges, [](C c) { return c->cost; }));
    values.decimals(column_of<Decimal>(charges, [](C c) { return c->outside_temp; }));
    values.decimals(column_of<Decimal>(charges, [](C c) { return c->start_ideal_range; }));
    values.decimals(column_of<Decimal>(charges, [](C c) { return c->end_ideal_range; }));
    values.decimals(column_of<Decimal>(charges, [](C c) { return c->start_rated_range; }));
    values.decimals(column_of<Decimal>(charges, [](C c) { return c->end_rated_range; }));
    values.integers(column_of<Id>(charges, [](C c) { return c->address.id; }));
    return values;
}

}  // namespace

ChargeCloser::ChargeCloser(Spi &spi, const TeslaMate &teslamate) : spi_(spi), teslamate_(teslamate)
{
    const std::uint64_t rows = spi_.run(read_settings, Values(),
                                        [&](const PassingRow &row) { prefers_ideal_range_ = row.text(0) == "ideal"; });
    if (rows != 1)
        throw DomainError(DomainError::Kind::wrong_state,
                          "TeslaMate's table settings has " + std::to_string(rows) + " rows instead of one",
                          "It says which range the efficiency is derived from; TeslaMate works with exactly one row.",
                          rows == 0 ? "Start TeslaMate once to make the row, or restore the table."
                                    : "Find out which row is TeslaMate's, and delete the others.");
}

ChargeClosings ChargeCloser::lock(const std::vector<std::int64_t> &ids, Locking locking, bool only_open)
{
    const Statement &statement = locking == Locking::none   ? find_charging_processes
                                 : locking == Locking::wait ? lock_charging_processes
                                                            : lock_free_charging_processes;
    ChargeClosings charges;
    spi_.run(statement, Values().integers(ids), [&](const PassingRow &row) {
        if (only_open && !row.boolean(1))
            return;
        ChargeClosing &charge = charges.emplace_back();
        charge.id = row.integer(0);
        charge.car_id = row.integer(2);
        charge.geofence_id = row.optional_integer(3);
        charge.before = row.text(4);
    });
    return charges;
}

void ChargeCloser::summarize(ChargeClosing &charge)
{
    std::vector<ChargeRow> rows;
    spi_.run(charges_of, Values().integer(charge.id),
             [&rows](const PassingRow &row) { rows.push_back(charge_in(row)); });
    charge.rows = static_cast<std::int64_t>(rows.size());
    if (rows.empty())
        return;
    charge.facts = summarize_charge(std::move(rows), sorts_before);
    charge.newest_row = charge.facts->end_date;
}

void ChargeCloser::read_surroundings(const ChargeClosings &charges, Locking locking)
{
    std::set<std::int64_t> cars;
    std::set<std::int64_t> geofences;
    for (const ChargeClosing &charge : charges) {
        cars.insert(charge.car_id);
        if (charge.geofence_id)
            geofences.insert(*charge.geofence_id);
    }
    const std::vector<std::int64_t> car_ids(cars.begin(), cars.end());
    spi_.run(locking == Locking::none ? read_cars : lock_cars, Values().integers(car_ids), [&](const PassingRow &row) {
        cars_[row.integer(0)] = {row.optional_number(1), row.boolean(2), row.text(3)};
    });
    const std::vector<std::int64_t> geofence_ids(geofences.begin(), geofences.end());
    spi_.run(read_tariffs, Values().integers(geofence_ids), [&](const PassingRow &row) {
        tariffs_[row.integer(0)] = {
            row.integer(0), row.text(1) == "per_minute" ? Tariff::Billing::per_minute : Tariff::Billing::per_kwh,
            row.optional_decimal(2), row.optional_decimal(3)};
    });
}

void ChargeCloser::decide(ChargeClosing &charge, UtcTime now)
{
    charge.outcome = Outcome::closed;
    charge.end_date = charge.facts ? charge.facts->end_date : now;
    if (!charge.facts)
        return;
    if (!charge.facts->start_date.is_finite() || !charge.facts->end_date.is_finite())
        throw DomainError(DomainError::Kind::value_out_of_range,
                          "charging process " + std::to_string(charge.id) + " has a charge dated infinity",
                          "Such a date is not a moment, so there is no duration for column \"duration_min\".",
                          "Correct the dates of its charges.");
    fit(charge);
}

void ChargeCloser::fit(ChargeClosing &charge) const
{
    const auto target = [&](const char *column) {
        return Target{"charging process", charge.id, "charging_processes", column,
                      teslamate_.column("charging_processes", column)};
    };
    const ChargeFacts &facts = *charge.facts;
    require_fit_as_integer(target("duration_min"), facts.duration_min);
    require_fit(target("start_battery_level"), facts.start_battery_level);
    require_fit(target("end_battery_level"), facts.end_battery_level);
    charge.energy_added = fitted(target("charge_energy_added"), facts.energy_added);
    charge.energy_used = fitted(target("charge_energy_used"), facts.energy_used);
    charge.outside_temp = fitted(target("outside_temp_avg"), facts.outside_temp);
    charge.start_ideal_range = fitted(target("start_ideal_range_km"), facts.start_ideal_range);
    charge.end_ideal_range = fitted(target("end_ideal_range_km"), facts.end_ideal_range);
    charge.start_rated_range = fitted(target("start_rated_range_km"), facts.start_rated_range);
    charge.end_rated_range = fitted(target("end_rated_range_km"), facts.end_rated_range);

    const auto tariff = charge.geofence_id ? tariffs_.find(*charge.geofence_id) : tariffs_.end();
    const auto car = cars_.find(charge.car_id);
    const auto cost = charge_cost(charge.id, facts, car != cars_.end() && car->second.free_supercharging,
                                  tariff == tariffs_.end() ? std::nullopt : std::optional(tariff->second));
    charge.cost = fitted(target("cost"), cost);
}

void ChargeCloser::write(ChargeClosings &charges)
{
    // The samples are read before the update and follow it in memory: each charge sees those completed before it.
    derive_efficiencies(charges);
    take_known_addresses(charges);
    update(charges);
}

void ChargeCloser::take_known_addresses(ChargeClosings &charges)
{
    if (!can_know_addresses(spi_))
        return;
    std::vector<std::int64_t> ids, without_address;
    for (const ChargeClosing &charge : charges)
        ids.push_back(charge.id);
    std::vector<WantedPlace> places;
    spi_.run(places_of_charges, Values().integers(ids), [&](const PassingRow &row) {
        without_address.push_back(row.integer(0));
        places.push_back({row.text(3), row.text(4), {row.number(1), row.number(2)}});
    });
    const std::vector<KnownAddress> addresses = known_addresses(spi_, places);
    for (ChargeClosing &charge : charges)
        for (std::size_t i = 0; i < without_address.size(); ++i)
            if (without_address[i] == charge.id)
                charge.address = addresses[i];
}

void ChargeCloser::update(ChargeClosings &charges)
{
    std::vector<const ChargeClosing *> with_rows;
    std::vector<std::int64_t> without_rows;
    std::vector<std::optional<UtcTime>> ends;
    std::vector<std::optional<std::int64_t>> addresses;
    std::unordered_map<std::int64_t, ChargeClosing *> index;
    for (ChargeClosing &charge : charges) {
        index.emplace(charge.id, &charge);
        if (charge.facts) {
            with_rows.push_back(&charge);
        } else {
            without_rows.push_back(charge.id);
            ends.emplace_back(charge.end_date);
            addresses.push_back(charge.address.id);
        }
    }
    const auto keep_after = [&](const PassingRow &row) { index.at(row.integer(0))->after = row.text(1); };
    std::uint64_t written = 0;
    if (!with_rows.empty())
        written += spi_.run(update_charging_processes, update_parameters(with_rows), keep_after);
    if (!without_rows.empty())
        written += spi_.run(end_charging_processes, Values().integers(without_rows).times(ends).integers(addresses),
                            keep_after);
    if (written != charges.size())
        raise_kept("change " + named(SessionKind::charge, charges.size(), charges.front().id));
}

// In the order of the ids, as single completions would have it. The car's row is written once, by the last
// charge that changes its efficiency.
void ChargeCloser::derive_efficiencies(ChargeClosings &charges)
{
    struct Derived {
        std::vector<EfficiencySample> samples;
        std::optional<double> efficiency;
        ChargeClosing *cause = nullptr;
    };
    std::map<std::int64_t, Derived> derived;
    for (ChargeClosing &charge : charges) {
        const auto car = cars_.find(charge.car_id);
        if (car == cars_.end())
            continue;
        const auto [found, is_new] = derived.try_emplace(charge.car_id);
        Derived &of_car = found->second;
        if (is_new) {
            of_car.samples = samples_of(charge.car_id);
            of_car.efficiency = car->second.efficiency;
        }
        for (EfficiencySample &sample : of_car.samples)
            if (sample.charging_process_id == charge.id)
                sample = sample_of(charge, sample);
        const auto factor = derive_efficiency(of_car.samples);
        if (factor && factor != of_car.efficiency) {
            of_car.efficiency = factor;
            of_car.cause = &charge;
        }
    }
    for (const auto &[car_id, of_car] : derived)
        if (of_car.cause != nullptr && of_car.efficiency != cars_.at(car_id).efficiency)
            set_efficiency(car_id, *of_car.efficiency, *of_car.cause);
}

std::vector<EfficiencySample> ChargeCloser::samples_of(std::int64_t car_id)
{
    std::vector<EfficiencySample> samples;
    spi_.run(efficiency_samples, Values().integer(car_id).boolean(prefers_ideal_range_), [&](const PassingRow &row) {
        samples.push_back({row.integer(0), row.optional_integer(1), row.optional_integer(2), row.optional_decimal(3),
                           row.optional_decimal(4), row.optional_decimal(5)});
    });
    return samples;
}

EfficiencySample ChargeCloser::sample_of(const ChargeClosing &charge, const EfficiencySample &before) const
{
    EfficiencySample sample = before;
    sample.energy_added = charge.energy_added;
    if (!charge.facts)
        return sample;
    sample.duration_min = charge.facts->duration_min;
    sample.end_battery_level = charge.facts->end_battery_level;
    sample.start_range = prefers_ideal_range_ ? charge.start_ideal_range : charge.start_rated_range;
    sample.end_range = prefers_ideal_range_ ? charge.end_ideal_range : charge.end_rated_range;
    return sample;
}

void ChargeCloser::set_efficiency(std::int64_t car_id, double efficiency, ChargeClosing &cause)
{
    const std::uint64_t written =
        spi_.run(update_efficiency, Values().integer(car_id).number(efficiency), [&](const PassingRow &row) {
            cause.car = updated_row("cars", car_id, cars_.at(car_id).before, row.text(0));
        });
    if (written != 1)
        raise_kept("change the efficiency of car " + std::to_string(car_id));
}

Event event_of(const ChargeClosing &charge, const std::string &action)
{
    Event event;
    event.action = action;
    event.arguments = JsonObject().add("charging_process_id", charge.id).text();
    event.summary = JsonObject().add("outcome", std::string(name_of(charge.outcome))).add("rows", charge.rows).text();
    event.changes.push_back(updated_row("charging_processes", charge.id, charge.before, charge.after));
    if (charge.car)
        event.changes.push_back(*charge.car);
    return event;
}

}  // namespace pitstop::pg
