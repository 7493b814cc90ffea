#include "core/place.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace pitstop::test {

namespace {

constexpr double earth_radius_m = 6378168;
constexpr double pi = 3.14159265358979323846;
constexpr double one_degree_m = earth_radius_m * pi / 180;  // 111320.032 m

bool holds(const Box &box, const Coordinates &place)
{
    return box.south <= place.latitude && place.latitude <= box.north && box.west <= place.longitude &&
           place.longitude <= box.east;
}

double within_180(double longitude)
{
    return longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude;
}

// Places of all kinds, and others near them; the same ones in each run: the numbers of this generator are standardized,
// those of the library's distributions are not.
class Places {
public:
    double between(double low, double high) { return low + (high - low) * (numbers_() / 4294967296.0); }

    Coordinates anywhere()
    {
        switch (numbers_() % 4) {
        case 0: return {between(89.95, 90) * sign(), between(-180, 180)};
        case 1: return {between(-90, 90), between(179.9, 180) * sign()};
        case 2: return {std::round(between(-90, 90)), std::round(between(-180, 180))};
        default: return {between(-90, 90), between(-180, 180)};
        }
    }

    double reach_m() { return numbers_() % 8 == 0 ? 0 : std::pow(10, between(-3, 3)); }

    // At about the distance, in any direction; over a pole and the date line too.
    Coordinates near(const Coordinates &centre, double metres)
    {
        const double direction = between(0, 2 * pi);
        const double latitude = centre.latitude * pi / 180;
        const double angle = metres / earth_radius_m;
        const double found = std::asin(std::clamp(std::sin(latitude) * std::cos(angle) +
                                                      std::cos(latitude) * std::sin(angle) * std::cos(direction),
                                                  -1.0, 1.0));
        const double turned = std::atan2(std::sin(direction) * std::sin(angle) * std::cos(latitude),
                                         std::cos(angle) - std::sin(latitude) * std::sin(found));
        return {found * 180 / pi, within_180(centre.longitude + turned * 180 / pi)};
    }

private:
    double sign() { return numbers_() % 2 == 0 ? 1 : -1; }

    std::mt19937 numbers_{1};
};

}  // namespace

TEST(A_distance, is_0_for_the_same_place)
{
    EXPECT_EQ(distance_m({52.514521, 13.350111}, {52.514521, 13.350111}), 0);
}

TEST(A_distance, is_one_degree_along_a_meridian)
{
    EXPECT_NEAR(distance_m({10, 20}, {11, 20}), one_degree_m, 1e-6);
}

TEST(A_distance, is_half_a_degree_along_the_60th_parallel_for_each_degree)
{
    // Along the great circle, which is a little shorter than the parallel.
    EXPECT_NEAR(distance_m({60, 20}, {60, 21}), one_degree_m / 2, 2);
}

TEST(A_distance, is_right_to_the_micrometre_for_places_a_metre_apart)
{
    const double metre = 1 / one_degree_m;
    EXPECT_NEAR(distance_m({52.5, 13.4}, {52.5 + metre, 13.4}), 1, 1e-6);
    EXPECT_NEAR(distance_m({60, 13.4}, {60, 13.4 + 2 * metre}), 1, 1e-6);
}

TEST(A_distance, tells_the_smallest_step_of_a_coordinate_from_none)
{
    EXPECT_NEAR(distance_m({52.5, 13.4}, {52.500001, 13.4}), 0.111320, 1e-6);
}

TEST(A_distance, is_half_the_earth_at_most)
{
    EXPECT_NEAR(distance_m({0, 0}, {0, 180}), pi * earth_radius_m, 1e-6);
    EXPECT_NEAR(distance_m({90, 0}, {-90, 77}), pi * earth_radius_m, 1e-6);
}

TEST(A_distance, goes_over_the_date_line)
{
    EXPECT_NEAR(distance_m({0, 179.5}, {0, -179.5}), one_degree_m, 1e-6);
}

TEST(A_distance, goes_over_a_pole)
{
    EXPECT_NEAR(distance_m({89.5, 10}, {89.5, -170}), one_degree_m, 1e-6);
}

TEST(A_distance, is_the_same_in_both_directions)
{
    Places places;
    for (int i = 0; i < 10'000; ++i) {
        const Coordinates a = places.anywhere();
        const Coordinates b = places.anywhere();
        ASSERT_EQ(distance_m(a, b), distance_m(b, a));
    }
}

TEST(A_distance, is_a_number_for_latitudes_that_only_a_column_has)
{
    for (int step = 0; step < 10'000; ++step) {
        const double latitude = 90 + step / 1001.0;
        ASSERT_NEAR(distance_m({latitude, 0}, {180 - latitude, 180}), 0, 0.5) << latitude;
    }
}

TEST(A_box, reaches_as_far_in_all_directions)
{
    const Box box = box_around({60, 20}, 1000);
    EXPECT_NEAR(box.north - 60, 0.009, 0.0001);
    EXPECT_NEAR(60 - box.south, 0.009, 0.0001);
    EXPECT_NEAR(box.east - 20, 0.018, 0.0003);
    EXPECT_NEAR(20 - box.west, 0.018, 0.0003);
}

TEST(A_box, holds_its_centre_without_a_reach)
{
    EXPECT_TRUE(holds(box_around({52.514521, 13.350111}, 0), {52.514521, 13.350111}));
}

TEST(A_box, has_all_longitudes_at_a_pole)
{
    EXPECT_TRUE(holds(box_around({89.9999, 20}, 100), {89.9999, -160}));
}

TEST(A_box, has_all_longitudes_at_the_date_line)
{
    EXPECT_TRUE(holds(box_around({10, 179.9999}, 100), {10, -179.9999}));
    EXPECT_TRUE(holds(box_around({10, -179.9999}, 100), {10, 179.9999}));
    EXPECT_TRUE(holds(box_around({10, 180}, 0), {10, -180}));
}

TEST(A_box, excludes_no_place_within_reach)
{
    Places places;
    int within_reach = 0;
    for (int i = 0; i < 200'000; ++i) {
        const Coordinates centre = places.anywhere();
        const double reach_m = places.reach_m();
        const Coordinates place = places.near(centre, reach_m * places.between(0.9, 1.01));
        if (distance_m(centre, place) > reach_m)
            continue;
        ++within_reach;
        ASSERT_TRUE(holds(box_around(centre, reach_m), place))
            << centre.latitude << ' ' << centre.longitude << ' ' << reach_m << " m: " << place.latitude << ' '
            << place.longitude;
    }
    EXPECT_GT(within_reach, 100'000);
}

TEST(A_box, holds_little_more_than_what_is_within_reach)
{
    Places places;
    for (int i = 0; i < 10'000; ++i) {
        const Coordinates centre{places.between(-80, 80), places.between(-170, 170)};
        const Box box = box_around(centre, 1000);
        ASSERT_LT(distance_m(centre, {box.north, box.east}), 1500);
    }
}

}  // namespace pitstop::test
