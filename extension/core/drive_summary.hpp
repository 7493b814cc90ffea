// What TeslaMate makes of a drive's positions when it closes the drive: rows in, summary out.
//
// The rules are those of TeslaMate 4.2's close_drive. Geofences and addresses are not looked up
// here: they need other tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/decimal.hpp"
#include "core/utc_time.hpp"

namespace pitstop {

// One row of TeslaMate's positions. Streamed rows have no ranges and temperatures, polled rows have.
struct Position {
    std::int64_t id = 0;
    UtcTime date;
    std::optional<double> odometer;         // km
    std::optional<std::int64_t> speed;      // km/h
    std::optional<std::int64_t> power;      // kW
    std::optional<std::int64_t> elevation;  // m
    std::optional<Decimal> outside_temp;    // degrees Celsius
    std::optional<Decimal> inside_temp;
    std::optional<Decimal> ideal_range;  // km
    std::optional<Decimal> rated_range;
};

// What a drive that is kept gets written.
struct DriveFacts {
    std::int64_t start_position_id = 0;
    std::int64_t end_position_id = 0;
    UtcTime start_date;
    UtcTime end_date;
    std::int64_t duration_min = 0;
    std::optional<double> start_km;
    std::optional<double> end_km;
    std::optional<double> distance;  // km; nothing where an odometer is missing at either end
    std::optional<std::int64_t> speed_max;
    std::optional<std::int64_t> power_max;
    std::optional<std::int64_t> power_min;
    Mean outside_temp;
    Mean inside_temp;
    std::optional<Decimal> start_ideal_range;
    std::optional<Decimal> end_ideal_range;
    std::optional<Decimal> start_rated_range;
    std::optional<Decimal> end_rated_range;
    std::int64_t ascent = 0;  // m
    std::int64_t descent = 0;
};

// TeslaMate deletes a drive that is no drive.
struct NoDrive {
    std::string reason;
    std::optional<DriveFacts> facts;  // of its positions, when there are any
};

// Takes the positions in whatever order they come: rows of different width do not lie on disk in the order of time.
// Keeps 24 bytes for each position that has an elevation; everything else is summed up on the way.
class DriveSummary {
public:
    void add(const Position &position);

    std::int64_t positions() const noexcept { return count_; }
    // The newest position's date; only when there is one.
    UtcTime last_date() const noexcept { return so_far_.end_date; }

    // Raises DomainError::value_out_of_range where TeslaMate raises: a step of elevation or an odometer
    // that its columns cannot hold. `drive_id` is for the message.
    std::variant<DriveFacts, NoDrive> result(std::int64_t drive_id) const;

private:
    struct Moment {
        UtcTime date;
        std::int64_t id = 0;
    };
    struct Elevation {
        Moment at;
        std::int64_t metres = 0;
    };
    static bool before(const Moment &a, const Moment &b) noexcept;

    void mark_ends(const Position &position, const Moment &at) noexcept;
    void mark_ranges(const Position &position, const Moment &at) noexcept;
    void climb(std::int64_t drive_id, DriveFacts &facts) const;
    DriveFacts facts(std::int64_t drive_id) const;

    DriveFacts so_far_;
    std::int64_t count_ = 0;
    Moment first_, last_;
    bool polled_ = false;
    Moment first_polled_, last_polled_;
    std::vector<Elevation> elevations_;
    bool elevations_in_order_ = true;
};

}  // namespace pitstop
