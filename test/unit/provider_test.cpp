#include "core/provider.hpp"

#include <gtest/gtest.h>

namespace pitstop::test {

namespace {

const Provider &provider(std::string_view name)
{
    return *find_provider(name);
}

bool mentions(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

bool is_fine(std::string_view url)
{
    return !url_fault(url).has_value();
}

// What the user is told; empty for a URL that is fine.
std::string fault(std::string_view url)
{
    return url_fault(url).value_or("");
}

std::string of_berlin(const char *name, std::string_view base_url, std::string_view language = "de",
                      std::string_view key = "")
{
    return reverse_url(provider(name), base_url, "52.516275", "13.377704", language, key);
}

constexpr const char *host = "https://geocoder.example";

}  // namespace

TEST(The_providers, are_three)
{
    ASSERT_EQ(all_providers().size(), 3U);
    EXPECT_STREQ(all_providers()[0]->name, "nominatim");
    EXPECT_STREQ(all_providers()[1]->name, "photon");
    EXPECT_STREQ(all_providers()[2]->name, "locationiq");
}

TEST(The_providers, are_found_by_their_names)
{
    for (const Provider *each : all_providers())
        EXPECT_EQ(find_provider(each->name), each) << each->name;
}

TEST(The_providers, do_not_include_one_of_another_name)
{
    EXPECT_EQ(find_provider("pelias"), nullptr);
    EXPECT_EQ(find_provider(""), nullptr);
    EXPECT_EQ(find_provider("Nominatim"), nullptr);
}

TEST(The_providers, have_public_servers_with_URLs_that_are_fine)
{
    for (const Provider *each : all_providers())
        EXPECT_TRUE(is_fine(each->default_url)) << each->name;
}

TEST(The_providers, look_up_by_id_only_at_Nominatim)
{
    EXPECT_STREQ(provider("nominatim").lookup_path, "/lookup");
    EXPECT_STREQ(provider("photon").lookup_path, "");
    EXPECT_STREQ(provider("locationiq").lookup_path, "");
}

TEST(The_providers, need_a_key_only_at_LocationIQ)
{
    EXPECT_FALSE(provider("nominatim").needs_key);
    EXPECT_FALSE(provider("photon").needs_key);
    EXPECT_TRUE(provider("locationiq").needs_key);
}

TEST(The_public_Nominatim, is_known_by_its_URL)
{
    EXPECT_TRUE(is_public_nominatim("https://nominatim.openstreetmap.org"));
}

TEST(The_public_Nominatim, is_known_in_other_spellings)
{
    for (const char *url :
         {"http://nominatim.openstreetmap.org", "HTTPS://Nominatim.OpenStreetMap.ORG",
          "https://nominatim.openstreetmap.org/", "https://nominatim.openstreetmap.org:443",
          "https://nominatim.openstreetmap.org.", "https://nominatim.openstreetmap.org.:443/reverse?lat=1",
          "https://me:secret@nominatim.openstreetmap.org", "https://a@b@nominatim.openstreetmap.org#x"})
        EXPECT_TRUE(is_public_nominatim(url)) << url;
}

TEST(The_public_Nominatim, is_not_another_host)
{
    for (const char *url :
         {"", "nominatim.openstreetmap.org", "https://openstreetmap.org", "https://nominatim.openstreetmap.org.example",
          "https://my.nominatim.openstreetmap.org", "https://example.org/nominatim.openstreetmap.org",
          "https://[nominatim.openstreetmap.org]", "https://nominatim.openstreetmap.org@example.org"})
        EXPECT_FALSE(is_public_nominatim(url)) << url;
}

TEST(A_URL, is_fine_with_a_host)
{
    for (const char *url :
         {"http://localhost", "https://geocoder.example/", "HTTP://192.168.1.20:8080/nominatim", "https://[::1]:8443",
          "https://[2001:db8::1]", "http://nominatim_1:65535", "https://geocoder.example/a%20b@c"})
        EXPECT_EQ(fault(url), "") << url;
}

TEST(A_URL, is_one_of_HTTP)
{
    for (const char *url : {"", "geocoder.example", "ftp://geocoder.example", "file:///etc/passwd", "http:/host",
                            "httpx://host", " http://host"})
        EXPECT_EQ(fault(url), "does not begin with http:// or https://") << url;
}

TEST(A_URL, names_a_host)
{
    for (const char *url : {"http://", "https:///path", "http://:8080", "http:///"})
        EXPECT_EQ(fault(url), "names no host") << url;
}

TEST(A_URL, names_a_host_that_can_be_one)
{
    for (const char *url : {"http://nominatim%2eopenstreetmap.org", "http://a,b", "http://[::1", "http://[]",
                            "http://[host]", "http://[::1]x:80", "http://::1]", "http://[fe80::1%25eth0]"})
        EXPECT_FALSE(is_fine(url)) << url;
}

TEST(A_URL, has_a_port_between_1_and_65535)
{
    for (const char *url : {"http://host:", "http://host:0", "http://host:65536", "http://host:80a", "http://host:-1",
                            "http://host:99999999999", "http://[::1]:"})
        EXPECT_EQ(fault(url), "has a port that is none") << url;
}

TEST(A_URL, holds_no_secrets)
{
    for (const char *url : {"http://me@host", "http://me:secret@host", "http://:secret@host", "http://@host"})
        EXPECT_TRUE(mentions(fault(url), "user name or password")) << url;
}

TEST(A_URL, has_no_query_and_no_fragment)
{
    for (const char *url : {"http://host?key=1", "http://host/path?", "http://host/#top", "http://host#"})
        EXPECT_TRUE(mentions(fault(url), "query")) << url;
}

TEST(A_URL, has_no_blanks_and_no_control_characters)
{
    using namespace std::string_view_literals;
    for (const std::string_view url :
         {"http://ho st"sv, "http://host/\r\nX-Header: 1"sv, "http://host/\t"sv, "http://host\0.example"sv,
          "http://host/\x7f"sv, "http://m\xc3\xbcnchen.example"sv, "http://host\\path"sv, "http://host/\""sv})
        EXPECT_EQ(fault(url), "has a character that no URL has") << url;
}

TEST(A_reverse_lookup_at_Nominatim, is_that_of_TeslaMate)
{
    EXPECT_EQ(of_berlin("nominatim", host),
              "https://geocoder.example/reverse?format=jsonv2&addressdetails=1&extratags=1&namedetails=1&zoom=19"
              "&lat=52.516275&lon=13.377704");
}

TEST(A_reverse_lookup_at_Nominatim, takes_a_key_for_those_who_have_one)
{
    EXPECT_TRUE(mentions(of_berlin("nominatim", host, "de", "a b"), "&key=a%20b"));
}

TEST(A_reverse_lookup, has_one_slash_behind_the_URL)
{
    EXPECT_EQ(of_berlin("nominatim", "https://geocoder.example/"), of_berlin("nominatim", host));
    EXPECT_EQ(of_berlin("nominatim", "https://geocoder.example//"), of_berlin("nominatim", host));
}

TEST(A_reverse_lookup, keeps_the_path_of_the_URL)
{
    EXPECT_EQ(of_berlin("photon", "https://geocoder.example/photon/", ""),
              "https://geocoder.example/photon/reverse?lat=52.516275&lon=13.377704");
}

TEST(A_reverse_lookup, encodes_what_it_is_given)
{
    const std::string url = reverse_url(provider("locationiq"), host, "-1&x", "+2", "d\xc3\xa4", "#/?~");
    EXPECT_TRUE(mentions(url, "&lat=-1%26x&lon=%2B2&accept-language=d%C3%A4&key=%23%2F%3F~")) << url;
}

TEST(A_reverse_lookup_at_Photon, has_the_language_in_two_letters)
{
    EXPECT_EQ(of_berlin("photon", host, "DE-at"),
              "https://geocoder.example/reverse?lat=52.516275&lon=13.377704&lang=de");
}

TEST(A_reverse_lookup_at_Photon, leaves_a_language_that_it_would_refuse_to_the_header)
{
    EXPECT_FALSE(mentions(of_berlin("photon", host, "nl"), "lang"));
    EXPECT_FALSE(mentions(of_berlin("photon", host, "zh-TW"), "lang"));
}

TEST(A_reverse_lookup_at_LocationIQ, has_the_key_and_the_language)
{
    EXPECT_EQ(of_berlin("locationiq", host, "de", "secret"),
              "https://geocoder.example/v1/reverse?format=json&addressdetails=1&lat=52.516275&lon=13.377704"
              "&accept-language=de&key=secret");
}

TEST(A_reverse_lookup_at_LocationIQ, has_no_language_when_there_is_none)
{
    EXPECT_FALSE(mentions(of_berlin("locationiq", host, "", "secret"), "language"));
}

TEST(A_lookup_by_ids, names_them_by_letter_and_number)
{
    EXPECT_EQ(
        lookup_url(provider("nominatim"), "https://geocoder.example/", {{"node", 1}, {"way", 2}, {"relation", 3}}, ""),
        "https://geocoder.example/lookup?format=jsonv2&addressdetails=1&extratags=1&namedetails=1&osm_ids=N1,W2,R3");
}

TEST(A_lookup_by_ids, knows_ids_beyond_32_bits)
{
    EXPECT_TRUE(mentions(lookup_url(provider("nominatim"), host, {{"node", 9223372036854775807}}, ""),
                         "osm_ids=N9223372036854775807"));
}

TEST(A_lookup_by_ids, leaves_out_what_OpenStreetMap_does_not_have)
{
    EXPECT_TRUE(
        mentions(lookup_url(provider("nominatim"), host, {{"unknown", -5}, {"way", 2}, {"", 3}, {"Node", 4}}, "") + "$",
                 "&osm_ids=W2$"));
}

TEST(A_lookup_by_ids, takes_a_key_for_those_who_have_one)
{
    EXPECT_TRUE(mentions(lookup_url(provider("nominatim"), host, {{"way", 2}}, "a&b"), "&osm_ids=W2&key=a%26b"));
}

}  // namespace pitstop::test
