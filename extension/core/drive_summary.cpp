#include "core/drive_summary.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "core/error.hpp"

namespace pitstop {

namespace {

constexpr std::int64_t smallint_max = std::numeric_limits<std::int16_t>::max();
constexpr std::int64_t smallint_min = std::numeric_limits<std::int16_t>::min();
constexpr std::int64_t fewest_positions = 2;
constexpr double shortest_distance_km = 0.01;

template <typename Value>
void keep_largest(std::optional<Value> &kept, const std::optional<Value> &value) noexcept
{
    if (value && (!kept || *kept < *value))
        kept = value;
}

template <typename Value>
void keep_smallest(std::optional<Value> &kept, const std::optional<Value> &value) noexcept
{
    if (value && (!kept || *value < *kept))
        kept = value;
}

std::string shortest_text(double value)
{
    if (!std::isfinite(value))
        return std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    char text[32];
    const auto end = std::to_chars(text, text + sizeof(text), value);
    return std::string(text, end.ptr);
}

[[noreturn]] void raise_value(std::int64_t drive_id, const std::string &column, const std::string &value,
                              const std::string &detail)
{
    throw DomainError(DomainError::Kind::value_out_of_range,
                      "drive " + std::to_string(drive_id) + " has " + value + " for column \"" + column + "\"", detail,
                      "Correct the positions of this drive, or delete it with pitstop.delete_drive(" +
                          std::to_string(drive_id) + ").");
}

void require_finite(std::int64_t drive_id, const char *column, const std::optional<double> &odometer)
{
    if (odometer && !std::isfinite(*odometer))
        raise_value(drive_id, column, shortest_text(*odometer),
                    "An odometer that is not a finite number cannot be closed, in TeslaMate neither.");
}

void require_finite(std::int64_t drive_id, const char *column, UtcTime date)
{
    if (!date.is_finite())
        raise_value(drive_id, column, date.microseconds > 0 ? "infinity" : "-infinity",
                    "A position has a date that is not a moment.");
}

}  // namespace

bool DriveSummary::before(const Moment &a, const Moment &b) noexcept
{
    return a.date < b.date || (a.date == b.date && a.id < b.id);
}

void DriveSummary::add(const Position &position)
{
    const Moment at{position.date, position.id};
    mark_ends(position, at);
    mark_ranges(position, at);
    keep_largest(so_far_.speed_max, position.speed);
    keep_largest(so_far_.power_max, position.power);
    keep_smallest(so_far_.power_min, position.power);
    if (position.outside_temp)
        so_far_.outside_temp.add(*position.outside_temp);
    if (position.inside_temp)
        so_far_.inside_temp.add(*position.inside_temp);
    if (position.elevation) {
        if (!elevations_.empty() && before(at, elevations_.back().at))
            elevations_in_order_ = false;
        elevations_.push_back({at, *position.elevation});
    }
}

void DriveSummary::mark_ends(const Position &position, const Moment &at) noexcept
{
    if (count_ == 0 || before(at, first_)) {
        first_ = at;
        so_far_.start_position_id = position.id;
        so_far_.start_date = position.date;
        so_far_.start_km = position.odometer;
    }
    if (count_ == 0 || before(last_, at)) {
        last_ = at;
        so_far_.end_position_id = position.id;
        so_far_.end_date = position.date;
        so_far_.end_km = position.odometer;
    }
    ++count_;
}

// Only a polled row with an odometer counts; the rated range is that row's, even where it is missing.
void DriveSummary::mark_ranges(const Position &position, const Moment &at) noexcept
{
    if (!position.ideal_range || !position.odometer)
        return;
    if (!polled_ || before(at, first_polled_)) {
        first_polled_ = at;
        so_far_.start_ideal_range = position.ideal_range;
        so_far_.start_rated_range = position.rated_range;
    }
    if (!polled_ || before(last_polled_, at)) {
        last_polled_ = at;
        so_far_.end_ideal_range = position.ideal_range;
        so_far_.end_rated_range = position.rated_range;
    }
    polled_ = true;
}

// TeslaMate computes the step, and its negation, in smallint; a sum that smallint cannot hold becomes 0.
void DriveSummary::climb(std::int64_t drive_id, DriveFacts &facts) const
{
    std::vector<Elevation> sorted;
    if (!elevations_in_order_) {
        sorted = elevations_;
        std::sort(sorted.begin(), sorted.end(),
                  [](const Elevation &a, const Elevation &b) { return before(a.at, b.at); });
    }
    const std::vector<Elevation> &elevations = elevations_in_order_ ? elevations_ : sorted;
    for (std::size_t i = 1; i < elevations.size(); ++i) {
        std::int64_t step = 0;
        if (__builtin_sub_overflow(elevations[i].metres, elevations[i - 1].metres, &step) || step > smallint_max ||
            step <= smallint_min)
            raise_value(drive_id, step > 0 ? "ascent" : "descent", "a step of " + std::to_string(step) + " m",
                        "The elevation changes by more than a smallint holds at position " +
                            std::to_string(elevations[i].at.id) + ".");
        (step > 0 ? facts.ascent : facts.descent) += std::abs(step);
    }
    if (facts.ascent > smallint_max)
        facts.ascent = 0;
    if (facts.descent > smallint_max)
        facts.descent = 0;
}

DriveFacts DriveSummary::facts(std::int64_t drive_id) const
{
    require_finite(drive_id, "start_date", so_far_.start_date);
    require_finite(drive_id, "end_date", so_far_.end_date);
    DriveFacts facts = so_far_;
    facts.duration_min = rounded_minutes(facts.end_date - facts.start_date);
    if (facts.start_km && facts.end_km)
        facts.distance = *facts.end_km - *facts.start_km;
    climb(drive_id, facts);
    return facts;
}

std::variant<DriveFacts, NoDrive> DriveSummary::result(std::int64_t drive_id) const
{
    if (count_ == 0)
        return NoDrive{"it has no positions", std::nullopt};
    const DriveFacts kept = facts(drive_id);
    if (count_ < fewest_positions)
        return NoDrive{"it has one position only", kept};
    if (!polled_)
        return NoDrive{"no position has both an ideal range and an odometer", kept};

    require_finite(drive_id, "start_km", kept.start_km);
    require_finite(drive_id, "end_km", kept.end_km);
    require_finite(drive_id, "distance", kept.distance);
    if (kept.distance && *kept.distance < shortest_distance_km)
        return NoDrive{"its distance of " + shortest_text(*kept.distance) + " km is below 0.01 km", kept};
    return kept;
}

}  // namespace pitstop
