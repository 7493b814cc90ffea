#include "pg/addresses.hpp"

#include <set>

#include "core/error.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "mb/pg_wchar.h"
}

namespace pitstop::pg {

namespace {

const OsmKey unknown_key{"unknown", 0};

constexpr Statement find_by_objects{R"(
    SELECT a.osm_type, a.osm_id, min(a.id)
      FROM (SELECT DISTINCT w.osm_type, w.osm_id FROM unnest($1, $2) AS w (osm_type, osm_id)) AS wanted
      JOIN {schema}.addresses AS a ON a.osm_id = wanted.osm_id AND a.osm_type = wanted.osm_type
     GROUP BY a.osm_type, a.osm_id
)"};

// Whoever inserts the same object at the same moment is waited for, and then it is there.
constexpr Statement insert_new{R"(
    INSERT INTO {schema}.addresses (osm_type, osm_id, display_name, latitude, longitude, name, house_number, road,
                                    neighbourhood, city, county, postcode, state, state_district, country, raw,
                                    inserted_at, updated_at)
    SELECT n.osm_type, n.osm_id, n.display_name, n.latitude::numeric, n.longitude::numeric, n.name, n.house_number, n.road,
           n.neighbourhood, n.city, n.county, n.postcode, n.state, n.state_district, n.country, n.raw::jsonb,
           date_trunc('second', now() AT TIME ZONE 'UTC'), date_trunc('second', now() AT TIME ZONE 'UTC')
      FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) WITH ORDINALITY
           AS n (osm_type, osm_id, display_name, latitude, longitude, name, house_number, road, neighbourhood, city,
                 county, postcode, state, state_district, country, raw, ordinality)
     ORDER BY n.ordinality
        ON CONFLICT DO NOTHING
)"};

constexpr Statement lock_changed_texts{R"(
    SELECT a.id, to_json(a)
      FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
           AS n (osm_type, osm_id, display_name, neighbourhood, city, county, state, state_district, country)
      JOIN {schema}.addresses AS a ON a.osm_id = n.osm_id AND a.osm_type = n.osm_type
     WHERE (a.display_name, a.neighbourhood, a.city, a.county, a.state, a.state_district, a.country)
           IS DISTINCT FROM
           (n.display_name, n.neighbourhood, n.city, n.county, n.state, n.state_district, n.country)
     ORDER BY a.id
       FOR NO KEY UPDATE OF a
)"};

constexpr Statement update_changed_texts{R"(
    UPDATE {schema}.addresses AS a
       SET display_name = n.display_name,
           neighbourhood = n.neighbourhood,
           city = n.city,
           county = n.county,
           state = n.state,
           state_district = n.state_district,
           country = n.country,
           updated_at = date_trunc('second', now() AT TIME ZONE 'UTC')
      FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
           AS n (osm_type, osm_id, display_name, neighbourhood, city, county, state, state_district, country)
      JOIN unnest($10) AS changed (id) ON true
     WHERE a.id = changed.id
       AND a.osm_id = n.osm_id
       AND a.osm_type = n.osm_type
 RETURNING a.id, to_json(a)
)"};

// Geocoders speak UTF-8. Raises what PostgreSQL raises for a character that the database's encoding does not have.
std::string in_database_encoding(const std::string &text)
{
    if (GetDatabaseEncoding() == PG_UTF8)
        return text;
    const char *const bytes = text.c_str();
    const int length = static_cast<int>(text.size());
    return call(
        [bytes, length]() noexcept { return static_cast<const char *>(pg_any_to_server(bytes, length, PG_UTF8)); });
}

// One text column of all addresses, cut to what TeslaMate's holds.
template <typename Get>
void add_texts(Values &values, const TeslaMate &teslamate, const std::vector<Address> &addresses, const char *column,
               Get get)
{
    const auto length = teslamate.column("addresses", column).largest_length;
    std::vector<std::optional<std::string>> texts;
    for (const Address &address : addresses) {
        const std::optional<std::string> text = get(address);
        if (!text)
            texts.emplace_back();
        else
            texts.emplace_back(in_database_encoding(length ? first_characters(*text, *length) : *text));
    }
    values.texts(texts);
}

void add_keys(Values &values, const std::vector<Address> &addresses)
{
    values.texts(column_of<std::string>(addresses, [](const Address &a) { return a.osm_type; }));
    values.integers(column_of<std::int64_t>(addresses, [](const Address &a) { return a.osm_id; }));
}

Values insert_parameters(const TeslaMate &teslamate, const std::vector<Address> &addresses)
{
    using A = const Address &;
    Values values;
    add_keys(values, addresses);
    const auto add = [&](const char *column, auto get) { add_texts(values, teslamate, addresses, column, get); };
    add("display_name", [](A a) { return std::optional(a.display_name); });
    values.texts(column_of<std::string>(addresses, [](A a) { return a.latitude; }));
    values.texts(column_of<std::string>(addresses, [](A a) { return a.longitude; }));
    add("name", [](A a) { return a.name; });
    add("house_number", [](A a) { return a.house_number; });
    add("road", [](A a) { return a.road; });
    add("neighbourhood", [](A a) { return a.neighbourhood; });
    add("city", [](A a) { return a.city; });
    add("county", [](A a) { return a.county; });
    add("postcode", [](A a) { return a.postcode; });
    add("state", [](A a) { return a.state; });
    add("state_district", [](A a) { return a.state_district; });
    add("country", [](A a) { return a.country; });
    values.texts(column_of<std::string>(addresses, [](A a) { return in_database_encoding(a.raw); }));
    return values;
}

Values text_parameters(const TeslaMate &teslamate, const std::vector<Address> &addresses)
{
    using A = const Address &;
    Values values;
    add_keys(values, addresses);
    const auto add = [&](const char *column, auto get) { add_texts(values, teslamate, addresses, column, get); };
    add("display_name", [](A a) { return std::optional(a.display_name); });
    add("neighbourhood", [](A a) { return a.neighbourhood; });
    add("city", [](A a) { return a.city; });
    add("county", [](A a) { return a.county; });
    add("state", [](A a) { return a.state; });
    add("state_district", [](A a) { return a.state_district; });
    add("country", [](A a) { return a.country; });
    return values;
}

OsmKey key_of(const Address &address)
{
    return {address.osm_type, address.osm_id};
}

// Those that the table lacks, each object once.
std::vector<Address> lacking(Spi &spi, const std::vector<Address> &addresses)
{
    std::vector<OsmKey> keys;
    for (const Address &address : addresses)
        keys.push_back(key_of(address));
    const auto present = find_addresses(spi, keys);
    std::set<OsmKey> seen;
    std::vector<Address> missing;
    for (const Address &address : addresses)
        if (present.count(key_of(address)) == 0 && seen.insert(key_of(address)).second)
            missing.push_back(address);
    return missing;
}

std::int64_t insert_all(Spi &spi, const TeslaMate &teslamate, const std::vector<Address> &addresses)
{
    std::uint64_t inserted = 0;
    in_subtransaction([&] { inserted = spi.run(insert_new, insert_parameters(teslamate, addresses)); });
    return static_cast<std::int64_t>(inserted);
}

}  // namespace

std::map<OsmKey, std::int64_t> find_addresses(Spi &spi, const std::vector<OsmKey> &keys)
{
    std::map<OsmKey, std::int64_t> ids;
    if (keys.empty())
        return ids;
    Values values;
    values.texts(column_of<std::string>(keys, [](const OsmKey &key) { return key.first; }));
    values.integers(column_of<std::int64_t>(keys, [](const OsmKey &key) { return key.second; }));
    spi.run(find_by_objects, std::move(values), [&](const PassingRow &row) {
        ids[{row.text(0), row.integer(1)}] = row.integer(2);
    });
    return ids;
}

std::int64_t insert_addresses(Spi &spi, const TeslaMate &teslamate, const std::vector<Address> &addresses)
{
    const std::vector<Address> missing = lacking(spi, addresses);
    if (missing.empty())
        return 0;
    try {
        return insert_all(spi, teslamate, missing);
    } catch (const PgError &error) {
        if (!concerns_one_row(error))
            throw;
    }
    std::int64_t inserted = 0;
    for (const Address &address : missing) {
        try {
            inserted += insert_all(spi, teslamate, {address});
        } catch (const PgError &error) {
            if (!concerns_one_row(error))
                throw;
        }
    }
    return inserted;
}

std::optional<std::int64_t> find_unknown_address(Spi &spi)
{
    const auto found = find_addresses(spi, {unknown_key});
    return found.empty() ? std::nullopt : std::optional(found.begin()->second);
}

std::int64_t unknown_address(Spi &spi, const TeslaMate &teslamate)
{
    if (const auto id = find_unknown_address(spi))
        return *id;
    Address address;
    address.osm_type = unknown_key.first;
    address.osm_id = unknown_key.second;
    address.latitude = "0";
    address.longitude = "0";
    address.display_name = "Unknown";
    address.raw = R"({"error": "Unable to geocode"})";
    insert_all(spi, teslamate, {address});
    if (const auto id = find_unknown_address(spi))
        return *id;
    throw DomainError(DomainError::Kind::wrong_state, "could not insert TeslaMate's address \"Unknown\"",
                      "A trigger on table addresses keeps it out.",
                      "Look at the triggers that are not TeslaMate's own.");
}

std::vector<Change> update_texts(Spi &spi, const TeslaMate &teslamate, const std::vector<Address> &addresses)
{
    std::map<std::int64_t, std::string> before;
    spi.run(lock_changed_texts, text_parameters(teslamate, addresses),
            [&](const PassingRow &row) { before[row.integer(0)] = row.text(1); });
    if (before.empty())
        return {};
    std::vector<std::int64_t> ids;
    for (const auto &[id, row] : before)
        ids.push_back(id);
    std::vector<Change> changes;
    spi.run(update_changed_texts, text_parameters(teslamate, addresses).integers(ids), [&](const PassingRow &row) {
        changes.push_back(updated_row("addresses", row.integer(0), before.at(row.integer(0)), row.text(1)));
    });
    return changes;
}

}  // namespace pitstop::pg
