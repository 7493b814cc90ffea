#include "pg/backlog.hpp"

#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "pg/known_places.hpp"

namespace pitstop::pg {

namespace {

constexpr Statement drives_without_address{R"(
    SELECT d.start_address_id IS NULL, d.end_address_id IS NULL, ps.latitude::text, ps.longitude::text,
           pe.latitude::text, pe.longitude::text, ps.latitude, ps.longitude, pe.latitude, pe.longitude
      FROM {schema}.drives AS d
      LEFT JOIN {schema}.positions AS ps ON ps.id = d.start_position_id
      LEFT JOIN {schema}.positions AS pe ON pe.id = d.end_position_id
     WHERE d.start_address_id IS NULL
        OR d.end_address_id IS NULL
)"};

constexpr Statement charges_without_address{R"(
    SELECT p.latitude::text, p.longitude::text, p.latitude, p.longitude
      FROM {schema}.charging_processes AS c
      LEFT JOIN {schema}.positions AS p ON p.id = c.position_id
     WHERE c.address_id IS NULL
)"};

// Of several that hold for a drive, the first.
enum Reason { without_position, not_asked, without_answer, known, reason_count };

constexpr const char *reasons[] = {
    "open, or without a position",
    "not asked for yet",
    "asked for in vain, and again later",
    "known, filled in by the next run",
};

struct Gap {
    bool is_drive;
    std::vector<std::size_t> places;  // among the wanted ones; empty: without a position
};

Reason reason_of(const KnownPlace &place)
{
    switch (place.answer) {
    case KnownPlace::Answer::found: return known;
    case KnownPlace::Answer::no_address: return without_answer;
    case KnownPlace::Answer::not_asked: break;
    }
    return not_asked;
}

// How many requests the places take, which depends on their order a little: counted on a grid.
std::int64_t count_apart(const std::vector<Coordinates> &places, double reuse_distance_m)
{
    constexpr double metres_per_degree = 111'320;
    const double step = reuse_distance_m > 0 ? 2 * reuse_distance_m / metres_per_degree : 1e-6;
    std::set<std::pair<std::int64_t, std::int64_t>> cells;
    for (const Coordinates &place : places)
        cells.emplace(std::llround(place.latitude / step), std::llround(place.longitude / step));
    return static_cast<std::int64_t>(cells.size());
}

}  // namespace

Backlog read_backlog(Spi &spi, const std::string &language, double reuse_distance_m)
{
    std::vector<WantedPlace> wanted;
    std::vector<Gap> gaps;
    spi.run(drives_without_address, Values(), [&](const PassingRow &row) {
        Gap &gap = gaps.emplace_back(Gap{true, {}});
        if (row.is_null(2) || row.is_null(4))
            return;
        for (const int end : {0, 1})
            if (row.boolean(end)) {
                gap.places.push_back(wanted.size());
                wanted.push_back(
                    {row.text(2 + 2 * end), row.text(3 + 2 * end), {row.number(6 + 2 * end), row.number(7 + 2 * end)}});
            }
    });
    spi.run(charges_without_address, Values(), [&](const PassingRow &row) {
        Gap &gap = gaps.emplace_back(Gap{false, {}});
        if (row.is_null(0))
            return;
        gap.places.push_back(wanted.size());
        wanted.push_back({row.text(0), row.text(1), {row.number(2), row.number(3)}});
    });

    const std::vector<KnownPlace> places = find_known_places(spi, wanted, language, reuse_distance_m);
    std::array<std::array<std::int64_t, reason_count>, 2> counts = {};
    for (const Gap &gap : gaps) {
        Reason reason = gap.places.empty() ? without_position : known;
        for (const std::size_t place : gap.places)
            reason = std::min(reason, reason_of(places[place]));
        ++counts[gap.is_drive ? 0 : 1][reason];
    }
    Backlog backlog;
    for (const bool is_drive : {true, false})
        for (int reason = 0; reason < reason_count; ++reason)
            if (const std::int64_t count = counts[is_drive ? 0 : 1][static_cast<std::size_t>(reason)]; count > 0)
                backlog.lines.push_back({is_drive ? "drives" : "charging processes", reasons[reason], count});
    std::vector<Coordinates> to_ask;
    for (std::size_t i = 0; i < places.size(); ++i)
        if (places[i].answer == KnownPlace::Answer::not_asked)
            to_ask.push_back(wanted[i].coordinates);
    backlog.places_not_asked = count_apart(to_ask, reuse_distance_m);
    return backlog;
}

}  // namespace pitstop::pg
