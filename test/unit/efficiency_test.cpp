#include "core/efficiency.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "values.hpp"

namespace pitstop::test {

namespace {

using Factor = std::optional<double>;

// A charge of 100 km: its factor is a hundredth of the energy.
EfficiencySample charge(const char *energy_added)
{
    EfficiencySample sample;
    sample.duration_min = 60;
    sample.end_battery_level = 80;
    sample.energy_added = decimal(energy_added);
    sample.start_range = decimal("200.00");
    sample.end_range = decimal("300.00");
    return sample;
}

std::vector<EfficiencySample> times(int count, const EfficiencySample &sample)
{
    return std::vector<EfficiencySample>(static_cast<std::size_t>(count), sample);
}

std::vector<EfficiencySample> operator+(std::vector<EfficiencySample> a, const std::vector<EfficiencySample> &b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

template <typename Change>
std::vector<EfficiencySample> eight_but(Change change)
{
    EfficiencySample sample = charge("15.00");
    change(sample);
    return times(8, sample);
}

EfficiencySample without_gain(const char *energy_added)
{
    EfficiencySample sample = charge(energy_added);
    sample.end_range = sample.start_range;
    return sample;
}

std::vector<EfficiencySample> charges_of(std::initializer_list<const char *> energies)
{
    std::vector<EfficiencySample> samples;
    for (const char *energy : energies)
        samples.push_back(charge(energy));
    return samples;
}

}  // namespace

TEST(The_efficiency_of_a_car, is_unknown_without_charges)
{
    EXPECT_EQ(derive_efficiency({}), Factor());
}

TEST(The_efficiency_of_a_car, is_what_eight_charges_agree_on_to_five_places)
{
    EXPECT_EQ(derive_efficiency(times(8, charge("15.1234"))), Factor(0.15123));
}

TEST(The_efficiency_of_a_car, rounds_the_fifth_place_half_away_from_zero)
{
    EXPECT_EQ(derive_efficiency(times(8, charge("15.1235"))), Factor(0.15124));
}

TEST(The_efficiency_of_a_car, has_four_places_when_only_seven_charges_agree)
{
    EXPECT_EQ(derive_efficiency(times(7, charge("15.1234"))), Factor(0.1512));
}

TEST(The_efficiency_of_a_car, has_four_places_when_five_charges_agree)
{
    EXPECT_EQ(derive_efficiency(times(5, charge("15.1234"))), Factor(0.1512));
}

TEST(The_efficiency_of_a_car, has_three_places_when_only_four_charges_agree)
{
    EXPECT_EQ(derive_efficiency(times(4, charge("15.1734"))), Factor(0.152));
}

TEST(The_efficiency_of_a_car, has_three_places_when_three_charges_agree)
{
    EXPECT_EQ(derive_efficiency(times(3, charge("15.1734"))), Factor(0.152));
}

TEST(The_efficiency_of_a_car, has_two_places_when_two_charges_agree)
{
    EXPECT_EQ(derive_efficiency(times(2, charge("15.1734"))), Factor(0.15));
}

TEST(The_efficiency_of_a_car, is_unknown_after_a_single_charge)
{
    EXPECT_EQ(derive_efficiency(times(1, charge("15.00"))), Factor());
}

TEST(The_efficiency_of_a_car, is_unknown_when_no_two_charges_agree)
{
    EXPECT_EQ(derive_efficiency(charges_of({"15.00", "16.00", "17.00"})), Factor());
}

TEST(The_efficiency_of_a_car, groups_charges_that_agree_only_after_rounding)
{
    // Five places: all different. Four: 0.1500 five times.
    EXPECT_EQ(derive_efficiency(charges_of({"15.000", "15.001", "15.002", "15.003", "15.004"})), Factor(0.15));
}

TEST(The_efficiency_of_a_car, is_that_of_the_biggest_group)
{
    EXPECT_EQ(derive_efficiency(times(8, charge("15.00")) + times(9, charge("18.00"))), Factor(0.18));
}

TEST(The_efficiency_of_a_car, is_that_of_the_biggest_group_whichever_came_first)
{
    EXPECT_EQ(derive_efficiency(times(9, charge("15.00")) + times(8, charge("18.00"))), Factor(0.15));
}

TEST(The_efficiency_of_a_car, is_the_smallest_factor_of_equally_big_groups)
{
    EXPECT_EQ(derive_efficiency(times(8, charge("18.00")) + times(8, charge("15.00"))), Factor(0.15));
}

TEST(The_efficiency_of_a_car, counts_factors_with_different_numbers_of_digits_as_one)
{
    EXPECT_EQ(derive_efficiency(times(4, charge("15")) + times(4, charge("15.0000"))), Factor(0.15));
}

TEST(The_efficiency_of_a_car, is_derived_from_whichever_range_it_is_given)
{
    EXPECT_EQ(derive_efficiency(eight_but([](EfficiencySample &sample) { sample.end_range = decimal("400.00"); })),
              Factor(0.075));
}

TEST(The_efficiency_of_a_car, is_unknown_when_most_charges_gained_no_range)
{
    EXPECT_EQ(derive_efficiency(times(9, without_gain("15.00")) + times(8, charge("15.00"))), Factor());
}

TEST(The_efficiency_of_a_car, goes_on_to_fewer_places_when_most_charges_gained_no_range)
{
    // Five places: four without a factor against one of each. Four: 0.1500 five times.
    EXPECT_EQ(derive_efficiency(times(4, without_gain("15.00")) +
                                charges_of({"15.000", "15.001", "15.002", "15.003", "15.004"})),
              Factor(0.15));
}

TEST(The_efficiency_of_a_car, is_unknown_when_all_charges_gained_no_range)
{
    EXPECT_EQ(derive_efficiency(times(8, without_gain("15.00"))), Factor());
}

TEST(The_efficiency_of_a_car, is_a_factor_that_ties_with_charges_without_gain)
{
    EXPECT_EQ(derive_efficiency(times(8, without_gain("15.00")) + times(8, charge("15.00"))), Factor(0.15));
}

TEST(The_efficiency_of_a_car, counts_all_charges_without_gain_as_one_group)
{
    EXPECT_EQ(derive_efficiency(times(5, without_gain("15.00")) + times(4, without_gain("16.00")) +
                                times(8, charge("15.00"))),
              Factor());
}

TEST(The_efficiency_of_a_car, is_unknown_when_most_charges_lost_range)
{
    EXPECT_EQ(derive_efficiency(eight_but([](EfficiencySample &sample) { sample.end_range = decimal("100.00"); })),
              Factor());
}

TEST(The_efficiency_of_a_car, is_unknown_when_the_factor_rounds_to_zero)
{
    EXPECT_EQ(derive_efficiency(times(8, charge("0.0001"))), Factor());
}

TEST(The_efficiency_of_a_car, goes_on_to_fewer_places_when_the_biggest_group_is_not_positive)
{
    EfficiencySample lost = charge("15.00");
    lost.end_range = decimal("100.00");
    // To five and four places the eight charges that lost range are the biggest group, to three the nine others.
    const auto positive =
        charges_of({"15.001", "15.011", "15.021", "15.031", "15.041", "14.96", "14.97", "14.98", "14.99"});
    EXPECT_EQ(derive_efficiency(times(8, lost) + positive), Factor(0.15));
}

TEST(A_charge, of_ten_minutes_tells_nothing_about_efficiency)
{
    EXPECT_EQ(derive_efficiency(eight_but([](EfficiencySample &sample) { sample.duration_min = 10; })), Factor());
}

TEST(A_charge, of_eleven_minutes_tells_about_efficiency)
{
    EXPECT_EQ(derive_efficiency(eight_but([](EfficiencySample &sample) { sample.duration_min = 11; })), Factor(0.15));
}

TEST(A_charge, up_to_95_percent_tells_about_efficiency)
{
    EXPECT_EQ(derive_efficiency(eight_but([](EfficiencySample &sample) { sample.end_battery_level = 95; })),
              Factor(0.15));
}

TEST(A_charge, up_to_96_percent_tells_nothing_about_efficiency)
{
    EXPECT_EQ(derive_efficiency(eight_but([](EfficiencySample &sample) { sample.end_battery_level = 96; })), Factor());
}

TEST(A_charge, without_a_duration_tells_nothing_about_efficiency)
{
    EXPECT_EQ(derive_efficiency(eight_but([](EfficiencySample &sample) { sample.duration_min.reset(); })), Factor());
}

TEST(A_charge, without_a_battery_level_tells_nothing_about_efficiency)
{
    EXPECT_EQ(derive_efficiency(eight_but([](EfficiencySample &sample) { sample.end_battery_level.reset(); })),
              Factor());
}

TEST(A_charge, without_energy_tells_nothing_about_efficiency)
{
    EXPECT_EQ(derive_efficiency(eight_but([](EfficiencySample &sample) { sample.energy_added.reset(); })), Factor());
}

TEST(A_charge, that_added_nothing_does_not_count_against_others)
{
    EXPECT_EQ(derive_efficiency(times(9, charge("0.00")) + times(8, charge("15.00"))), Factor(0.15));
}

TEST(A_charge, without_a_range_at_its_start_tells_nothing_about_efficiency)
{
    EXPECT_EQ(derive_efficiency(eight_but([](EfficiencySample &sample) { sample.start_range.reset(); })), Factor());
}

TEST(A_charge, without_a_range_at_its_end_tells_nothing_about_efficiency)
{
    EXPECT_EQ(derive_efficiency(eight_but([](EfficiencySample &sample) { sample.end_range.reset(); })), Factor());
}

TEST(A_charge, without_a_range_does_not_count_as_one_without_gain)
{
    EfficiencySample no_range = charge("15.00");
    no_range.end_range.reset();
    EXPECT_EQ(derive_efficiency(times(9, no_range) + times(8, charge("15.00"))), Factor(0.15));
}

TEST(A_charge, of_NaN_energy_makes_a_factor_of_NaN_as_in_TeslaMate)
{
    const auto factor = derive_efficiency(times(8, charge("NaN")));
    ASSERT_TRUE(factor);
    EXPECT_TRUE(std::isnan(*factor));
}

}  // namespace pitstop::test
