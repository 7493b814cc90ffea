// Which geofence a position lies in: the formulas of PostgreSQL's cube and earthdistance, to the last bit.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace pitstop {

struct Geofence {
    std::int64_t id = 0;
    double latitude = 0;   // degrees
    double longitude = 0;  // degrees
    double radius_m = 0;
};

// The nearest geofence around the point, the smaller id of two at the same distance; nothing when it is in none.
std::optional<std::int64_t> geofence_at(const std::vector<Geofence> &geofences, double latitude, double longitude);

}  // namespace pitstop
