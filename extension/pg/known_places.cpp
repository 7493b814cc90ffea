#include "pg/known_places.hpp"

#include <algorithm>

#include "pg/addresses.hpp"
#include "pg/journal.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
}

namespace pitstop::pg {

namespace {

// What lies in a box around a place is found by the primary key; how far it really is, is computed afterwards. OFFSET 0: a
// subquery of its own for each place, for the planner, who may know nothing of the table yet, prefers to compare all with all.
constexpr Statement answers_around{R"(
    SELECT w.n, k.latitude, k.longitude, k.answer, k.osm_type, k.osm_id, k.is_believed
      FROM (SELECT b.n, b.south::numeric AS south, b.north::numeric AS north, b.west::numeric AS west,
                   b.east::numeric AS east
              FROM unnest($1, $2, $3, $4, $5) AS b (n, south, north, west, east)
            OFFSET 0) AS w
     CROSS JOIN LATERAL (
               SELECT p.latitude, p.longitude, p.answer, p.osm_type, p.osm_id,
                      coalesce(p.ask_again_at > now(), true) AS is_believed
                 FROM pitstop.known_place AS p
                WHERE p.latitude BETWEEN w.south AND w.north
                  AND p.longitude BETWEEN w.west AND w.east
                  AND p.language = $6
               OFFSET 0
           ) AS k
)"};

constexpr Statement language_of_teslamate{R"(
    SELECT s.language
      FROM {schema}.settings AS s
     LIMIT 1
)"};

// A micrometre, so that the very same coordinates lie within the box however they are rounded.
constexpr double shortest_reach_m = 1e-6;

bool may_read(const char *table, Oid schema) noexcept
{
    const Oid relation = get_relname_relid(table, schema);
    return OidIsValid(relation) && pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

struct AnswerAround {
    double distance_m = 0;
    std::string answer;
    OsmKey osm;
    bool is_believed = true;
};

using AnswersAround = std::vector<std::vector<AnswerAround>>;

// Of each wanted place, the nearest first.
AnswersAround read_answers(Spi &spi, const std::vector<WantedPlace> &wanted, const std::string &language,
                           double reuse_distance_m)
{
    std::vector<std::int64_t> numbers;
    std::vector<std::optional<double>> south, north, west, east;
    for (const WantedPlace &place : wanted) {
        const Box box = box_around(place.coordinates, std::max(reuse_distance_m, shortest_reach_m));
        numbers.push_back(static_cast<std::int64_t>(numbers.size()));
        south.emplace_back(box.south);
        north.emplace_back(box.north);
        west.emplace_back(box.west);
        east.emplace_back(box.east);
    }
    AnswersAround around(wanted.size());
    const AsOwner owner;
    spi.run(answers_around,
            Values().integers(numbers).numbers(south).numbers(north).numbers(west).numbers(east).text(language),
            [&](const PassingRow &row) {
                const auto n = static_cast<std::size_t>(row.integer(0));
                const double distance = distance_m(wanted[n].coordinates, {row.number(1), row.number(2)});
                if (distance <= reuse_distance_m)
                    around[n].push_back({distance,
                                         row.text(3),
                                         {row.optional_text(4).value_or(""), row.optional_integer(5).value_or(0)},
                                         row.boolean(6)});
            });
    for (auto &answers : around)
        std::sort(answers.begin(), answers.end(),
                  [](const AnswerAround &a, const AnswerAround &b) { return a.distance_m < b.distance_m; });
    return around;
}

KnownPlace choose(const std::vector<AnswerAround> &answers, const std::map<OsmKey, std::int64_t> &address_ids)
{
    KnownPlace known;
    for (const AnswerAround &around : answers) {
        if (around.answer != "found")
            continue;
        if (const auto address = address_ids.find(around.osm); address != address_ids.end()) {
            known.answer = KnownPlace::Answer::found;
            known.address_id = address->second;
            known.exact = around.distance_m == 0;
            return known;
        }
    }
    for (const AnswerAround &around : answers) {
        known.was_asked = known.was_asked || around.answer != "found";
        if (around.answer == "found" || !around.is_believed)
            continue;
        known.answer = KnownPlace::Answer::no_address;
        known.no_such_place = around.answer == "no such place";
        known.exact = around.distance_m == 0;
        return known;
    }
    return known;
}

}  // namespace

std::vector<KnownPlace> find_known_places(Spi &spi, const std::vector<WantedPlace> &wanted, const std::string &language,
                                          double reuse_distance_m)
{
    if (wanted.empty())
        return {};
    const AnswersAround around = read_answers(spi, wanted, language, reuse_distance_m);
    std::vector<OsmKey> keys;
    for (const auto &answers : around)
        for (const AnswerAround &answer : answers)
            if (answer.answer == "found")
                keys.push_back(answer.osm);
    const auto address_ids = find_addresses(spi, keys);
    std::vector<KnownPlace> known;
    for (const auto &answers : around)
        known.push_back(choose(answers, address_ids));
    return known;
}

bool can_know_addresses(const Spi &spi)
{
    const char *const schema = spi.schema().c_str();
    return call([schema]() noexcept {
        const Oid teslamate = get_namespace_oid(schema, true);
        return OidIsValid(get_relname_relid("known_place", get_namespace_oid("pitstop", true))) &&
               may_read("addresses", teslamate) && may_read("positions", teslamate) && may_read("settings", teslamate);
    });
}

std::vector<KnownAddress> known_addresses(Spi &spi, const std::vector<WantedPlace> &wanted)
{
    std::vector<KnownAddress> addresses(wanted.size());
    if (wanted.empty() || !can_know_addresses(spi))
        return addresses;
    const std::vector<KnownPlace> known =
        find_known_places(spi, wanted, address_language(spi), address_reuse_distance_setting());
    for (std::size_t i = 0; i < known.size(); ++i)
        if (known[i].answer == KnownPlace::Answer::found)
            addresses[i] = {known[i].address_id, known[i].exact};
    return addresses;
}

std::string address_language(Spi &spi)
{
    std::string language = language_setting();
    if (language.empty())
        spi.run(language_of_teslamate, Values(), [&](const PassingRow &row) { language = row.text(0); });
    return language.empty() ? "en" : language;
}

}  // namespace pitstop::pg
