// A place on earth, and which places are close enough to share an address. No database, no index: only the formulas.
#pragma once

#include <string>

namespace pitstop {

// Degrees. NaN is not a place; callers get their numbers from numeric columns.
struct Coordinates {
    double latitude = 0;
    double longitude = 0;
};

// Along the surface, in metres; exactly 0 for the same coordinates. The earth is a sphere of 6378168 m, as for geofences.
double distance_m(const Coordinates &a, const Coordinates &b);

// The corners of a box, in degrees, that holds every place within `reach_m` metres, and some more: for an index to
// search. A box that would reach a pole or the 180th meridian becomes all longitudes.
struct Box {
    double south = 0;
    double north = 0;
    double west = 0;
    double east = 0;
};
Box box_around(const Coordinates &centre, double reach_m);

}  // namespace pitstop
