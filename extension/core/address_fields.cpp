#include "core/address_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <initializer_list>

#include "core/geocoder_memory.hpp"

namespace pitstop {

namespace {

using Json = nlohmann::json;

using Keys = std::initializer_list<const char *>;

// As TeslaMate looks for them: the first key that is there wins, even when it holds an empty string.
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

// Null as well when there is no object, or null in it: JSON's null is for TeslaMate a key that is not there.
const Json *member(const Json *object, const char *key)
{
    if (object == nullptr || !object->is_object())
        return nullptr;
    const auto found = object->find(key);
    return found == object->end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> first_of(const Json *object, Keys keys)
{
    for (const char *key : keys)
        if (const Json *const value = member(object, key))
            return text_of(*value);
    return std::nullopt;
}

std::optional<std::string> text_at(const Json *object, const char *key)
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

// Of a number, which may have been written with an exponent; 7 places are a centimetre.
std::string decimal_text(double number)
{
    constexpr int places = 7;
    std::array<char, 16> digits;
    const auto end = std::to_chars(digits.begin(), digits.end(), number, std::chars_format::fixed, places).ptr;
    return std::string(digits.begin(), end);
}

// A coordinate as decimal text within +-limit; from a string or a number.
std::optional<std::string> coordinate(const Json *value, double limit)
{
    std::string text;
    double degrees = 0;
    if (value != nullptr && value->is_number()) {
        degrees = value->get<double>();
        text = std::abs(degrees) <= limit ? decimal_text(degrees) : std::string();
    } else if (value != nullptr && value->is_string()) {
        text = value->get<std::string>();
    }
    if (text.size() > longest_coordinate || !is_decimal(text))
        return std::nullopt;
    const char *const first = text.data() + (text[0] == '+' ? 1 : 0);
    if (std::from_chars(first, text.data() + text.size(), degrees).ec != std::errc() || std::abs(degrees) > limit)
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

struct OsmType {
    const char *theirs;
    const char *ours;
};
using OsmTypes = std::initializer_list<OsmType>;
constexpr OsmTypes nominatim_types = {{"node", "node"}, {"way", "way"}, {"relation", "relation"}};
constexpr OsmTypes photon_types = {{"N", "node"}, {"W", "way"}, {"R", "relation"}};

// False for half an identity.
bool take_identity(Address &address, const Json *type, const Json *id, OsmTypes types)
{
    if (type == nullptr && id == nullptr) {
        invent_identity(address);
        return true;
    }
    if (type == nullptr || id == nullptr || !id->is_number_integer())
        return false;
    const auto *const known =
        std::find_if(types.begin(), types.end(), [&](const OsmType &each) { return *type == each.theirs; });
    if (known == types.end())
        return false;
    address.osm_type = known->ours;
    // What is too large for it becomes negative.
    address.osm_id = id->get<std::int64_t>();
    return address.osm_id > 0;
}

// As TeslaMate: an empty name is a name, and is stored as none.
std::optional<std::string> name_of_place(const Json &place)
{
    if (const Json *const name = member(&place, "name"))
        return text_of(*name);
    return first_of(member(&place, "namedetails"), {"name", "alt_name"});
}

void take_parts(Address &address, const Json *parts)
{
    address.house_number = first_of(parts, house_number_keys);
    address.road = first_of(parts, road_keys);
    address.neighbourhood = first_of(parts, neighbourhood_keys);
    address.city = first_of(parts, city_keys);
    address.county = first_of(parts, county_keys);
    address.postcode = text_at(parts, "postcode");
    address.state = first_of(parts, state_keys);
    address.state_district = text_at(parts, "state_district");
    address.country = first_of(parts, country_keys);
}

void take_properties(Address &address, const Json *properties)
{
    address.name = text_at(properties, "name");
    address.house_number = text_at(properties, "housenumber");
    address.road = text_at(properties, "street");
    if (!address.road && text_at(properties, "osm_key") == "highway")
        address.road = address.name;
    address.neighbourhood = text_at(properties, "district");
    if (!address.neighbourhood)
        address.neighbourhood = text_at(properties, "locality");
    address.city = text_at(properties, "city");
    address.county = text_at(properties, "county");
    address.postcode = text_at(properties, "postcode");
    address.state = text_at(properties, "state");
    address.country = text_at(properties, "country");
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

// Photon has none.
std::string display_name_of(const Address &address)
{
    std::optional<std::string> street = address.road;
    if (street && address.house_number)
        *street += " " + *address.house_number;
    return joined({address.name, street, address.neighbourhood, address.city, address.county, address.state,
                   address.postcode, address.country});
}

}  // namespace

std::optional<Address> address_of_nominatim(const Json &place)
{
    const auto latitude = coordinate(member(&place, "lat"), 90);
    const auto longitude = coordinate(member(&place, "lon"), 180);
    const Json *const display_name = member(&place, "display_name");
    if (!latitude || !longitude || display_name == nullptr || !display_name->is_string() || !text_of(*display_name))
        return std::nullopt;
    Address address;
    address.latitude = *latitude;
    address.longitude = *longitude;
    address.display_name = display_name->get<std::string>();
    if (!take_identity(address, member(&place, "osm_type"), member(&place, "osm_id"), nominatim_types))
        return std::nullopt;
    address.name = name_of_place(place);
    take_parts(address, member(&place, "address"));
    return address;
}

std::optional<Address> address_of_photon(const Json &feature)
{
    const Json *const properties = member(&feature, "properties");
    const Json *const point = member(member(&feature, "geometry"), "coordinates");
    if (point == nullptr || !point->is_array() || point->size() < 2)
        return std::nullopt;
    const auto longitude = coordinate(&(*point)[0], 180);
    const auto latitude = coordinate(&(*point)[1], 90);
    if (!latitude || !longitude)
        return std::nullopt;
    Address address;
    address.latitude = *latitude;
    address.longitude = *longitude;
    take_properties(address, properties);
    address.display_name = display_name_of(address);
    const Json *const id = member(properties, "osm_id");
    const Json *const type = id == nullptr ? nullptr : member(properties, "osm_type");
    if (address.display_name.empty() || !take_identity(address, type, id, photon_types))
        return std::nullopt;
    address.raw = feature.dump();
    return address;
}

}  // namespace pitstop
