#include "core/geofence.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace pitstop::test {

namespace {

// Lengths on earthdistance's sphere of 6378168 m: a degree along a meridian is 111320.03 m, half around 20037606 m.
constexpr double earth_radius_m = 6378168;
constexpr double radians_per_degree = 0.0174532925199432957692;
constexpr int random_places = 5'000;

using Found = std::optional<std::int64_t>;

double degrees(double metres)
{
    return metres / 111320.03;
}

Geofence at(std::int64_t id, double latitude, double longitude, double radius_m)
{
    Geofence geofence;
    geofence.id = id;
    geofence.latitude = latitude;
    geofence.longitude = longitude;
    geofence.radius_m = radius_m;
    return geofence;
}

// Half around the equator, where no rounding blurs the distance: 2 R asin(1).
double half_around_m()
{
    return 2 * earth_radius_m * std::asin(1.0);
}

double haversine_m(double latitude_a, double longitude_a, double latitude_b, double longitude_b)
{
    const double half_lat = (latitude_b - latitude_a) * radians_per_degree / 2;
    const double half_lon = (longitude_b - longitude_a) * radians_per_degree / 2;
    const double a = std::sin(half_lat) * std::sin(half_lat) + std::cos(latitude_a * radians_per_degree) *
                                                                   std::cos(latitude_b * radians_per_degree) *
                                                                   std::sin(half_lon) * std::sin(half_lon);
    return 2 * earth_radius_m * std::atan2(std::sqrt(a), std::sqrt(1 - a));
}

}  // namespace

TEST(A_position, is_in_no_geofence_when_there_is_none)
{
    EXPECT_EQ(geofence_at({}, 52.5, 13.4), Found());
}

TEST(A_position, is_in_the_geofence_whose_centre_it_is)
{
    EXPECT_EQ(geofence_at({at(1, 52.5, 13.4, 20)}, 52.5, 13.4), Found(1));
}

TEST(A_position, is_in_a_geofence_just_within_its_radius)
{
    EXPECT_EQ(geofence_at({at(1, 52.5, 13.4, 20)}, 52.5 + degrees(19.9), 13.4), Found(1));
}

TEST(A_position, is_not_in_a_geofence_just_beyond_its_radius)
{
    EXPECT_EQ(geofence_at({at(1, 52.5, 13.4, 20)}, 52.5 + degrees(20.1), 13.4), Found());
}

TEST(A_position, is_in_a_geofence_by_metres_and_not_by_degrees_of_longitude)
{
    // At 60 degrees north a degree of longitude is half as long.
    EXPECT_EQ(geofence_at({at(1, 60, 13.4, 20)}, 60, 13.4 + 2 * degrees(19.9)), Found(1));
}

TEST(A_position, is_not_in_a_geofence_beyond_its_radius_to_the_east)
{
    EXPECT_EQ(geofence_at({at(1, 60, 13.4, 20)}, 60, 13.4 + 2 * degrees(20.1)), Found());
}

TEST(A_position, is_not_in_a_geofence_of_no_radius)
{
    EXPECT_EQ(geofence_at({at(1, 52.5, 13.4, 0)}, 52.5, 13.4), Found());
}

TEST(A_position, is_not_in_a_geofence_of_a_negative_radius)
{
    EXPECT_EQ(geofence_at({at(1, 52.5, 13.4, -20)}, 52.5, 13.4), Found());
}

TEST(A_position, is_not_in_a_geofence_exactly_at_its_radius)
{
    EXPECT_EQ(geofence_at({at(1, 0, 0, half_around_m())}, 0, 180), Found());
}

TEST(A_position, is_in_a_geofence_a_bit_within_its_radius)
{
    EXPECT_EQ(geofence_at({at(1, 0, 0, std::nextafter(half_around_m(), 1e9))}, 0, 180), Found(1));
}

TEST(A_position, is_in_a_geofence_larger_than_the_earth)
{
    EXPECT_EQ(geofence_at({at(1, 0, 0, 3e7)}, 10, 170), Found(1));
}

TEST(A_position, is_in_a_geofence_larger_than_the_earth_even_where_rounding_makes_it_farther_than_half_around)
{
    std::mt19937_64 random(1522);
    std::uniform_real_distribution<double> latitude(-90, 90);
    std::uniform_real_distribution<double> longitude(-180, 0);
    for (int i = 0; i < random_places; ++i) {
        const double lat = latitude(random);
        const double lon = longitude(random);
        ASSERT_EQ(geofence_at({at(1, lat, lon, 3e7)}, -lat, lon + 180), Found(1)) << lat << ' ' << lon;
    }
}

TEST(A_position, is_in_the_nearest_of_overlapping_geofences)
{
    EXPECT_EQ(geofence_at({at(1, 52.5, 13.4, 500), at(2, 52.501, 13.4, 500)}, 52.5008, 13.4), Found(2));
}

TEST(A_position, is_in_the_nearest_geofence_whatever_their_order)
{
    EXPECT_EQ(geofence_at({at(2, 52.501, 13.4, 500), at(1, 52.5, 13.4, 500)}, 52.5008, 13.4), Found(2));
}

TEST(A_position, is_in_the_nearest_geofence_even_if_another_is_larger)
{
    EXPECT_EQ(geofence_at({at(1, 52.5, 13.4, 5000), at(2, 52.5008, 13.4, 20)}, 52.5007, 13.4), Found(2));
}

TEST(A_position, is_in_a_farther_geofence_when_the_nearer_one_is_too_small)
{
    EXPECT_EQ(geofence_at({at(1, 52.5, 13.4, 500), at(2, 52.5008, 13.4, 5)}, 52.5007, 13.4), Found(1));
}

TEST(A_position, is_in_the_geofence_of_the_smaller_id_at_the_same_distance)
{
    EXPECT_EQ(geofence_at({at(9, 52.5, 13.4, 100), at(4, 52.5, 13.4, 200)}, 52.5, 13.4), Found(4));
}

TEST(A_position, is_in_the_geofence_of_the_smaller_id_whatever_their_order)
{
    EXPECT_EQ(geofence_at({at(4, 52.5, 13.4, 200), at(9, 52.5, 13.4, 100)}, 52.5, 13.4), Found(4));
}

TEST(A_position, is_in_a_geofence_across_the_date_line)
{
    EXPECT_EQ(geofence_at({at(1, 0, 179.9999, 30)}, 0, -179.9999), Found(1));
}

TEST(A_position, is_not_in_a_geofence_too_far_across_the_date_line)
{
    EXPECT_EQ(geofence_at({at(1, 0, 179.9999, 20)}, 0, -179.9999), Found());
}

TEST(A_position, is_in_a_geofence_across_the_south_pole)
{
    EXPECT_EQ(geofence_at({at(1, -89.9999, 0, 30)}, -89.9999, 180), Found(1));
}

TEST(A_position, is_not_in_a_geofence_too_far_across_the_south_pole)
{
    EXPECT_EQ(geofence_at({at(1, -89.9999, 0, 20)}, -89.9999, 180), Found());
}

TEST(A_position, is_in_a_geofence_around_the_south_pole_at_any_longitude)
{
    EXPECT_EQ(geofence_at({at(1, -90, 0, 100)}, -89.9995, 77), Found(1));
}

TEST(A_position, in_the_corner_of_the_box_but_not_in_the_circle_is_not_in_the_geofence)
{
    // 18 m north and 18 m east are 25 m.
    EXPECT_EQ(geofence_at({at(1, 0, 0, 20)}, degrees(18), degrees(18)), Found());
}

// earth_box and earth_distance round differently: TeslaMate asks both, and so a point within the radius by less
// than a nanometre may be in no geofence.
TEST(A_position, in_the_circle_but_by_rounding_not_in_the_box_is_not_in_the_geofence)
{
    int outside_box = 0;
    int found = 0;
    for (int i = 1; i <= 1000; ++i) {
        const double west = -90 - i * 1e-5;
        const double east = -90 + i * 1e-5;
        // On the equator the points differ in x (and, by rounding, in y).
        const double x_west = earth_radius_m * std::cos(0.0) * std::cos(west * radians_per_degree);
        const double x_east = earth_radius_m * std::cos(0.0) * std::cos(east * radians_per_degree);
        const double y_west = earth_radius_m * std::cos(0.0) * std::sin(west * radians_per_degree);
        const double y_east = earth_radius_m * std::cos(0.0) * std::sin(east * radians_per_degree);
        const double straight =
            std::sqrt((x_west - x_east) * (x_west - x_east) + (y_west - y_east) * (y_west - y_east));
        const double distance = 2 * earth_radius_m * std::asin(straight / (2 * earth_radius_m));
        const double radius = std::nextafter(distance, 1e9);
        const double reach = 2 * earth_radius_m * std::sin(radius / (2 * earth_radius_m));
        if (x_east > x_west + reach) {
            ++outside_box;
            found += geofence_at({at(1, 0, west, radius)}, 0, east) ? 1 : 0;
        }
        if (x_west < x_east - reach) {
            ++outside_box;
            found += geofence_at({at(1, 0, east, radius)}, 0, west) ? 1 : 0;
        }
    }
    EXPECT_GT(outside_box, 0);
    EXPECT_EQ(found, 0);
}

TEST(A_position, is_in_the_geofence_that_great_circles_say)
{
    constexpr double rounding_m = 0.001;
    std::mt19937_64 random(1707);
    std::uniform_real_distribution<double> near_by(-0.01, 0.01);
    std::uniform_real_distribution<double> radius(20, 2000);
    std::uniform_real_distribution<double> latitude(-89.9, 89.9);
    std::uniform_real_distribution<double> longitude(-180, 180);
    for (int i = 0; i < random_places; ++i) {
        const double lat = latitude(random);
        const double lon = longitude(random);
        std::vector<Geofence> geofences;
        Found nearest;
        double nearest_m = 1e9;
        bool undecided = false;
        for (std::int64_t id = 1; id <= 4; ++id) {
            geofences.push_back(at(id, lat + near_by(random), lon + near_by(random), radius(random)));
            const Geofence &last = geofences.back();
            const double distance = haversine_m(last.latitude, last.longitude, lat, lon);
            undecided |= std::abs(distance - last.radius_m) < rounding_m || std::abs(distance - nearest_m) < rounding_m;
            if (distance < last.radius_m && distance < nearest_m) {
                nearest = id;
                nearest_m = distance;
            }
        }
        if (undecided)
            continue;
        ASSERT_EQ(geofence_at(geofences, lat, lon), nearest) << lat << ' ' << lon;
    }
}

}  // namespace pitstop::test
