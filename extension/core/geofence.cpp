#include "core/geofence.hpp"

#include <array>
#include <cmath>

namespace pitstop {

namespace {

// The order of the operations is earthdistance's: two geofences can lie within a nanometre of each other,
// and the build forbids the compiler to fuse a multiplication with an addition (-ffp-contract=off).
constexpr double earth_radius_m = 6378168;
constexpr double radians_per_degree = 0.0174532925199432957692;
constexpr double pi = 3.14159265358979323846;

using Point = std::array<double, 3>;

Point to_earth(double latitude, double longitude)
{
    const double lat = latitude * radians_per_degree;
    const double lon = longitude * radians_per_degree;
    return {earth_radius_m * std::cos(lat) * std::cos(lon), earth_radius_m * std::cos(lat) * std::sin(lon),
            earth_radius_m * std::sin(lat)};
}

// Along the surface, from the straight distance through the earth.
double surface_distance_m(const Point &a, const Point &b)
{
    double squares = 0;
    for (std::size_t axis = 0; axis < a.size(); ++axis)
        squares += (a[axis] - b[axis]) * (a[axis] - b[axis]);
    const double straight = std::sqrt(squares);
    if (straight < 0)
        return 0;
    if (straight / (2 * earth_radius_m) > 1)
        return pi * earth_radius_m;
    return 2 * earth_radius_m * std::asin(straight / (2 * earth_radius_m));
}

double straight_distance_m(double along_surface_m)
{
    if (along_surface_m < 0)
        return 0;
    if (along_surface_m / earth_radius_m > pi)
        return 2 * earth_radius_m;
    return 2 * earth_radius_m * std::sin(along_surface_m / (2 * earth_radius_m));
}

bool in_box(const Point &centre, double radius_m, const Point &point)
{
    const double reach = straight_distance_m(radius_m);
    for (std::size_t axis = 0; axis < centre.size(); ++axis)
        if (point[axis] < centre[axis] - reach || point[axis] > centre[axis] + reach)
            return false;
    return true;
}

}  // namespace

std::optional<std::int64_t> geofence_at(const std::vector<Geofence> &geofences, double latitude, double longitude)
{
    const Point point = to_earth(latitude, longitude);
    std::optional<std::int64_t> nearest;
    double nearest_m = 0;
    for (const Geofence &geofence : geofences) {
        const Point centre = to_earth(geofence.latitude, geofence.longitude);
        if (!in_box(centre, geofence.radius_m, point))
            continue;
        const double distance_m = surface_distance_m(centre, point);
        if (!(distance_m < geofence.radius_m))
            continue;
        if (!nearest || distance_m < nearest_m || (distance_m == nearest_m && geofence.id < *nearest)) {
            nearest = geofence.id;
            nearest_m = distance_m;
        }
    }
    return nearest;
}

}  // namespace pitstop
