#include "core/drive_summary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "values.hpp"

namespace pitstop::test {

namespace {

constexpr int random_drives = 20'000;
constexpr std::int64_t drive_id = 12;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double endless = std::numeric_limits<double>::infinity();

using Drive = std::vector<Position>;
using Elevations = std::vector<std::optional<std::int64_t>>;
using Temperatures = std::vector<std::optional<Decimal>>;
using Text = std::optional<std::string>;

// A streamed position has no range, a polled one has: 300 km ideal and 250 km rated.
Position streamed(std::int64_t id, double seconds, std::optional<double> odometer)
{
    Position position;
    position.id = id;
    position.date = after(seconds);
    position.odometer = odometer;
    return position;
}

Position polled(std::int64_t id, double seconds, std::optional<double> odometer)
{
    Position position = streamed(id, seconds, odometer);
    position.ideal_range = decimal("300.00");
    position.rated_range = decimal("250.00");
    return position;
}

Position with_ranges(Position position, const char *ideal, const char *rated)
{
    position.ideal_range = decimal(ideal);
    position.rated_range.reset();
    if (rated != nullptr)
        position.rated_range = decimal(rated);
    return position;
}

Position at(Position position, UtcTime date)
{
    position.date = date;
    return position;
}

Position high(Position position, std::int64_t elevation)
{
    position.elevation = elevation;
    return position;
}

// A drive of 5 km a minute, all of it polled.
Drive drive_of(std::size_t positions)
{
    Drive drive;
    for (std::size_t i = 0; i < positions; ++i)
        drive.push_back(polled(static_cast<std::int64_t>(100 + i), 60.0 * static_cast<double>(i),
                               1000.0 + 5 * static_cast<double>(i)));
    return drive;
}

Drive between(std::optional<double> first_odometer, std::optional<double> last_odometer)
{
    return {polled(1, 0, first_odometer), polled(2, 30, 1001), polled(3, 60, last_odometer)};
}

Drive over(const Elevations &elevations)
{
    Drive drive = drive_of(elevations.size());
    for (std::size_t i = 0; i < drive.size(); ++i)
        drive[i].elevation = elevations[i];
    return drive;
}

DriveSummary summary_of(const Drive &drive)
{
    DriveSummary summary;
    for (const Position &position : drive)
        summary.add(position);
    return summary;
}

std::variant<DriveFacts, NoDrive> result_of(const Drive &drive)
{
    return summary_of(drive).result(drive_id);
}

DriveFacts kept(const Drive &drive)
{
    return std::get<DriveFacts>(result_of(drive));
}

bool is_deleted(const Drive &drive)
{
    return std::holds_alternative<NoDrive>(result_of(drive));
}

bool is_kept(const Drive &drive)
{
    return std::holds_alternative<DriveFacts>(result_of(drive));
}

std::string reason(const Drive &drive)
{
    return std::get<NoDrive>(result_of(drive)).reason;
}

bool raises(const Drive &drive)
{
    return raises_out_of_range([&] { result_of(drive); });
}

std::string message(const Drive &drive)
{
    const auto error = error_of([&] { result_of(drive); });
    return error ? error->what() : "nothing raised";
}

Text text(const std::optional<Decimal> &value)
{
    if (!value)
        return std::nullopt;
    return value->text();
}

Text outside_average(const Temperatures &temperatures)
{
    Drive drive = drive_of(temperatures.size());
    for (std::size_t i = 0; i < drive.size(); ++i)
        drive[i].outside_temp = temperatures[i];
    return text(kept(drive).outside_temp.rounded(1));
}

}  // namespace

// ---- deleted or kept

TEST(Closing_a_drive, deletes_it_without_positions)
{
    EXPECT_EQ(reason({}), "it has no positions");
}

TEST(Closing_a_drive, knows_no_facts_of_a_drive_without_positions)
{
    EXPECT_FALSE(std::get<NoDrive>(result_of({})).facts);
}

TEST(Closing_a_drive, deletes_it_with_one_position)
{
    EXPECT_EQ(reason(drive_of(1)), "it has one position only");
}

TEST(Closing_a_drive, knows_when_a_drive_of_one_position_was)
{
    EXPECT_EQ(std::get<NoDrive>(result_of(drive_of(1))).facts.value().start_date, after(0));
}

TEST(Closing_a_drive, keeps_it_with_two_positions)
{
    EXPECT_TRUE(is_kept(drive_of(2)));
}

TEST(Closing_a_drive, deletes_it_when_the_car_did_not_move)
{
    EXPECT_TRUE(is_deleted(between(1000, 1000)));
}

TEST(Closing_a_drive, deletes_it_when_the_odometer_went_back)
{
    EXPECT_TRUE(is_deleted(between(1001, 1000)));
}

TEST(Closing_a_drive, deletes_it_between_1000_km_and_1000_01_km_as_float8_subtracts)
{
    EXPECT_TRUE(is_deleted(between(1000.0, 1000.01)));
}

TEST(Closing_a_drive, deletes_it_between_5_01_km_and_5_02_km_as_float8_subtracts)
{
    EXPECT_TRUE(is_deleted(between(5.01, 5.02)));
}

TEST(Closing_a_drive, keeps_it_between_100_km_and_100_01_km_as_float8_subtracts)
{
    EXPECT_TRUE(is_kept(between(100.0, 100.01)));
}

TEST(Closing_a_drive, keeps_it_after_exactly_a_hundredth_of_a_km)
{
    EXPECT_TRUE(is_kept(between(0, 0.01)));
}

TEST(Closing_a_drive, says_how_short_a_deleted_drive_was)
{
    EXPECT_EQ(reason(between(1000, 999.5)), "its distance of -0.5 km is below 0.01 km");
}

TEST(Closing_a_drive, deletes_it_without_a_polled_position)
{
    EXPECT_EQ(reason({streamed(1, 0, 1000), streamed(2, 60, 1005)}),
              "no position has both an ideal range and an odometer");
}

TEST(Closing_a_drive, deletes_it_when_no_position_has_both_range_and_odometer)
{
    EXPECT_TRUE(is_deleted({streamed(1, 0, 1000), polled(2, 30, std::nullopt), streamed(3, 60, 1005)}));
}

TEST(Closing_a_drive, deletes_it_when_only_the_rated_range_is_known)
{
    Drive drive = drive_of(2);
    for (Position &position : drive)
        position.ideal_range.reset();
    EXPECT_TRUE(is_deleted(drive));
}

TEST(Closing_a_drive, knows_when_a_deleted_drive_was)
{
    const auto facts = std::get<NoDrive>(result_of(between(1000, 1000))).facts;
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->end_date, after(60));
}

// ---- distance

TEST(The_distance_of_a_drive, is_the_last_odometer_less_the_first)
{
    EXPECT_EQ(kept(drive_of(3)).distance, std::optional<double>(10.0));
}

TEST(The_distance_of_a_drive, is_exactly_what_float8_subtraction_gives)
{
    EXPECT_EQ(kept(between(100.0, 100.01)).distance, std::optional<double>(100.01 - 100.0));
}

TEST(The_distance_of_a_drive, is_unknown_when_the_first_odometer_is_NULL)
{
    EXPECT_FALSE(kept(between(std::nullopt, 1005)).distance);
}

TEST(The_distance_of_a_drive, is_unknown_when_the_last_odometer_is_NULL)
{
    EXPECT_FALSE(kept(between(1000, std::nullopt)).distance);
}

TEST(The_distance_of_a_drive, is_unknown_when_both_odometers_are_NULL)
{
    EXPECT_FALSE(kept(between(std::nullopt, std::nullopt)).distance);
}

TEST(The_odometers_of_a_drive, are_those_of_its_first_and_last_position)
{
    const DriveFacts facts = kept({polled(1, 0, 1000), polled(2, 30, 2000), polled(3, 60, 1005)});
    EXPECT_EQ(facts.start_km, std::optional<double>(1000));
    EXPECT_EQ(facts.end_km, std::optional<double>(1005));
}

TEST(The_odometers_of_a_drive, are_unknown_at_the_end_where_they_are_NULL)
{
    const DriveFacts facts = kept(between(1000, std::nullopt));
    EXPECT_EQ(facts.start_km, std::optional<double>(1000));
    EXPECT_FALSE(facts.end_km);
}

TEST(An_odometer_of_NaN, cannot_be_closed_at_the_start)
{
    EXPECT_EQ(message(between(not_a_number, 1005)), "drive 12 has NaN for column \"start_km\"");
}

TEST(An_odometer_of_NaN, cannot_be_closed_at_the_end)
{
    EXPECT_EQ(message(between(1000, not_a_number)), "drive 12 has NaN for column \"end_km\"");
}

TEST(An_odometer_of_NaN, is_out_of_range)
{
    EXPECT_TRUE(raises(between(not_a_number, 1005)));
}

TEST(An_odometer_of_NaN, cannot_be_closed_where_the_other_one_is_NULL)
{
    EXPECT_TRUE(raises(between(not_a_number, std::nullopt)));
}

TEST(An_odometer_of_infinity, cannot_be_closed_at_the_start)
{
    EXPECT_EQ(message(between(endless, 1005)), "drive 12 has Infinity for column \"start_km\"");
}

TEST(An_odometer_of_infinity, cannot_be_closed_at_the_end)
{
    EXPECT_EQ(message(between(1000, endless)), "drive 12 has Infinity for column \"end_km\"");
}

TEST(An_odometer_of_minus_infinity, cannot_be_closed_at_the_end)
{
    EXPECT_EQ(message(between(1000, -endless)), "drive 12 has -Infinity for column \"end_km\"");
}

TEST(An_odometer_of_infinity, cannot_be_closed_at_both_ends)
{
    EXPECT_TRUE(raises(between(endless, endless)));
}

TEST(An_odometer_of_NaN, in_the_middle_does_no_harm)
{
    EXPECT_EQ(kept({polled(1, 0, 1000), polled(2, 30, not_a_number), polled(3, 60, 1005)}).distance,
              std::optional<double>(5.0));
}

TEST(An_odometer_of_NaN, does_not_keep_a_drive_of_one_position)
{
    EXPECT_TRUE(is_deleted({polled(1, 0, not_a_number)}));
}

TEST(An_odometer_of_infinity, does_not_keep_a_drive_of_one_position)
{
    EXPECT_TRUE(is_deleted({polled(1, 0, endless)}));
}

TEST(Odometers, too_far_apart_for_float8_cannot_be_closed)
{
    EXPECT_EQ(message(between(-1.7e308, 1.7e308)), "drive 12 has Infinity for column \"distance\"");
}

// ---- ranges

TEST(The_ranges_of_a_drive, are_those_of_its_first_and_last_polled_position)
{
    const DriveFacts facts =
        kept({with_ranges(polled(1, 0, 1000), "300.00", "250.00"), with_ranges(polled(2, 30, 1002), "500.00", "1.00"),
              with_ranges(polled(3, 60, 1005), "290.00", "240.00")});
    EXPECT_EQ(text(facts.start_ideal_range), "300.00");
    EXPECT_EQ(text(facts.end_ideal_range), "290.00");
    EXPECT_EQ(text(facts.start_rated_range), "250.00");
    EXPECT_EQ(text(facts.end_rated_range), "240.00");
}

TEST(The_ranges_of_a_drive, come_from_within_when_its_ends_were_streamed)
{
    const DriveFacts facts = kept({streamed(1, 0, 1000), with_ranges(polled(2, 10, 1001), "300.00", "250.00"),
                                   with_ranges(polled(3, 50, 1004), "290.00", "240.00"), streamed(4, 60, 1005)});
    EXPECT_EQ(text(facts.start_ideal_range), "300.00");
    EXPECT_EQ(text(facts.end_ideal_range), "290.00");
}

TEST(The_ranges_of_a_drive, leave_date_and_odometer_to_streamed_positions_at_its_ends)
{
    const DriveFacts facts = kept({streamed(1, 0, 1000), polled(2, 10, 1001), streamed(3, 60, 1005)});
    EXPECT_EQ(facts.distance, std::optional<double>(5.0));
    EXPECT_EQ(facts.start_date, after(0));
    EXPECT_EQ(facts.end_date, after(60));
}

TEST(The_ranges_of_a_drive, are_the_same_at_both_ends_with_one_polled_position)
{
    const DriveFacts facts =
        kept({streamed(1, 0, 1000), with_ranges(polled(2, 10, 1001), "300.00", "250.00"), streamed(3, 60, 1005)});
    EXPECT_EQ(text(facts.start_ideal_range), "300.00");
    EXPECT_EQ(text(facts.end_ideal_range), "300.00");
    EXPECT_EQ(text(facts.end_rated_range), "250.00");
}

TEST(The_ranges_of_a_drive, do_not_come_from_a_position_without_an_odometer)
{
    const DriveFacts facts = kept({with_ranges(polled(1, 0, std::nullopt), "310.00", "260.00"), polled(2, 30, 1000),
                                   with_ranges(polled(3, 60, std::nullopt), "280.00", "230.00")});
    EXPECT_EQ(text(facts.start_ideal_range), "300.00");
    EXPECT_EQ(text(facts.end_ideal_range), "300.00");
}

TEST(The_rated_range_of_a_drive, is_NULL_at_the_start_where_the_first_polled_position_has_none)
{
    const DriveFacts facts = kept({with_ranges(polled(1, 0, 1000), "300.00", nullptr), polled(2, 60, 1005)});
    EXPECT_FALSE(facts.start_rated_range);
    EXPECT_EQ(text(facts.end_rated_range), "250.00");
}

TEST(The_rated_range_of_a_drive, is_NULL_at_the_end_where_the_last_polled_position_has_none)
{
    const DriveFacts facts = kept({polled(1, 0, 1000), with_ranges(polled(2, 60, 1005), "290.00", nullptr)});
    EXPECT_EQ(text(facts.start_rated_range), "250.00");
    EXPECT_FALSE(facts.end_rated_range);
}

// ---- climb

TEST(The_climb_of_a_drive, adds_up_the_steps_in_either_direction)
{
    const DriveFacts facts = kept(over({100, 130, 120, 140, 90}));
    EXPECT_EQ(facts.ascent, 50);
    EXPECT_EQ(facts.descent, 60);
}

TEST(The_climb_of_a_drive, is_nothing_on_flat_ground)
{
    const DriveFacts facts = kept(over({100, 100}));
    EXPECT_EQ(facts.ascent, 0);
    EXPECT_EQ(facts.descent, 0);
}

TEST(The_climb_of_a_drive, is_nothing_without_elevations)
{
    const DriveFacts facts = kept(over({std::nullopt, std::nullopt}));
    EXPECT_EQ(facts.ascent, 0);
    EXPECT_EQ(facts.descent, 0);
}

TEST(The_climb_of_a_drive, is_nothing_with_one_elevation)
{
    const DriveFacts facts = kept(over({std::nullopt, 800, std::nullopt}));
    EXPECT_EQ(facts.ascent, 0);
    EXPECT_EQ(facts.descent, 0);
}

TEST(The_climb_of_a_drive, steps_over_gaps)
{
    const DriveFacts facts = kept(over({std::nullopt, 100, std::nullopt, std::nullopt, 150, std::nullopt, 120}));
    EXPECT_EQ(facts.ascent, 50);
    EXPECT_EQ(facts.descent, 30);
}

TEST(The_climb_of_a_drive, works_below_the_sea)
{
    const DriveFacts facts = kept(over({-20, 10, -30}));
    EXPECT_EQ(facts.ascent, 30);
    EXPECT_EQ(facts.descent, 40);
}

TEST(The_climb_of_a_drive, may_be_one_step_of_32767)
{
    EXPECT_EQ(kept(over({0, 32767})).ascent, 32767);
}

TEST(The_climb_of_a_drive, may_be_one_step_down_of_32767)
{
    EXPECT_EQ(kept(over({32767, 0})).descent, 32767);
}

TEST(The_climb_of_a_drive, becomes_nothing_when_it_sums_up_to_32768)
{
    EXPECT_EQ(kept(over({0, 32767, 32766, 32767})).ascent, 0);
}

TEST(The_climb_of_a_drive, stays_when_only_the_descent_is_too_large)
{
    const DriveFacts facts = kept(over({32767, 0, 1, 0}));
    EXPECT_EQ(facts.ascent, 1);
    EXPECT_EQ(facts.descent, 0);
}

TEST(The_climb_of_a_drive, stays_when_it_sums_up_to_32767)
{
    EXPECT_EQ(kept(over({0, 20000, 0, 12767})).ascent, 32767);
}

TEST(The_descent_of_a_drive, becomes_nothing_when_it_sums_up_to_32768)
{
    EXPECT_EQ(kept(over({20000, 0, 12768, 0})).descent, 0);
}

TEST(A_step_of_elevation, of_32768_cannot_be_closed)
{
    EXPECT_TRUE(raises(over({-1, 32767})));
}

TEST(A_step_of_elevation, of_exactly_minus_32768_cannot_be_closed)
{
    EXPECT_TRUE(raises(over({32767, -1})));
}

TEST(A_step_of_elevation, of_minus_65535_cannot_be_closed)
{
    EXPECT_TRUE(raises(over({32767, -32768})));
}

TEST(A_step_of_elevation, beyond_a_bigint_cannot_be_closed)
{
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    EXPECT_TRUE(raises(over({-most, most})));
}

TEST(A_step_of_elevation, over_a_gap_cannot_be_closed_when_too_large)
{
    EXPECT_TRUE(raises(over({-1, std::nullopt, 32767})));
}

TEST(A_step_of_elevation, too_large_raises_even_for_a_drive_that_would_be_deleted)
{
    EXPECT_TRUE(raises({high(polled(1, 0, 1000), -1), high(polled(2, 60, 1000), 32767)}));
}

TEST(A_step_of_elevation, too_large_up_is_named_with_its_column)
{
    EXPECT_EQ(message(over({-1, 32767})), "drive 12 has a step of 32768 m for column \"ascent\"");
}

TEST(A_step_of_elevation, too_large_down_is_named_with_its_column)
{
    EXPECT_EQ(message(over({32767, -1})), "drive 12 has a step of -32768 m for column \"descent\"");
}

TEST(A_step_of_elevation, too_large_is_explained_with_its_position)
{
    const auto error = error_of([] { result_of(over({0, 5, 32767, -10})); });
    ASSERT_TRUE(error);
    EXPECT_NE(error->detail().find("at position 103"), std::string::npos) << error->detail();
}

TEST(A_step_of_elevation, too_large_comes_with_a_hint)
{
    const auto error = error_of([] { result_of(over({-1, 32767})); });
    ASSERT_TRUE(error);
    EXPECT_NE(error->hint().find("pitstop.delete_drive(12)"), std::string::npos);
}

// ---- averages and extremes

TEST(The_temperature_of_a_drive, is_averaged_and_rounded_half_away_from_zero)
{
    EXPECT_EQ(outside_average({decimal("20.0"), decimal("20.1")}), "20.1");
}

TEST(The_temperature_of_a_drive, is_rounded_away_from_zero_below_zero_too)
{
    EXPECT_EQ(outside_average({decimal("-20.0"), decimal("-20.1")}), "-20.1");
}

TEST(The_temperature_of_a_drive, leaves_out_positions_without_one)
{
    EXPECT_EQ(outside_average({decimal("10.0"), std::nullopt, decimal("20.0")}), "15.0");
}

TEST(The_temperature_of_a_drive, is_unknown_when_no_position_has_one)
{
    EXPECT_EQ(outside_average({std::nullopt, std::nullopt}), Text());
}

TEST(The_temperature_of_a_drive, is_averaged_inside_and_outside_apart)
{
    Drive drive = drive_of(2);
    drive[0].outside_temp = decimal("5.0");
    drive[1].inside_temp = decimal("21.0");
    EXPECT_EQ(text(kept(drive).outside_temp.rounded(1)), "5.0");
    EXPECT_EQ(text(kept(drive).inside_temp.rounded(1)), "21.0");
}

TEST(The_extremes_of_a_drive, are_found_wherever_they_are)
{
    Drive drive = drive_of(4);
    drive[0].speed = 80;
    drive[1].speed = 120;
    drive[2].speed = 90;
    drive[0].power = 10;
    drive[1].power = 150;
    drive[2].power = -60;
    drive[3].power = 0;
    const DriveFacts facts = kept(drive);
    EXPECT_EQ(facts.speed_max, std::optional<std::int64_t>(120));
    EXPECT_EQ(facts.power_max, std::optional<std::int64_t>(150));
    EXPECT_EQ(facts.power_min, std::optional<std::int64_t>(-60));
}

TEST(The_extremes_of_a_drive, are_not_zero_when_all_power_is_negative)
{
    Drive drive = drive_of(2);
    drive[0].power = -5;
    drive[1].power = -7;
    EXPECT_EQ(kept(drive).power_max, std::optional<std::int64_t>(-5));
}

TEST(The_extremes_of_a_drive, are_unknown_when_no_position_has_any)
{
    const DriveFacts facts = kept(drive_of(2));
    EXPECT_FALSE(facts.speed_max || facts.power_max || facts.power_min);
}

// ---- time and order

TEST(The_duration_of_a_drive, is_rounded_up_from_half_a_minute)
{
    EXPECT_EQ(kept({polled(1, 0, 1000), polled(2, 90, 1005)}).duration_min, 2);
}

TEST(The_duration_of_a_drive, is_rounded_down_below_half_a_minute)
{
    EXPECT_EQ(kept({polled(1, 0, 1000), polled(2, 89.999999, 1005)}).duration_min, 1);
}

TEST(The_duration_of_a_drive, is_told_even_where_no_column_holds_it)
{
    EXPECT_EQ(kept({polled(1, 0, 1000), polled(2, 60.0 * 32768, 1005)}).duration_min, 32768);
}

TEST(A_drive, begins_and_ends_with_its_first_and_last_position)
{
    const DriveFacts facts = kept(drive_of(3));
    EXPECT_EQ(facts.start_position_id, 100);
    EXPECT_EQ(facts.end_position_id, 102);
    EXPECT_EQ(facts.start_date, after(0));
    EXPECT_EQ(facts.end_date, after(120));
}

TEST(A_drive, counts_its_positions)
{
    EXPECT_EQ(summary_of(drive_of(3)).positions(), 3);
}

TEST(A_drive, was_last_seen_at_its_newest_position_wherever_it_comes)
{
    EXPECT_EQ(summary_of({polled(1, 0, 1000), polled(2, 90, 1005), polled(3, 60, 1005)}).last_date(), after(90));
}

TEST(A_drive, whose_positions_come_backwards_is_closed_in_the_order_of_time)
{
    Drive drive = over({100, 130, 120});
    std::reverse(drive.begin(), drive.end());
    const DriveFacts facts = kept(drive);
    EXPECT_EQ(facts.distance, std::optional<double>(10.0));
    EXPECT_EQ(facts.start_position_id, 100);
    EXPECT_EQ(facts.end_position_id, 102);
    EXPECT_EQ(facts.ascent, 30);
    EXPECT_EQ(facts.descent, 10);
}

TEST(A_drive, whose_ids_run_against_time_is_closed_in_the_order_of_time)
{
    const DriveFacts facts = kept({polled(9, 0, 1000), polled(5, 30, 1003), polled(1, 60, 1005)});
    EXPECT_EQ(facts.start_position_id, 9);
    EXPECT_EQ(facts.end_position_id, 1);
}

TEST(A_drive, ends_with_the_larger_id_of_two_positions_at_the_same_time)
{
    const DriveFacts facts = kept({polled(1, 0, 1000), polled(3, 60, 1005), polled(2, 60, 1004)});
    EXPECT_EQ(facts.end_position_id, 3);
    EXPECT_EQ(facts.end_km, std::optional<double>(1005));
}

TEST(A_drive, begins_with_the_smaller_id_of_two_positions_at_the_same_time)
{
    const DriveFacts facts = kept({polled(2, 0, 1001), polled(1, 0, 1000), polled(3, 60, 1005)});
    EXPECT_EQ(facts.start_position_id, 1);
    EXPECT_EQ(facts.start_km, std::optional<double>(1000));
}

TEST(A_drive, takes_its_ranges_in_the_order_of_id_at_the_same_time)
{
    const DriveFacts facts = kept(
        {with_ranges(polled(2, 0, 1001), "299.00", "249.00"), with_ranges(polled(1, 0, 1000), "300.00", "250.00"),
         with_ranges(polled(4, 60, 1005), "290.00", "240.00"), with_ranges(polled(3, 60, 1004), "291.00", "241.00")});
    EXPECT_EQ(text(facts.start_ideal_range), "300.00");
    EXPECT_EQ(text(facts.end_ideal_range), "290.00");
}

TEST(A_drive, climbs_in_the_order_of_id_at_the_same_time)
{
    const DriveFacts facts =
        kept({high(polled(1, 0, 1000), 100), high(polled(3, 30, 1001), 110), high(polled(2, 30, 1001), 150)});
    EXPECT_EQ(facts.ascent, 50);
    EXPECT_EQ(facts.descent, 40);
}

TEST(A_position_at_infinity, cannot_be_closed_at_the_end)
{
    EXPECT_EQ(message({polled(1, 0, 1000), at(polled(2, 0, 1005), infinity)}),
              "drive 12 has infinity for column \"end_date\"");
}

TEST(A_position_at_infinity, cannot_be_closed_at_the_start)
{
    EXPECT_EQ(message({at(polled(1, 0, 1000), minus_infinity), polled(2, 0, 1005)}),
              "drive 12 has -infinity for column \"start_date\"");
}

TEST(A_position_at_infinity, is_out_of_range)
{
    EXPECT_TRUE(raises({polled(1, 0, 1000), at(polled(2, 0, 1005), infinity)}));
}

// A process of its own, for the sanitizer to stop.
TEST(A_drive, from_the_first_to_the_last_moment_PostgreSQL_knows_is_out_of_range_or_longer_than_any_column_holds)
{
    const UtcTime first{-211'813'488'000'000'000};  // 4713-11-24 BC
    const UtcTime last{9'223'371'331'199'999'999};  // the end of 294276
    const auto is_refused = [&] {
        const Drive drive = {at(polled(1, 0, 1000), first), at(polled(2, 0, 1005), last)};
        return raises(drive) || kept(drive).duration_min > 32767;
    };
    EXPECT_EXIT(std::exit(is_refused() ? 0 : 1), testing::ExitedWithCode(0), "");
}

// ---- against another implementation

namespace {

// Everything that is decided about a drive, as one line.
std::string line(std::initializer_list<std::string> words)
{
    std::string result;
    for (const std::string &word : words)
        result += word + ' ';
    return result;
}

template <typename Number>
std::string word(const std::optional<Number> &number)
{
    return number ? std::to_string(*number) : "-";
}

std::string word(const std::optional<Decimal> &number)
{
    return number ? number->text() : "-";
}

std::string decided_by_core(const Drive &drive)
{
    if (raises(drive))
        return "raised";
    if (is_deleted(drive))
        return "deleted";
    const DriveFacts facts = kept(drive);
    return line({std::to_string(facts.start_position_id), std::to_string(facts.end_position_id),
                 std::to_string(facts.duration_min), word(facts.distance), word(facts.speed_max), word(facts.power_max),
                 word(facts.power_min), word(facts.start_ideal_range), word(facts.end_ideal_range),
                 word(facts.start_rated_range), word(facts.end_rated_range), word(facts.outside_temp.rounded(1)),
                 std::to_string(facts.ascent), std::to_string(facts.descent)});
}

// An average of tenths, half away from zero.
std::string average_of_tenths(const std::vector<std::int64_t> &tenths)
{
    if (tenths.empty())
        return "-";
    std::int64_t sum = 0;
    for (const std::int64_t tenth : tenths)
        sum += tenth;
    const auto count = static_cast<std::int64_t>(tenths.size());
    return Decimal((2 * sum + (sum < 0 ? -count : count)) / (2 * count), 1).text();
}

// The rules of closing, one pass for each, over positions sorted beforehand.
std::string decided_by_the_rules(Drive drive)
{
    std::sort(drive.begin(), drive.end(), [](const Position &a, const Position &b) {
        return std::tuple(a.date.microseconds, a.id) < std::tuple(b.date.microseconds, b.id);
    });
    std::vector<std::int64_t> elevations, speeds, powers, tenths;
    std::vector<const Position *> with_range;
    for (const Position &position : drive) {
        if (position.elevation)
            elevations.push_back(*position.elevation);
        if (position.speed)
            speeds.push_back(*position.speed);
        if (position.power)
            powers.push_back(*position.power);
        if (position.outside_temp)
            tenths.push_back(static_cast<std::int64_t>(position.outside_temp->units()));
        if (position.ideal_range && position.odometer)
            with_range.push_back(&position);
    }

    std::int64_t up = 0;
    std::int64_t down = 0;
    for (std::size_t i = 1; i < elevations.size(); ++i) {
        const std::int64_t step = elevations[i] - elevations[i - 1];
        if (step > 32767 || step < -32767)
            return "raised";
        up += std::max<std::int64_t>(step, 0);
        down += std::max<std::int64_t>(-step, 0);
    }
    if (drive.size() < 2 || with_range.empty())
        return "deleted";

    const auto first_km = drive.front().odometer;
    const auto last_km = drive.back().odometer;
    if ((first_km && !std::isfinite(*first_km)) || (last_km && !std::isfinite(*last_km)))
        return "raised";
    if (first_km && last_km && *last_km - *first_km < 0.01)
        return "deleted";

    const auto extreme = [](const std::vector<std::int64_t> &values, bool largest) {
        if (values.empty())
            return std::string("-");
        const auto [smallest, biggest] = std::minmax_element(values.begin(), values.end());
        return std::to_string(largest ? *biggest : *smallest);
    };
    const auto seconds = (drive.back().date.microseconds - drive.front().date.microseconds) / 1'000'000;
    return line({std::to_string(drive.front().id), std::to_string(drive.back().id), std::to_string((seconds + 30) / 60),
                 first_km && last_km ? std::to_string(*last_km - *first_km) : "-", extreme(speeds, true),
                 extreme(powers, true), extreme(powers, false), word(with_range.front()->ideal_range),
                 word(with_range.back()->ideal_range), word(with_range.front()->rated_range),
                 word(with_range.back()->rated_range), average_of_tenths(tenths), std::to_string(up > 32767 ? 0 : up),
                 std::to_string(down > 32767 ? 0 : down)});
}

class RandomDrives {
public:
    Drive next()
    {
        Drive drive(below(9));
        std::int64_t id = 0;
        for (Position &position : drive)
            position = next_position(++id);
        std::shuffle(drive.begin(), drive.end(), random_);
        return drive;
    }

private:
    std::size_t below(std::size_t limit) { return random_() % limit; }
    bool one_in(std::size_t chances) { return below(chances) == 0; }
    std::int64_t between(std::int64_t smallest, std::int64_t largest)
    {
        return smallest + static_cast<std::int64_t>(below(static_cast<std::size_t>(largest - smallest + 1)));
    }

    // Few moments and few odometers, so that ties and drives too short are frequent.
    Position next_position(std::int64_t id)
    {
        Position position = streamed(id, 15.0 * static_cast<double>(below(12)), std::nullopt);
        if (!one_in(6))
            position.odometer = one_in(40) ? not_a_number : 1000 + 0.01 * static_cast<double>(below(100));
        if (!one_in(3))
            position.speed = between(0, 200);
        if (!one_in(3))
            position.power = between(-100, 300);
        if (!one_in(3))
            position.elevation = one_in(8) ? between(-20'000, 20'000) : between(0, 100);
        if (!one_in(3))
            position.outside_temp = Decimal(between(-200, 350), 1);
        if (one_in(2))
            position.ideal_range = Decimal(between(0, 50'000), 2);
        if (one_in(2))
            position.rated_range = Decimal(between(0, 50'000), 2);
        return position;
    }

    std::mt19937_64 random_{1886};
};

}  // namespace

TEST(Closing_a_drive, gives_what_the_rules_give_for_random_drives_in_any_order)
{
    RandomDrives drives;
    for (int i = 0; i < random_drives; ++i) {
        const Drive drive = drives.next();
        ASSERT_EQ(decided_by_core(drive), decided_by_the_rules(drive)) << "drive number " << i;
    }
}

}  // namespace pitstop::test
