#include "core/charge_summary.hpp"

#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

#include "values.hpp"

namespace pitstop::test {

namespace {

using Rows = std::vector<ChargeRow>;
using Text = std::optional<std::string>;
using Number = std::optional<std::int64_t>;

constexpr double hour = 3600;

bool alphabetical(const std::string &a, const std::string &b)
{
    return a < b;
}

bool backwards(const std::string &a, const std::string &b)
{
    return b < a;
}

Text text(const std::optional<Decimal> &value)
{
    if (!value)
        return std::nullopt;
    return value->text();
}

ChargeFacts facts_of(const Rows &rows)
{
    return summarize_charge(rows, alphabetical);
}

Text added(const Rows &rows)
{
    return text(facts_of(rows).energy_added);
}

Text used(const Rows &rows)
{
    return text(facts_of(rows).energy_used);
}

ChargeRow row(std::int64_t id, double seconds)
{
    ChargeRow result;
    result.id = id;
    result.date = after(seconds);
    return result;
}

ChargeRow powered(std::int64_t id, double seconds, Number kilowatts)
{
    ChargeRow result = row(id, seconds);
    result.charger_power = kilowatts;
    return result;
}

ChargeRow of_type(std::int64_t id, Number kilowatts, const char *fast_charger_type)
{
    ChargeRow result = powered(id, static_cast<double>(id), kilowatts);
    if (fast_charger_type != nullptr)
        result.fast_charger_type = fast_charger_type;
    return result;
}

Text type(const Rows &rows, const SortsBefore &sorts_before = alphabetical)
{
    return summarize_charge(rows, sorts_before).fast_charger_type;
}

// One row an hour, with the car's counter of energy.
Rows counting(std::initializer_list<const char *> counter)
{
    Rows rows;
    for (const char *value : counter) {
        rows.push_back(row(static_cast<std::int64_t>(rows.size()) + 1, hour * static_cast<double>(rows.size())));
        if (value != nullptr)
            rows.back().energy_added = decimal(value);
    }
    return rows;
}

// How the charger's phases are found out is seen in the energy used. Of these rows, an hour apart, only the second has
// power, current and voltage, so the measured number of phases is exactly kilowatts * 1000 / (amperes * volts).
// Uncorrected the energy is `kilowatts`, else phases * amperes * volts / 1000.
struct Measured {
    std::int64_t kilowatts;
    std::int64_t amperes;
    std::int64_t volts;
};

Rows measuring(const Measured &measured, Number reported_phases, std::size_t count = 16)
{
    Rows rows;
    for (std::size_t i = 0; i < count; ++i) {
        rows.push_back(row(static_cast<std::int64_t>(i) + 1, hour * static_cast<double>(i)));
        rows.back().phases = reported_phases;
    }
    rows[1].charger_power = measured.kilowatts;
    rows[1].actual_current = measured.amperes;
    rows[1].voltage = measured.volts;
    return rows;
}

// A tenth of a phase is 1 kW, a hundredth 1 kW at a tenfold voltage.
Measured tenths(std::int64_t kilowatts)
{
    return {kilowatts, 100, 100};
}

Measured hundredths(std::int64_t kilowatts)
{
    return {kilowatts, 100, 1000};
}

}  // namespace

// ---- first and last

TEST(A_charge, lasts_from_its_first_to_its_last_row)
{
    const ChargeFacts facts = facts_of({row(1, 0), row(2, 60), row(3, 150)});
    EXPECT_EQ(facts.start_date, after(0));
    EXPECT_EQ(facts.end_date, after(150));
}

TEST(The_duration_of_a_charge, is_rounded_up_from_half_a_minute)
{
    EXPECT_EQ(facts_of({row(1, 0), row(2, 150)}).duration_min, 3);
}

TEST(The_duration_of_a_charge, is_rounded_down_below_half_a_minute)
{
    EXPECT_EQ(facts_of({row(1, 0), row(2, 149.999999)}).duration_min, 2);
}

TEST(The_duration_of_a_charge, is_nothing_for_one_row)
{
    EXPECT_EQ(facts_of({row(1, 0)}).duration_min, 0);
}

TEST(The_ranges_of_a_charge, are_those_of_its_first_and_last_row)
{
    Rows rows = {row(1, 0), row(2, 60), row(3, 120)};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].ideal_range = Decimal(300 + static_cast<int>(i), 0);
        rows[i].rated_range = Decimal(200 + static_cast<int>(i), 0);
    }
    const ChargeFacts facts = facts_of(rows);
    EXPECT_EQ(text(facts.start_ideal_range), "300");
    EXPECT_EQ(text(facts.end_ideal_range), "302");
    EXPECT_EQ(text(facts.start_rated_range), "200");
    EXPECT_EQ(text(facts.end_rated_range), "202");
}

TEST(The_ranges_of_a_charge, are_NULL_where_its_first_and_last_row_have_none)
{
    Rows rows = {row(1, 0), row(2, 60), row(3, 120)};
    rows[1].ideal_range = rows[1].rated_range = decimal("300");
    const ChargeFacts facts = facts_of(rows);
    EXPECT_FALSE(facts.start_ideal_range || facts.end_ideal_range || facts.start_rated_range || facts.end_rated_range);
}

TEST(The_battery_level_of_a_charge, is_that_of_its_first_and_last_row)
{
    Rows rows = {row(1, 0), row(2, 60), row(3, 120)};
    rows[0].battery_level = 20;
    rows[1].battery_level = 90;
    rows[2].battery_level = 80;
    EXPECT_EQ(facts_of(rows).start_battery_level, Number(20));
    EXPECT_EQ(facts_of(rows).end_battery_level, Number(80));
}

TEST(The_battery_level_of_a_charge, is_NULL_where_its_last_row_has_none)
{
    Rows rows = {row(1, 0), row(2, 60)};
    rows[0].battery_level = 20;
    EXPECT_FALSE(facts_of(rows).end_battery_level);
}

TEST(The_temperature_of_a_charge, is_averaged_and_rounded_half_away_from_zero)
{
    Rows rows = {row(1, 0), row(2, 60), row(3, 120)};
    rows[0].outside_temp = decimal("-5.0");
    rows[2].outside_temp = decimal("-5.1");
    EXPECT_EQ(text(facts_of(rows).outside_temp.rounded(1)), "-5.1");
}

TEST(The_temperature_of_a_charge, is_unknown_when_no_row_has_one)
{
    EXPECT_EQ(text(facts_of({row(1, 0), row(2, 60)}).outside_temp.rounded(1)), Text());
}

TEST(A_charge, whose_rows_come_backwards_is_completed_in_the_order_of_time)
{
    Rows rows = counting({"1.00", "2.00", "4.00"});
    std::reverse(rows.begin(), rows.end());
    EXPECT_EQ(added(rows), "3.00");
    EXPECT_EQ(facts_of(rows).end_date, after(2 * hour));
}

TEST(A_charge, takes_rows_at_the_same_time_in_the_order_of_id)
{
    Rows rows = {row(4, 60), row(3, 60), row(2, 0), row(1, 0)};
    for (ChargeRow &each : rows)
        each.battery_level = 10 * each.id;
    EXPECT_EQ(facts_of(rows).start_battery_level, Number(10));
    EXPECT_EQ(facts_of(rows).end_battery_level, Number(40));
}

TEST(A_charge, whose_ids_run_against_time_is_completed_in_the_order_of_time)
{
    Rows rows = {row(2, 0), row(1, 60)};
    rows[0].battery_level = 20;
    EXPECT_EQ(facts_of(rows).start_battery_level, Number(20));
}

// Whoever completes it checks the dates; here nothing may go wrong on the way. In a process of its own, for the
// sanitizer to stop.
TEST(A_charge, dated_infinity_can_be_summarized_or_is_out_of_range)
{
    const auto is_survived = [] {
        Rows rows = {powered(1, 0, 5), powered(2, 60, 5), powered(3, 120, 5)};
        rows.front().date = minus_infinity;
        rows.back().date = infinity;
        return raises_out_of_range([&] { facts_of(rows); }) || !facts_of(rows).end_date.is_finite();
    };
    EXPECT_EXIT(std::exit(is_survived() ? 0 : 1), testing::ExitedWithCode(0), "");
}

// ---- energy added

TEST(The_energy_added, is_the_last_count_less_the_first)
{
    EXPECT_EQ(added(counting({"1.50", "9.00", "4.25"})), "2.75");
}

TEST(The_energy_added, is_the_largest_count_less_the_first_when_the_last_is_zero)
{
    EXPECT_EQ(added(counting({"1.50", "9.00", "4.25", "0.00"})), "7.50");
}

TEST(The_energy_added, is_the_largest_count_less_the_first_when_the_last_is_NULL)
{
    EXPECT_EQ(added(counting({"1.50", "9.00", "4.25", nullptr})), "7.50");
}

TEST(The_energy_added, is_zero_when_the_count_starts_highest_and_ends_with_zero)
{
    EXPECT_EQ(added(counting({"9.00", "4.25", "0.00"})), "0.00");
}

TEST(The_energy_added, is_zero_when_nothing_was_counted)
{
    EXPECT_EQ(added(counting({"0.00", "0.00"})), "0.00");
}

TEST(The_energy_added, is_NULL_when_it_would_be_negative)
{
    EXPECT_EQ(added(counting({"9.00", "4.25"})), Text());
}

TEST(The_energy_added, is_NULL_when_the_first_count_is)
{
    EXPECT_EQ(added(counting({nullptr, "4.25", "5.00"})), Text());
}

TEST(The_energy_added, is_NULL_when_all_counts_are)
{
    EXPECT_EQ(added(counting({nullptr, nullptr})), Text());
}

TEST(The_energy_added, is_zero_for_one_row)
{
    EXPECT_EQ(added(counting({"5.00"})), "0.00");
}

// ---- energy used

TEST(The_energy_used, is_power_times_the_time_since_the_row_before)
{
    EXPECT_EQ(used({powered(1, 0, 50), powered(2, hour, 10), powered(3, 1.5 * hour, 4)}), "12");
}

TEST(The_energy_used, does_not_count_the_power_of_the_first_row)
{
    EXPECT_EQ(used({powered(1, 0, 50), powered(2, hour, 0)}), "0");
}

TEST(The_energy_used, takes_fractions_of_a_second)
{
    EXPECT_EQ(used({powered(1, 0, 0), powered(2, 0.5, 3600)}), "0.5");
}

TEST(The_energy_used, has_15_significant_digits)
{
    EXPECT_EQ(used({powered(1, 0, 0), powered(2, 1200, 1)}), "0.333333333333333");
}

TEST(The_energy_used, has_15_significant_digits_above_one_too)
{
    EXPECT_EQ(used({powered(1, 0, 0), powered(2, 1200, 200)}), "66.6666666666667");
}

TEST(The_energy_used, is_summed_up_in_float8)
{
    // Ten times 0.1, which is not 1 before it is cut to 15 digits.
    Rows rows = {powered(1, 0, 1)};
    for (int i = 1; i <= 10; ++i)
        rows.push_back(powered(1 + i, 360 * i, 1));
    EXPECT_EQ(used(rows), "1");
}

TEST(The_energy_used, leaves_out_what_is_negative)
{
    EXPECT_EQ(used({powered(1, 0, 0), powered(2, hour, -5), powered(3, 2 * hour, 7)}), "7");
}

TEST(The_energy_used, is_zero_when_no_power_flowed)
{
    EXPECT_EQ(used({powered(1, 0, 0), powered(2, hour, 0)}), "0");
}

TEST(The_energy_used, is_NULL_when_all_of_it_is_negative)
{
    EXPECT_EQ(used({powered(1, 0, 0), powered(2, hour, -5)}), Text());
}

TEST(The_energy_used, is_NULL_for_one_row)
{
    EXPECT_EQ(used({powered(1, 0, 50)}), Text());
}

TEST(The_energy_used, is_NULL_when_no_power_is_known)
{
    EXPECT_EQ(used({powered(1, 0, std::nullopt), powered(2, hour, std::nullopt)}), Text());
}

TEST(The_energy_used, leaves_out_a_row_without_power_but_not_its_time)
{
    EXPECT_EQ(used({powered(1, 0, 50), powered(2, hour, std::nullopt), powered(3, 2 * hour, 7)}), "7");
}

TEST(The_energy_used, is_the_same_when_the_rows_come_backwards)
{
    EXPECT_EQ(used({powered(3, 1.5 * hour, 4), powered(2, hour, 10), powered(1, 0, 50)}), "12");
}

TEST(The_energy_used, is_nothing_between_rows_at_the_same_time)
{
    EXPECT_EQ(used({powered(1, 0, 50), powered(2, 0, 100), powered(3, hour, 7)}), "7");
}

// ---- phases

TEST(The_charger_power, is_corrected_by_the_reported_phases_when_they_are_what_is_measured)
{
    EXPECT_EQ(used(measuring(tenths(21), 2)), "20");
}

TEST(The_charger_power, is_corrected_by_the_reported_phases_however_far_measured_ones_are_from_a_whole_number)
{
    EXPECT_EQ(used(measuring(hundredths(245), 2)), "200");
}

TEST(The_charger_power, is_trusted_in_15_rows)
{
    EXPECT_EQ(used(measuring(tenths(21), 2, 15)), "21");
}

TEST(The_charger_power, is_corrected_from_16_rows_on)
{
    EXPECT_EQ(used(measuring(tenths(21), 2, 16)), "20");
}

TEST(The_charger_power, rounds_measured_phases_half_away_from_zero)
{
    // Half to even would make 2 of 2.5, and nothing would be corrected.
    EXPECT_EQ(used(measuring(tenths(25), 3)), "30");
}

TEST(The_charger_power, rounds_half_a_measured_phase_up)
{
    EXPECT_EQ(used(measuring(tenths(5), 1)), "10");
}

TEST(The_charger_power, counts_for_nothing_when_measured_and_reported_phases_are_none)
{
    EXPECT_EQ(used(measuring(tenths(4), 0)), "0");
}

TEST(The_charger_power, is_corrected_by_the_root_of_three_when_three_phases_are_reported_between_wires)
{
    EXPECT_EQ(used(measuring(hundredths(173), 3)), "173.205080756888");
}

TEST(The_charger_power, is_corrected_by_the_root_of_three_up_to_a_tenth_above)
{
    EXPECT_EQ(used(measuring(hundredths(190), 3)), "173.205080756888");
}

TEST(The_charger_power, is_not_corrected_by_the_root_of_three_more_than_a_tenth_above)
{
    EXPECT_EQ(used(measuring(hundredths(191), 3)), "200");
}

TEST(The_charger_power, is_corrected_by_the_root_of_three_down_to_a_tenth_below)
{
    EXPECT_EQ(used(measuring(hundredths(156), 3)), "173.205080756888");
}

TEST(The_charger_power, is_not_corrected_by_the_root_of_three_more_than_a_tenth_below)
{
    EXPECT_EQ(used(measuring(hundredths(155), 3)), "155");
}

TEST(The_charger_power, is_not_corrected_by_the_root_of_three_when_two_phases_are_reported)
{
    // 1.6 is nearer than a tenth to the root, but rounds to 2, which is what is reported.
    EXPECT_EQ(used(measuring(hundredths(160), 2)), "200");
}

TEST(The_charger_power, is_not_corrected_by_the_root_of_three_when_one_phase_is_reported)
{
    EXPECT_EQ(used(measuring(hundredths(165), 1)), "165");
}

TEST(The_charger_power, is_not_corrected_at_1_3_measured_phases)
{
    // |1 - 1.3| is 0.30000000000000004 in float8.
    EXPECT_EQ(used(measuring(tenths(13), 2)), "13");
}

TEST(The_charger_power, is_corrected_at_2_3_measured_phases)
{
    // |2 - 2.3| is 0.2999999999999998 in float8.
    EXPECT_EQ(used(measuring(tenths(23), 1)), "20");
}

TEST(The_charger_power, is_corrected_at_2_7_measured_phases)
{
    EXPECT_EQ(used(measuring(tenths(27), 1)), "30");
}

TEST(The_charger_power, is_trusted_at_2_4_measured_phases)
{
    EXPECT_EQ(used(measuring(tenths(24), 1)), "24");
}

TEST(The_charger_power, is_trusted_where_the_measured_phases_round_to_none)
{
    EXPECT_EQ(used(measuring(tenths(2), 1)), "2");
}

TEST(The_charger_power, is_trusted_where_it_is_negative)
{
    // With 0 phases, as reported, the row would count as zero instead of being left out.
    EXPECT_EQ(used(measuring(tenths(-2), 0)), Text());
}

TEST(The_charger_power, is_trusted_where_it_is_zero_on_average)
{
    // With 0 phases, as reported, both rows would count as zero.
    Rows rows = measuring(tenths(21), 0);
    rows[2].charger_power = -21;
    rows[2].actual_current = 100;
    rows[2].voltage = 100;
    EXPECT_EQ(used(rows), "21");
}

TEST(The_charger_power, is_trusted_in_a_row_without_phases)
{
    Rows rows = measuring(tenths(21), 2);
    rows[1].phases.reset();
    EXPECT_EQ(used(rows), "21");
}

TEST(The_charger_power, is_trusted_when_no_row_has_phases)
{
    EXPECT_EQ(used(measuring(tenths(21), std::nullopt)), "21");
}

TEST(The_charger_power, is_trusted_in_a_row_without_current)
{
    Rows rows = measuring(tenths(21), 2);
    rows[2].charger_power = 7;
    rows[2].voltage = 100;
    EXPECT_EQ(used(rows), "27");
}

TEST(The_charger_power, is_trusted_in_a_row_without_voltage)
{
    Rows rows = measuring(tenths(21), 2);
    rows[2].charger_power = 7;
    rows[2].actual_current = 100;
    EXPECT_EQ(used(rows), "27");
}

TEST(The_charger_power, is_not_needed_in_a_row_with_phases_current_and_voltage)
{
    Rows rows = measuring(tenths(21), 2);
    rows[2].actual_current = 100;
    rows[2].voltage = 100;
    EXPECT_EQ(used(rows), "40");
}

TEST(The_charger_power, is_trusted_when_current_and_voltage_are_never_known)
{
    Rows rows = measuring(tenths(21), 2);
    rows[1].voltage.reset();
    EXPECT_EQ(used(rows), "21");
}

TEST(The_measured_phases, leave_out_rows_without_current)
{
    Rows rows = measuring(tenths(21), 2);
    rows[2].charger_power = 90;
    rows[2].actual_current = 0;
    rows[2].voltage = 100;
    EXPECT_EQ(used(rows), "20");
}

TEST(The_measured_phases, are_averaged_over_rows_and_not_over_power)
{
    // 1 and 3 in the two rows, 2 on average; the sums would give 11000 * 1000 / 5000.
    Rows rows = measuring({1, 10, 100}, 2);
    rows[2].charger_power = 12;
    rows[2].actual_current = 40;
    rows[2].voltage = 100;
    EXPECT_EQ(used(rows), "10");
}

TEST(The_reported_phases, are_averaged_half_away_from_zero)
{
    // 1.5 on average: as many as are measured.
    Rows rows = measuring(hundredths(245), 1);
    for (std::size_t i = 0; i < rows.size(); i += 2)
        rows[i].phases = 2;
    EXPECT_EQ(used(rows), "200");
}

TEST(The_reported_phases, are_averaged_over_the_rows_that_have_some)
{
    Rows rows = measuring(hundredths(245), std::nullopt);
    rows[1].phases = 2;
    EXPECT_EQ(used(rows), "200");
}

// ---- type of the charger

TEST(The_type_of_a_charger, is_the_most_frequent_one)
{
    EXPECT_EQ(type({of_type(1, 50, "CCS"), of_type(2, 50, "Tesla"), of_type(3, 50, "Tesla")}), "Tesla");
}

TEST(The_type_of_a_charger, is_the_most_frequent_one_whichever_sorts_first)
{
    EXPECT_EQ(type({of_type(1, 50, "CCS"), of_type(2, 50, "CCS"), of_type(3, 50, "Tesla")}), "CCS");
}

TEST(The_type_of_a_charger, is_counted_only_while_power_flows)
{
    EXPECT_EQ(
        type({of_type(1, 0, "CCS"), of_type(2, -1, "CCS"), of_type(3, std::nullopt, "CCS"), of_type(4, 1, "Tesla")}),
        "Tesla");
}

TEST(The_type_of_a_charger, is_unknown_when_no_power_flowed)
{
    EXPECT_EQ(type({of_type(1, 0, "CCS")}), Text());
}

TEST(The_type_of_a_charger, is_unknown_when_no_row_has_one)
{
    EXPECT_EQ(type({of_type(1, 50, nullptr)}), Text());
}

TEST(The_type_of_a_charger, is_not_outnumbered_by_rows_without_one)
{
    EXPECT_EQ(type({of_type(1, 50, nullptr), of_type(2, 50, nullptr), of_type(3, 50, "Tesla")}), "Tesla");
}

TEST(The_type_of_a_charger, may_be_empty)
{
    EXPECT_EQ(type({of_type(1, 50, ""), of_type(2, 50, ""), of_type(3, 50, "Tesla")}), "");
}

TEST(The_type_of_a_charger, is_the_first_of_equally_frequent_ones_as_the_database_sorts)
{
    EXPECT_EQ(type({of_type(1, 50, "b"), of_type(2, 50, "C"), of_type(3, 50, "a")}, alphabetical), "C");
}

TEST(The_type_of_a_charger, is_another_of_equally_frequent_ones_where_the_database_sorts_otherwise)
{
    EXPECT_EQ(type({of_type(1, 50, "b"), of_type(2, 50, "C"), of_type(3, 50, "a")}, backwards), "b");
}

TEST(A_charge, whose_current_times_voltage_is_beyond_a_bigint_cannot_be_closed)
{
    ChargeRow absurd = powered(1, 0, 7);
    absurd.actual_current = std::numeric_limits<std::int64_t>::max();
    absurd.voltage = 230;
    const auto error = error_of([&] { facts_of({absurd}); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), DomainError::Kind::value_out_of_range);
}

}  // namespace pitstop::test
