#include "core/efficiency.hpp"

#include <map>

namespace pitstop {

namespace {

struct Round {
    int places;
    int agreeing;  // how many charges have to agree
};

// From strict to lenient, as TeslaMate tries them.
constexpr Round rounds[] = {{5, 8}, {4, 5}, {3, 3}, {2, 2}};

bool counts(const EfficiencySample &sample)
{
    return sample.duration_min && *sample.duration_min > 10 && sample.end_battery_level &&
           *sample.end_battery_level <= 95 && sample.energy_added && Decimal() < *sample.energy_added &&
           sample.start_range && sample.end_range;
}

// Without a gain in range there is no factor; such charges still form a group, which then wins for nobody.
std::optional<Decimal> factor_of(const EfficiencySample &sample, int places)
{
    const Decimal gained = *sample.end_range - *sample.start_range;
    if (gained.is_zero())
        return std::nullopt;
    return Decimal::quotient(*sample.energy_added, gained, places);
}

}  // namespace

std::optional<double> derive_efficiency(const std::vector<EfficiencySample> &samples)
{
    for (const Round round : rounds) {
        std::map<Decimal, int> groups;
        int without_factor = 0;
        for (const EfficiencySample &sample : samples) {
            if (!counts(sample))
                continue;
            if (const auto factor = factor_of(sample, round.places))
                ++groups[*factor];
            else
                ++without_factor;
        }
        auto biggest = groups.end();
        for (auto group = groups.begin(); group != groups.end(); ++group)
            if (biggest == groups.end() || group->second > biggest->second)
                biggest = group;
        if (biggest == groups.end() || without_factor > biggest->second)
            continue;
        if (biggest->second >= round.agreeing && Decimal() < biggest->first)
            return biggest->first.to_double();
    }
    return std::nullopt;
}

}  // namespace pitstop
