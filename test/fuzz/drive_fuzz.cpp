// Positions read from bytes, summed up by DriveSummary in two orders.
#include <algorithm>
#include <cmath>
#include <vector>

#include "bytes.hpp"
#include "core/drive_summary.hpp"

namespace pitstop::fuzz {

namespace {

using Drive = std::vector<Position>;

constexpr std::int64_t drive_id = 12;
constexpr std::size_t most_positions = 200;
constexpr std::int64_t longest_climb = 32767;

// Kilometres in hundredths, but for a few that are hard.
double odometer(Bytes &bytes)
{
    const std::int64_t value = bytes.integer();
    switch (value) {
    case 123: return -1.7e308;
    case 124: return 1.7e308;
    case 125: return -std::numeric_limits<double>::infinity();
    case 126: return std::numeric_limits<double>::infinity();
    case 127: return std::numeric_limits<double>::quiet_NaN();
    default: return static_cast<double>(value) / 100;
    }
}

Position read_position(Bytes &bytes, std::int64_t id)
{
    Present present(bytes.byte());
    Position position;
    position.id = id;
    position.date = bytes.date();
    position.odometer = present.value([&] { return odometer(bytes); });
    position.ideal_range = present.value([&] { return bytes.decimal(2); });
    position.elevation = present.value([&] { return bytes.integer(); });
    position.power = present.value([&] { return bytes.integer(); });
    position.outside_temp = present.value([&] { return bytes.decimal(1); });
    position.rated_range = present.value([&] { return bytes.decimal(2); });
    position.speed = present.value([&] { return bytes.integer(); });
    position.inside_temp = present.value([&] { return bytes.decimal(1); });
    return position;
}

Drive read_drive(Bytes bytes)
{
    Drive drive;
    while (!bytes.at_end() && drive.size() < most_positions)
        drive.push_back(read_position(bytes, static_cast<std::int64_t>(drive.size()) + 1));
    return drive;
}

void check(const DriveFacts &facts)
{
    require(facts.start_date <= facts.end_date, "a drive ends after it began");
    require(facts.duration_min >= 0, "a drive lasts some time", std::to_string(facts.duration_min));
    require(!facts.distance || (*facts.distance >= 0.01 && std::isfinite(*facts.distance)),
            "a drive that is kept has a distance", text(facts.distance));
    require(facts.distance.has_value() == (facts.start_km && facts.end_km),
            "the distance is known where both odometers are");
    require(facts.ascent >= 0 && facts.ascent <= longest_climb, "a smallint holds the ascent",
            std::to_string(facts.ascent));
    require(facts.descent >= 0 && facts.descent <= longest_climb, "a smallint holds the descent",
            std::to_string(facts.descent));
    require(facts.power_min.has_value() == facts.power_max.has_value(), "power has two extremes or none");
    require(!facts.power_min || *facts.power_min <= *facts.power_max, "the largest power is not below the smallest");
    require(facts.start_ideal_range && facts.end_ideal_range, "a drive that is kept was polled");
}

std::string line(const DriveFacts &facts)
{
    std::string result;
    for (const std::string &word :
         {std::to_string(facts.start_position_id), std::to_string(facts.end_position_id),
          std::to_string(facts.duration_min), text(facts.distance), text(facts.speed_max), text(facts.power_max),
          text(facts.power_min), text(facts.outside_temp.rounded(1)), text(facts.inside_temp.rounded(1)),
          text(facts.start_ideal_range), text(facts.end_ideal_range), text(facts.start_rated_range),
          text(facts.end_rated_range), std::to_string(facts.ascent), std::to_string(facts.descent)})
        result += word + ' ';
    return result;
}

std::string outcome_of(const DriveSummary &summary)
{
    std::string outcome = "raised";
    fits([&] {
        const auto result = summary.result(drive_id);
        if (const auto *const facts = std::get_if<DriveFacts>(&result)) {
            check(*facts);
            outcome = line(*facts);
        } else {
            outcome = std::get<NoDrive>(result).reason;
            require(!outcome.empty(), "a drive is deleted for a reason");
        }
    });
    return outcome;
}

void check_seen(const DriveSummary &summary, const Drive &drive)
{
    require(summary.positions() == static_cast<std::int64_t>(drive.size()), "all positions are counted");
    if (drive.empty())
        return;
    const auto newest = std::max_element(drive.begin(), drive.end(),
                                         [](const Position &a, const Position &b) { return a.date < b.date; });
    require(summary.last_date() == newest->date, "a drive was last seen at its newest position");
}

std::string outcome_of(const Drive &drive)
{
    DriveSummary summary;
    for (const Position &position : drive)
        summary.add(position);
    check_seen(summary, drive);
    std::string outcome = outcome_of(summary);
    require(outcome_of(summary) == outcome, "asking twice gives the same", outcome);
    return outcome;
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    using namespace pitstop::fuzz;
    Drive drive = read_drive(Bytes(bytes, size));
    const std::string outcome = outcome_of(drive);
    std::reverse(drive.begin(), drive.end());
    require(outcome_of(drive) == outcome, "the order of the positions does not matter", outcome);
    return 0;
}
