#include "core/place.hpp"

#include <algorithm>
#include <cmath>

namespace pitstop {

namespace {

constexpr double earth_radius_m = 6378168;
constexpr double pi = 3.14159265358979323846;
constexpr double radians_per_degree = pi / 180;
// The box is larger than it has to be by this factor: it is searched by an index, and the distance decides.
constexpr double margin = 1.01;

double squared(double value)
{
    return value * value;
}

}  // namespace

double distance_m(const Coordinates &a, const Coordinates &b)
{
    const double half_latitude = (b.latitude - a.latitude) * radians_per_degree / 2;
    const double half_longitude = (b.longitude - a.longitude) * radians_per_degree / 2;
    // The haversine: exact where places are close, as these are.
    const double haversine = squared(std::sin(half_latitude)) + std::cos(a.latitude * radians_per_degree) *
                                                                    std::cos(b.latitude * radians_per_degree) *
                                                                    squared(std::sin(half_longitude));
    return 2 * earth_radius_m * std::asin(std::sqrt(std::clamp(haversine, 0.0, 1.0)));
}

Box box_around(const Coordinates &centre, double reach_m)
{
    const double reach = reach_m / earth_radius_m / radians_per_degree * margin;
    Box box{centre.latitude - reach, centre.latitude + reach, -180, 180};
    // The circle's widest point is nearer to the pole than its centre.
    const double farthest = std::max(std::abs(box.south), std::abs(box.north));
    if (farthest >= 89)
        return box;
    const double width = reach / std::cos(farthest * radians_per_degree);
    if (centre.longitude - width <= -180 || centre.longitude + width >= 180)
        return box;
    box.west = centre.longitude - width;
    box.east = centre.longitude + width;
    return box;
}

}  // namespace pitstop
