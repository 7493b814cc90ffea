#include "core/address_fields.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <initializer_list>

#include "core/geocoder_memory.hpp"

namespace pitstop {

namespace {

using Json = nlohmann::json;

using Keys = std::initializer_list<const char *>;

// As TeslaMate looks for them: the first key that is there wins, whatever is in it.
constexpr Keys house_number_keys = {"house_number", "street_number"};
constexpr Keys road_keys = {"road", "footway",    "street",         "street_name",         "residential",
                            "path", "pedestrian", "road_reference", "road_reference_intl", "square",
                            "place"};
constexpr Keys neighbourhood_keys = {"neighbourhood", "suburb",      "city_district", "district",   "quarter",
                                     "borough",       "city_block",  "residential",   "commercial", "houses",
                                     "subdistrict",   "subdivision", "ward"};
constexpr Keys city_keys = {"city",     "town",         "township",
                            "village",  "municipality", "hamlet",
                            "locality", "croft",        "local_administrative_area",
                            "subcounty"};
constexpr Keys county_keys = {"county", "county_code", "department"};
constexpr Keys state_keys = {"state", "province", "territory", "state_code"};
constexpr Keys country_keys = {"country", "country_name"};

// The text of a string or a number; nothing for anything else, and for blanks.
std::optional<std::string> text_of(const Json &value)
{
    std::string text;
    if (value.is_string())
        text = value.get<std::string>();
    else if (value.is_number())
        text = value.dump();
    const bool is_blank = text.find_first_not_of(" \t\r\n\v\f") == std::string::npos;
    return is_blank ? std::nullopt : std::optional(std::move(text));
}

const Json *member(const Json &object, const char *key)
{
    if (!object.is_object())
        return nullptr;
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &*found;
}

std::optional<std::string> first_of(const Json &object, Keys keys)
{
    for (const char *key : keys)
        if (const Json *const value = member(object, key))
            return text_of(*value);
    return std::nullopt;
}

std::optional<std::string> text_at(const Json &object, const char *key)
{
    return first_of(object, {key});
}

// Plain decimal text: what numeric reads, without an exponent.
bool is_decimal(const std::string &text)
{
    std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    const std::size_t whole = text.find_first_not_of("0123456789", at);
    if (whole == at || at == text.size())
        return false;
    if (whole == std::string::npos)
        return true;
    if (text[whole] != '.')
        return false;
    return whole + 1 < text.size() && text.find_first_not_of("0123456789", whole + 1) == std::string::npos;
}

constexpr std::size_t longest_coordinate = 40;

// A coordinate as decimal text within +-limit; from a string or a number.
std::optional<std::string> coordinate(const Json *value, double limit)
{
    if (value == nullptr)
        return std::nullopt;
    std::string text;
    if (value->is_string()) {
        text = value->get<std::string>();
    } else if (value->is_number()) {
        const double number = value->get<double>();
        if (!(std::abs(number) <= limit))
            return std::nullopt;
        char digits[32];
        std::snprintf(digits, sizeof digits, "%.7f", number);
        text = digits;
    }
    if (text.size() > longest_coordinate || !is_decimal(text))
        return std::nullopt;
    double degrees = 0;
    const char *const first = text.data() + (text[0] == '+' ? 1 : 0);
    if (std::from_chars(first, text.data() + text.size(), degrees).ec != std::errc() || !(std::abs(degrees) <= limit))
        return std::nullopt;
    return text;
}

// The same place gets the same one, and none is an object of OpenStreetMap's.
void invent_identity(Address &address)
{
    const std::uint64_t hash = hash_of_settings({address.latitude, address.longitude, address.display_name});
    address.osm_type = "unknown";
    address.osm_id = -static_cast<std::int64_t>(hash >> 2) - 1;
}

// False for half an identity.
bool take_identity(Address &address, const Json *type, const Json *id, Keys types)
{
    if (type == nullptr && id == nullptr) {
        invent_identity(address);
        return true;
    }
    if (type == nullptr || id == nullptr || !type->is_string() || !id->is_number_integer())
        return false;
    if (id->is_number_unsigned() && id->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
        return false;
    address.osm_id = id->get<std::int64_t>();
    const auto &name = type->get_ref<const std::string &>();
    constexpr const char *our_types[] = {"node", "way", "relation"};
    std::size_t at = 0;
    for (const char *their_type : types) {
        if (name == their_type) {
            address.osm_type = our_types[at];
            return address.osm_id > 0;
        }
        ++at;
    }
    return false;
}

// As TeslaMate: an empty name is a name, and is stored as none.
std::optional<std::string> name_of_place(const Json &place)
{
    if (const Json *const name = member(place, "name"); name != nullptr && !name->is_null())
        return text_of(*name);
    if (const Json *const names = member(place, "namedetails"))
        for (const char *key : {"name", "alt_name"})
            if (const Json *const name = member(*names, key); name != nullptr && !name->is_null())
                return text_of(*name);
    return std::nullopt;
}

// The parts that are there, each once in a row.
std::string joined(const std::vector<std::optional<std::string>> &parts)
{
    std::string text;
    std::string last;
    for (const auto &part : parts) {
        if (!part || *part == last)
            continue;
        text += (text.empty() ? "" : ", ") + *part;
        last = *part;
    }
    return text;
}

}  // namespace

std::optional<Address> address_of_nominatim(const Json &place)
{
    const auto latitude = coordinate(member(place, "lat"), 90);
    const auto longitude = coordinate(member(place, "lon"), 180);
    const Json *const display_name = member(place, "display_name");
    if (!latitude || !longitude || display_name == nullptr || !display_name->is_string())
        return std::nullopt;
    Address address;
    address.latitude = *latitude;
    address.longitude = *longitude;
    address.display_name = display_name->get<std::string>();
    if (!take_identity(address, member(place, "osm_type"), member(place, "osm_id"), {"node", "way", "relation"}))
        return std::nullopt;
    address.name = name_of_place(place);
    static const Json nothing = Json::object();
    const Json *const found = member(place, "address");
    const Json &parts = found != nullptr ? *found : nothing;
    address.house_number = first_of(parts, house_number_keys);
    address.road = first_of(parts, road_keys);
    address.neighbourhood = first_of(parts, neighbourhood_keys);
    address.city = first_of(parts, city_keys);
    address.county = first_of(parts, county_keys);
    address.postcode = text_at(parts, "postcode");
    address.state = first_of(parts, state_keys);
    address.state_district = text_at(parts, "state_district");
    address.country = first_of(parts, country_keys);
    return address;
}

std::optional<Address> address_of_photon(const Json &feature)
{
    const Json *const properties = member(feature, "properties");
    const Json *const geometry = member(feature, "geometry");
    const Json *const place = geometry == nullptr ? nullptr : member(*geometry, "coordinates");
    if (properties == nullptr || place == nullptr || !place->is_array() || place->size() < 2)
        return std::nullopt;
    const auto longitude = coordinate(&(*place)[0], 180);
    const auto latitude = coordinate(&(*place)[1], 90);
    if (!latitude || !longitude)
        return std::nullopt;

    Address address;
    address.latitude = *latitude;
    address.longitude = *longitude;
    address.name = text_at(*properties, "name");
    address.house_number = text_at(*properties, "housenumber");
    address.road = text_at(*properties, "street");
    if (!address.road && text_at(*properties, "osm_key") == "highway")
        address.road = address.name;
    address.neighbourhood = text_at(*properties, "district");
    if (!address.neighbourhood)
        address.neighbourhood = text_at(*properties, "locality");
    address.city = text_at(*properties, "city");
    address.county = text_at(*properties, "county");
    address.postcode = text_at(*properties, "postcode");
    address.state = text_at(*properties, "state");
    address.country = text_at(*properties, "country");
    std::optional<std::string> street = address.road;
    if (street && address.house_number)
        *street += " " + *address.house_number;
    address.display_name = joined({address.name, street, address.neighbourhood, address.city, address.county,
                                   address.state, address.postcode, address.country});
    if (address.display_name.empty() ||
        !take_identity(address, member(*properties, "osm_type"), member(*properties, "osm_id"), {"N", "W", "R"}))
        return std::nullopt;
    address.raw = feature.dump();
    return address;
}

}  // namespace pitstop
