#include "core/geocoder_reply.hpp"

#include <gtest/gtest.h>

#include "values.hpp"

namespace pitstop::test {

namespace {

using namespace std::chrono_literals;

constexpr const char *place =
    R"({"osm_type":"way","osm_id":518071791,"lat":"52.516275","lon":"13.377704","display_name":"Pariser Platz"})";
constexpr const char *other_place =
    R"({"osm_type":"node","osm_id":7,"lat":"48.1","lon":"11.5","display_name":"Marienplatz"})";
constexpr const char *features =
    R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"osm_type":"N","osm_id":7,"name":"a"},)"
    R"("geometry":{"type":"Point","coordinates":[11.5,48.1]}}]})";
constexpr const char *unable = R"({"error":"Unable to geocode"})";
constexpr const char *bad_parameter = R"({"error":{"code":400,"message":"Parameter 'lat' must be a number."}})";

HttpReply reply(long status, std::string_view body)
{
    return {status, "application/json; charset=utf-8", {}, body};
}

Answer nominatim(long status, std::string_view body)
{
    return read_reverse_reply(ReplyFormat::nominatim, reply(status, body), after(0));
}

Answer photon(long status, std::string_view body)
{
    return read_reverse_reply(ReplyFormat::photon, reply(status, body), after(0));
}

LookupAnswer lookup(long status, std::string_view body)
{
    return read_lookup_reply(ReplyFormat::nominatim, reply(status, body), after(0));
}

struct Kind {
    const char *operator()(const Address &) { return "found"; }
    const char *operator()(const std::vector<Address> &) { return "found"; }
    const char *operator()(const NoSuchPlace &) { return "no such place"; }
    const char *operator()(const Declined &) { return "declined"; }
    const char *operator()(const Wait &) { return "wait"; }
    const char *operator()(const Stop &) { return "stop"; }
    const char *operator()(const Malformed &) { return "malformed"; }
};

template <typename SomeAnswer>
std::string kind(const SomeAnswer &answer)
{
    return std::visit(Kind(), answer);
}

template <typename What, typename SomeAnswer>
std::string reason(const SomeAnswer &answer)
{
    const auto *const what = std::get_if<What>(&answer);
    return what == nullptr ? "another kind: " + kind(answer) : what->reason;
}

bool mentions(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

std::optional<std::chrono::seconds> pause(long status, std::string_view retry_after)
{
    const Answer answer = read_reverse_reply(ReplyFormat::nominatim, {status, {}, retry_after, "busy"}, after(0));
    return std::get<Wait>(answer).retry_after;
}

}  // namespace

TEST(A_reply, is_an_address)
{
    const Answer answer = nominatim(200, place);
    ASSERT_EQ(kind(answer), "found");
    EXPECT_EQ(std::get<Address>(answer).osm_id, 518071791);
}

TEST(A_reply, is_kept_as_it_came)
{
    const std::string body = std::string("\n ") + place + " \r\n";
    EXPECT_EQ(std::get<Address>(nominatim(200, body)).raw, body);
}

TEST(A_reply, says_that_there_is_no_such_place)
{
    EXPECT_EQ(kind(nominatim(200, unable)), "no such place");
    EXPECT_EQ(kind(nominatim(404, unable)), "no such place");
}

TEST(A_reply, declines_for_a_reason_of_its_own)
{
    EXPECT_EQ(reason<Declined>(nominatim(200, R"({"error":"Out of area"})")), "Out of area");
    EXPECT_EQ(kind(nominatim(200, R"({"error":"unable to geocode"})")), "declined");
}

TEST(A_reply, declines_in_words_that_do_no_harm)
{
    EXPECT_EQ(reason<Declined>(nominatim(200, R"({"error":"a\nb\u001b[31mü"})")), "a?b?[31m??");
    EXPECT_EQ(reason<Declined>(nominatim(200, R"({"error":")" + std::string(500, 'x') + "\"}")), std::string(100, 'x'));
}

TEST(A_reply, is_malformed_when_it_complains_of_the_request)
{
    EXPECT_TRUE(mentions(reason<Malformed>(nominatim(400, bad_parameter)), "HTTP 400"));
    EXPECT_EQ(kind(nominatim(200, bad_parameter)), "malformed");
    EXPECT_EQ(kind(nominatim(400, R"({"error":"Invalid Request"})")), "malformed");
    EXPECT_EQ(kind(nominatim(400, unable)), "malformed");
    EXPECT_EQ(kind(photon(400, R"({"message":"missing search term 'lat'"})")), "malformed");
    for (const long status : {402L, 405L, 410L, 414L, 499L})
        EXPECT_TRUE(mentions(reason<Malformed>(nominatim(status, "")), "HTTP " + std::to_string(status)));
}

TEST(A_reply, stops_when_the_page_is_not_there)
{
    for (const char *body : {"", "<html>Not Found</html>", R"({"error":"Invalid path"})", place})
        EXPECT_TRUE(mentions(reason<Stop>(nominatim(404, body)), "HTTP 404")) << body;
}

TEST(A_reply, stops_when_a_person_has_to_mend_it)
{
    for (const long status : {301L, 302L, 308L, 401L, 403L, 407L})
        EXPECT_TRUE(mentions(reason<Stop>(nominatim(status, place)), "HTTP " + std::to_string(status)));
}

TEST(A_reply, stops_when_it_is_a_web_page)
{
    EXPECT_TRUE(mentions(reason<Stop>(nominatim(200, "\r\n <!DOCTYPE html>")), "web page"));
    EXPECT_EQ(kind(nominatim(200, "\xef\xbb\xbf<html>")), "stop");
    EXPECT_EQ(kind(read_reverse_reply(ReplyFormat::photon, {200, "Text/HTML; charset=utf-8", {}, "hi"}, after(0))),
              "stop");
}

TEST(A_reply, is_waited_for_when_the_geocoder_is_busy_or_broken)
{
    for (const long status : {408L, 425L, 429L, 500L, 502L, 503L, 504L, 599L})
        EXPECT_TRUE(mentions(reason<Wait>(nominatim(status, "<html>")), "HTTP " + std::to_string(status)));
}

TEST(A_reply, tells_how_long_to_wait)
{
    EXPECT_EQ(pause(429, "120"), 120s);
    EXPECT_EQ(pause(503, "60"), 60s);
    EXPECT_EQ(pause(408, "5"), 5s);
}

TEST(A_reply, need_not_tell_how_long_to_wait)
{
    EXPECT_EQ(pause(429, ""), std::nullopt);
    EXPECT_EQ(pause(429, "soon"), std::nullopt);
}

TEST(A_reply, is_malformed_with_a_status_that_makes_no_sense)
{
    for (const long status : {-1L, 0L, 100L, 201L, 204L, 206L, 600L, 999L})
        EXPECT_TRUE(mentions(reason<Malformed>(nominatim(status, place)), "HTTP " + std::to_string(status)));
}

TEST(A_reply, is_malformed_when_it_is_no_JSON)
{
    for (const char *body : {"", " ", "OK", "{", "{}x", "\xff"})
        EXPECT_EQ(kind(nominatim(200, body)), "malformed") << body;
}

TEST(A_reply, is_malformed_when_it_is_no_place)
{
    for (const char *body : {"{}", "[]", "null", "1", R"({"osm_type":"way","osm_id":1})", features})
        EXPECT_EQ(kind(nominatim(200, body)), "malformed") << body;
}

TEST(A_reply, never_shows_its_bytes_when_it_is_malformed)
{
    EXPECT_FALSE(mentions(reason<Malformed>(nominatim(200, "secret")), "secret"));
    EXPECT_FALSE(mentions(reason<Malformed>(nominatim(400, "secret")), "secret"));
}

TEST(A_reply_of_Photon, is_the_first_feature)
{
    const Answer answer = photon(200, features);
    ASSERT_EQ(kind(answer), "found");
    EXPECT_EQ(std::get<Address>(answer).osm_id, 7);
    EXPECT_TRUE(mentions(std::get<Address>(answer).raw, R"("type":"Feature")"));
    EXPECT_FALSE(mentions(std::get<Address>(answer).raw, "FeatureCollection"));
}

TEST(A_reply_of_Photon, says_that_there_is_no_such_place_by_no_features)
{
    EXPECT_EQ(kind(photon(200, R"({"type":"FeatureCollection","features":[]})")), "no such place");
}

TEST(A_reply_of_Photon, is_malformed_when_it_is_no_place)
{
    for (const char *body : {"{}", "[]", "null", R"({"features":null})", R"({"features":{}})", R"({"features":[1]})",
                             R"({"features":[{}]})", place})
        EXPECT_EQ(kind(photon(200, body)), "malformed") << body;
}

TEST(An_address, is_read_again_from_the_body)
{
    EXPECT_EQ(read_address(ReplyFormat::nominatim, place)->raw, place);
    EXPECT_EQ(read_address(ReplyFormat::photon, features)->display_name, "a");
}

TEST(An_address, is_not_read_where_there_is_none)
{
    EXPECT_EQ(read_address(ReplyFormat::nominatim, ""), std::nullopt);
    EXPECT_EQ(read_address(ReplyFormat::nominatim, unable), std::nullopt);
    EXPECT_EQ(read_address(ReplyFormat::nominatim, features), std::nullopt);
    EXPECT_EQ(read_address(ReplyFormat::photon, place), std::nullopt);
    EXPECT_EQ(read_address(ReplyFormat::photon, R"({"features":[]})"), std::nullopt);
}

TEST(An_address, is_not_read_beside_an_error)
{
    std::string body = place;
    body.insert(1, R"("error":"Out of area",)");
    EXPECT_EQ(kind(nominatim(200, body)), "declined");
    EXPECT_EQ(read_address(ReplyFormat::nominatim, body), std::nullopt);
}

TEST(A_lookup, finds_addresses_in_the_order_of_the_reply)
{
    const LookupAnswer answer = lookup(200, "[" + std::string(place) + "," + other_place + "]");
    ASSERT_EQ(kind(answer), "found");
    const auto &addresses = std::get<std::vector<Address>>(answer);
    ASSERT_EQ(addresses.size(), 2U);
    EXPECT_EQ(addresses[0].osm_id, 518071791);
    EXPECT_EQ(addresses[1].osm_id, 7);
}

TEST(A_lookup, keeps_of_the_reply_what_is_of_the_address)
{
    const LookupAnswer answer = lookup(200, "[" + std::string(other_place) + "]");
    const std::string &raw = std::get<std::vector<Address>>(answer).at(0).raw;
    EXPECT_EQ(read_address(ReplyFormat::nominatim, raw)->osm_id, 7);
}

TEST(A_lookup, finds_nothing)
{
    EXPECT_TRUE(std::get<std::vector<Address>>(lookup(200, "[]")).empty());
}

TEST(A_lookup, leaves_out_an_entry_that_makes_no_sense)
{
    const LookupAnswer answer = lookup(200, "[null,{},[],1," + std::string(place) + ",{\"osm_type\":\"way\"}]");
    EXPECT_EQ(std::get<std::vector<Address>>(answer).size(), 1U);
}

TEST(A_lookup, is_malformed_when_it_is_no_list)
{
    for (const char *body : {"", "{}", "null", place, unable, bad_parameter, R"({"error":"Out of area"})"})
        EXPECT_EQ(kind(lookup(200, body)), "malformed") << body;
}

TEST(A_lookup, is_known_at_Nominatim_only)
{
    EXPECT_EQ(kind(read_lookup_reply(ReplyFormat::photon, reply(200, "[]"), after(0))), "malformed");
}

TEST(A_lookup, is_judged_by_its_status_as_other_replies)
{
    EXPECT_EQ(kind(lookup(400, bad_parameter)), "malformed");
    EXPECT_EQ(kind(lookup(204, "")), "malformed");
    EXPECT_EQ(kind(lookup(403, "[]")), "stop");
    EXPECT_EQ(kind(lookup(404, "[]")), "stop");
    EXPECT_EQ(kind(lookup(404, unable)), "malformed");
    EXPECT_EQ(kind(lookup(301, "[]")), "stop");
    EXPECT_EQ(kind(lookup(503, "[]")), "wait");
    EXPECT_EQ(kind(lookup(200, "<html>")), "stop");
}

TEST(The_first_characters, are_whole_ones)
{
    EXPECT_EQ(first_characters("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x9a\x97z", 2), "a\xc3\xa4");
    EXPECT_EQ(first_characters("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x9a\x97z", 4), "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x9a\x97");
}

TEST(The_first_characters, are_all_when_there_are_no_more)
{
    EXPECT_EQ(first_characters("\xc3\xa4", 1), "\xc3\xa4");
    EXPECT_EQ(first_characters("ab", 255), "ab");
    EXPECT_EQ(first_characters("", 5), "");
}

TEST(The_first_characters, are_none_when_none_are_asked_for)
{
    EXPECT_EQ(first_characters("\xc3\xa4", 0), "");
}

}  // namespace pitstop::test
