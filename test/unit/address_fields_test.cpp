#include "core/address_fields.hpp"

#include <gtest/gtest.h>

namespace pitstop::test {

namespace {

using Json = nlohmann::json;

// What a reply needs to be an address at all, and nothing more.
Json place()
{
    return Json::parse(R"({"osm_type": "way", "osm_id": 518071791, "lat": "52.516275", "lon": "-13.377704",
                           "display_name": "Pariser Platz, Berlin"})");
}

std::optional<Address> place_with(const char *changes)
{
    Json json = place();
    json.update(Json::parse(changes));
    return address_of_nominatim(json);
}

std::optional<Address> place_without(const std::vector<const char *> &keys)
{
    Json json = place();
    for (const char *key : keys)
        json.erase(key);
    return address_of_nominatim(json);
}

Address place_at(const char *address)
{
    Json json = place();
    json["address"] = Json::parse(address);
    return address_of_nominatim(json).value();
}

Json feature(const char *properties)
{
    Json json = Json::parse(R"({"type": "Feature", "geometry": {"type": "Point", "coordinates": [13.377704, -52.5]}})");
    json["properties"] = Json::parse(properties);
    return json;
}

Address photon(const char *properties)
{
    return address_of_photon(feature(properties)).value();
}

std::optional<Address> photon_at(const char *geometry)
{
    Json json = feature(R"({"osm_type": "N", "osm_id": 1, "name": "a"})");
    json["geometry"] = Json::parse(geometry);
    return address_of_photon(json);
}

std::string shown(const std::optional<std::string> &text)
{
    return text.value_or("NULL");
}

}  // namespace

TEST(A_place, has_an_identity_coordinates_and_a_name_to_show)
{
    const auto address = address_of_nominatim(place());
    ASSERT_TRUE(address.has_value());
    EXPECT_EQ(address->osm_type, "way");
    EXPECT_EQ(address->osm_id, 518071791);
    EXPECT_EQ(address->latitude, "52.516275");
    EXPECT_EQ(address->longitude, "-13.377704");
    EXPECT_EQ(address->display_name, "Pariser Platz, Berlin");
}

TEST(A_place, has_no_other_columns_when_there_is_nothing_for_them)
{
    const auto address = address_of_nominatim(place());
    ASSERT_TRUE(address.has_value());
    for (const auto &column :
         {address->name, address->house_number, address->road, address->neighbourhood, address->city, address->county,
          address->postcode, address->state, address->state_district, address->country})
        EXPECT_EQ(column, std::nullopt);
}

TEST(A_place, may_have_an_id_beyond_32_bits)
{
    EXPECT_EQ(place_with(R"({"osm_id": 9223372036854775807})")->osm_id, 9223372036854775807);
}

TEST(A_place, has_a_positive_whole_number_as_its_id)
{
    for (const char *id : {R"({"osm_id": 9223372036854775808})", R"({"osm_id": 18446744073709551615})",
                           R"({"osm_id": 0})", R"({"osm_id": -1})", R"({"osm_id": 1.0})", R"({"osm_id": "1"})",
                           R"({"osm_id": true})", R"({"osm_id": [1]})", R"({"osm_id": 18446744073709551616})"})
        EXPECT_EQ(place_with(id), std::nullopt) << id;
}

TEST(A_place, is_a_node_a_way_or_a_relation)
{
    for (const char *type : {"node", "way", "relation"})
        EXPECT_EQ(place_with((R"({"osm_type": ")" + std::string(type) + "\"}").c_str())->osm_type, type);
    for (const char *type : {R"({"osm_type": "unknown"})", R"({"osm_type": "N"})", R"({"osm_type": ""})",
                             R"({"osm_type": 1})", R"({"osm_type": "Way"})"})
        EXPECT_EQ(place_with(type), std::nullopt) << type;
}

TEST(A_place, has_no_half_identity)
{
    EXPECT_EQ(place_without({"osm_type"}), std::nullopt);
    EXPECT_EQ(place_without({"osm_id"}), std::nullopt);
}

TEST(A_place_that_is_no_object_of_OpenStreetMap, is_unknown_and_has_a_negative_id)
{
    const auto address = place_without({"osm_type", "osm_id"});
    ASSERT_TRUE(address.has_value());
    EXPECT_EQ(address->osm_type, "unknown");
    EXPECT_LT(address->osm_id, 0);
    EXPECT_GE(address->osm_id, -(std::int64_t{1} << 62));
}

TEST(A_place_that_is_no_object_of_OpenStreetMap, has_always_the_same_id)
{
    EXPECT_EQ(place_without({"osm_type", "osm_id"})->osm_id, -1619291379483808886);
}

TEST(A_place_that_is_no_object_of_OpenStreetMap, has_another_id_when_it_is_another_place)
{
    const std::int64_t id = place_without({"osm_type", "osm_id"})->osm_id;
    for (const char *change : {R"({"lat": "52.516276"})", R"({"lon": "13.4"})", R"({"display_name": "Berlin"})"}) {
        Json json =
            Json::parse(R"({"lat": "52.516275", "lon": "-13.377704", "display_name": "Pariser Platz, Berlin"})");
        json.update(Json::parse(change));
        EXPECT_NE(address_of_nominatim(json)->osm_id, id) << change;
    }
}

TEST(A_place, lies_on_earth)
{
    for (const char *where :
         {R"({"lat": "90", "lon": "180"})", R"({"lat": "-90.0", "lon": "-180.000"})", R"({"lat": "+1.5", "lon": "0"})"})
        EXPECT_TRUE(place_with(where).has_value()) << where;
    for (const char *where : {R"({"lat": "90.0000001"})", R"({"lat": "-91"})", R"({"lon": "180.1"})",
                              R"({"lon": "-180.00000000001"})", R"({"lat": 90.1})", R"({"lon": 1e300})"})
        EXPECT_EQ(place_with(where), std::nullopt) << where;
}

TEST(A_place, has_coordinates_in_plain_decimal_text)
{
    for (const char *where :
         {R"({"lat": ""})", R"({"lat": "1e1"})", R"({"lat": "NaN"})", R"({"lat": " 1"})", R"({"lat": "1 "})",
          R"({"lat": "."})", R"({"lat": ".5"})", R"({"lat": "5."})", R"({"lat": "-"})", R"({"lat": "--1"})",
          R"({"lat": "0x1"})", R"({"lat": "1,5"})", R"({"lat": "1.5.2"})", R"({"lat": null})", R"({"lat": true})",
          R"({"lat": ["1"]})", R"({"lat": "0.0000000000000000000000000000000000000001"})"})
        EXPECT_EQ(place_with(where), std::nullopt) << where;
    EXPECT_EQ(place_without({"lat"}), std::nullopt);
    EXPECT_EQ(place_without({"lon"}), std::nullopt);
}

TEST(A_place, may_have_numbers_as_coordinates)
{
    const auto address = place_with(R"({"lat": 52, "lon": -1.25e-3})");
    ASSERT_TRUE(address.has_value());
    EXPECT_EQ(address->latitude, "52.0000000");
    EXPECT_EQ(address->longitude, "-0.0012500");
}

TEST(A_place, has_a_name_to_show)
{
    EXPECT_EQ(place_without({"display_name"}), std::nullopt);
    for (const char *name :
         {R"({"display_name": null})", R"({"display_name": 1})", R"({"display_name": ""})", R"({"display_name": " "})"})
        EXPECT_EQ(place_with(name), std::nullopt) << name;
}

TEST(A_place, is_an_object)
{
    for (const char *json : {"null", "1", "\"x\"", "[]", "[1]", "{}"})
        EXPECT_EQ(address_of_nominatim(Json::parse(json)), std::nullopt) << json;
}

TEST(The_name, is_that_of_the_place)
{
    EXPECT_EQ(shown(place_with(R"({"name": "a", "namedetails": {"name": "b", "alt_name": "c"}})")->name), "a");
}

TEST(The_name, is_the_first_of_its_details_otherwise)
{
    EXPECT_EQ(shown(place_with(R"({"namedetails": {"alt_name": "c", "name": "b"}})")->name), "b");
    EXPECT_EQ(shown(place_with(R"({"name": null, "namedetails": {"name": null, "alt_name": "c"}})")->name), "c");
}

TEST(The_name, is_none_when_it_is_empty_whatever_the_details_are)
{
    EXPECT_EQ(shown(place_with(R"({"name": "", "namedetails": {"name": "b"}})")->name), "NULL");
}

TEST(The_name, is_none_without_details)
{
    EXPECT_EQ(shown(place_with(R"({"namedetails": null})")->name), "NULL");
    EXPECT_EQ(shown(place_with(R"({"namedetails": {}})")->name), "NULL");
}

TEST(The_columns, are_taken_from_the_address)
{
    const Address address = place_at(R"({"house_number": "1", "road": "2", "neighbourhood": "3", "city": "4",
        "county": "5", "postcode": "6", "state": "7", "state_district": "8", "country": "9"})");
    EXPECT_EQ(shown(address.house_number), "1");
    EXPECT_EQ(shown(address.road), "2");
    EXPECT_EQ(shown(address.neighbourhood), "3");
    EXPECT_EQ(shown(address.city), "4");
    EXPECT_EQ(shown(address.county), "5");
    EXPECT_EQ(shown(address.postcode), "6");
    EXPECT_EQ(shown(address.state), "7");
    EXPECT_EQ(shown(address.state_district), "8");
    EXPECT_EQ(shown(address.country), "9");
}

TEST(The_columns, are_taken_from_the_keys_in_TeslaMates_order)
{
    struct Column {
        std::optional<std::string> Address::*value;
        std::vector<const char *> keys;
    };
    const std::vector<Column> columns = {
        {&Address::house_number, {"house_number", "street_number"}},
        {&Address::road,
         {"road", "footway", "street", "street_name", "residential", "path", "pedestrian", "road_reference",
          "road_reference_intl", "square", "place"}},
        {&Address::neighbourhood,
         {"neighbourhood", "suburb", "city_district", "district", "quarter", "borough", "city_block", "residential",
          "commercial", "houses", "subdistrict", "subdivision", "ward"}},
        {&Address::city,
         {"city", "town", "township", "village", "municipality", "hamlet", "locality", "croft",
          "local_administrative_area", "subcounty"}},
        {&Address::county, {"county", "county_code", "department"}},
        {&Address::state, {"state", "province", "territory", "state_code"}},
        {&Address::country, {"country", "country_name"}},
    };
    for (const auto &[value, keys] : columns) {
        Json address = Json::object();
        for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
            address[*key] = *key;
            EXPECT_EQ(shown(place_at(address.dump().c_str()).*value), *key);
        }
    }
}

TEST(A_column, is_NULL_when_its_first_key_is_empty)
{
    EXPECT_EQ(shown(place_at(R"({"city": "", "town": "b"})").city), "NULL");
    EXPECT_EQ(shown(place_at(R"({"city": " \t\n", "town": "b"})").city), "NULL");
}

TEST(A_column, passes_over_a_key_that_is_null)
{
    EXPECT_EQ(shown(place_at(R"({"city": null, "town": "b"})").city), "b");
}

TEST(A_column, keeps_blanks_around_a_text)
{
    EXPECT_EQ(shown(place_at(R"({"city": " b "})").city), " b ");
}

TEST(A_column, takes_a_number_as_text)
{
    EXPECT_EQ(shown(place_at(R"({"postcode": 12345})").postcode), "12345");
}

TEST(A_column, takes_nothing_else)
{
    for (const char *address : {R"({"city": true})", R"({"city": ["b"]})", R"({"city": {"name": "b"}})"})
        EXPECT_EQ(shown(place_at(address).city), "NULL") << address;
    for (const char *address : {"null", "[]", "1", "\"x\""})
        EXPECT_EQ(shown(place_at(address).city), "NULL") << address;
}

TEST(A_feature_of_Photon, has_its_types_as_letters)
{
    EXPECT_EQ(photon(R"({"osm_type": "N", "osm_id": 1, "name": "a"})").osm_type, "node");
    EXPECT_EQ(photon(R"({"osm_type": "W", "osm_id": 1, "name": "a"})").osm_type, "way");
    EXPECT_EQ(photon(R"({"osm_type": "R", "osm_id": 5000000000, "name": "a"})").osm_type, "relation");
    EXPECT_EQ(photon(R"({"osm_type": "R", "osm_id": 5000000000, "name": "a"})").osm_id, 5000000000);
}

TEST(A_feature_of_Photon, has_no_other_type)
{
    EXPECT_EQ(address_of_photon(feature(R"({"osm_type": "node", "osm_id": 1, "name": "a"})")), std::nullopt);
    EXPECT_EQ(address_of_photon(feature(R"({"osm_id": 1, "name": "a"})")), std::nullopt);
    EXPECT_EQ(address_of_photon(feature(R"({"osm_type": "N", "osm_id": "1", "name": "a"})")), std::nullopt);
}

TEST(A_feature_of_Photon, is_unknown_without_an_id)
{
    const Address address = photon(R"({"osm_type": "N", "name": "a"})");
    EXPECT_EQ(address.osm_type, "unknown");
    EXPECT_LT(address.osm_id, 0);
}

TEST(A_feature_of_Photon, has_its_longitude_first)
{
    const Address address = photon(R"({"osm_type": "N", "osm_id": 1, "name": "a"})");
    EXPECT_EQ(address.latitude, "-52.5000000");
    EXPECT_EQ(address.longitude, "13.3777040");
}

TEST(A_feature_of_Photon, has_coordinates_on_earth)
{
    EXPECT_TRUE(photon_at(R"({"coordinates": [180, -90, 34.5]})").has_value());
    for (const char *geometry :
         {R"({"coordinates": [0, 90.1]})", R"({"coordinates": [180.1, 0]})", R"({"coordinates": [1]})",
          R"({"coordinates": []})", R"({"coordinates": [[1, 2], [3, 4]]})", R"({"coordinates": "1,2"})",
          R"({"coordinates": {"0": 1, "1": 2}})", "{}", "null", "[1, 2]"})
        EXPECT_EQ(photon_at(geometry), std::nullopt) << geometry;
}

TEST(A_feature_of_Photon, fills_the_columns)
{
    const Address address = photon(R"({"osm_type": "N", "osm_id": 1, "osm_key": "place", "name": "1",
        "housenumber": "2", "street": "3", "district": "4", "locality": "5", "city": "6", "county": "7",
        "postcode": "8", "state": "9", "country": "10"})");
    EXPECT_EQ(shown(address.name), "1");
    EXPECT_EQ(shown(address.house_number), "2");
    EXPECT_EQ(shown(address.road), "3");
    EXPECT_EQ(shown(address.neighbourhood), "4");
    EXPECT_EQ(shown(address.city), "6");
    EXPECT_EQ(shown(address.county), "7");
    EXPECT_EQ(shown(address.postcode), "8");
    EXPECT_EQ(shown(address.state), "9");
    EXPECT_EQ(shown(address.state_district), "NULL");
    EXPECT_EQ(shown(address.country), "10");
}

TEST(A_feature_of_Photon, has_a_locality_instead_of_a_district)
{
    EXPECT_EQ(shown(photon(R"({"locality": "5"})").neighbourhood), "5");
}

TEST(A_feature_of_Photon, is_a_road_itself)
{
    EXPECT_EQ(shown(photon(R"({"osm_key": "highway", "name": "A 9"})").road), "A 9");
    EXPECT_EQ(shown(photon(R"({"osm_key": "highway", "name": "bus stop", "street": "b"})").road), "b");
    EXPECT_EQ(shown(photon(R"({"osm_key": "shop", "name": "bakery"})").road), "NULL");
}

TEST(A_feature_of_Photon, is_shown_by_all_its_parts)
{
    EXPECT_EQ(photon(R"({"name": "Tor", "street": "Platz", "housenumber": "1", "district": "Mitte", "city": "Berlin",
        "county": "Kreis", "state": "Land", "postcode": "10117", "country": "Deutschland"})")
                  .display_name,
              "Tor, Platz 1, Mitte, Berlin, Kreis, Land, 10117, Deutschland");
}

TEST(A_feature_of_Photon, is_shown_without_what_it_does_not_have)
{
    EXPECT_EQ(photon(R"({"street": "Platz", "country": "Deutschland"})").display_name, "Platz, Deutschland");
    EXPECT_EQ(photon(R"({"name": " ", "housenumber": "1", "city": "Berlin"})").display_name, "Berlin");
}

TEST(A_feature_of_Photon, is_shown_without_repeating_itself)
{
    EXPECT_EQ(photon(R"({"osm_key": "highway", "name": "A 9", "city": "Berlin", "state": "Berlin"})").display_name,
              "A 9, Berlin");
}

TEST(A_feature_of_Photon, is_none_when_there_is_nothing_to_show)
{
    EXPECT_EQ(address_of_photon(feature(R"({"osm_type": "N", "osm_id": 1})")), std::nullopt);
    EXPECT_EQ(address_of_photon(feature("null")), std::nullopt);
    EXPECT_EQ(address_of_photon(Json::parse("[]")), std::nullopt);
}

TEST(A_feature_of_Photon, is_kept_as_it_is)
{
    const Json json = feature(R"({"osm_type": "N", "osm_id": 1, "name": "a", "extra": {"maxspeed": "50"}})");
    EXPECT_EQ(Json::parse(address_of_photon(json)->raw), json);
}

}  // namespace pitstop::test
