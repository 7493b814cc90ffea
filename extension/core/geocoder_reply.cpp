#include "core/geocoder_reply.hpp"

#include <algorithm>
#include <initializer_list>

#include "core/address_fields.hpp"
#include "core/checked_json.hpp"

namespace pitstop {

namespace {

using Json = nlohmann::json;

constexpr const char *unable_to_geocode = "Unable to geocode";
constexpr std::size_t longest_reason = 100;

std::string with_status(const std::string &what, long status)
{
    return what + " (HTTP " + std::to_string(status) + ")";
}

// The geocoder's own words: printable ASCII, and not many.
std::string harmless(const std::string &text)
{
    std::string result;
    for (const char c : text.substr(0, longest_reason))
        result += c >= ' ' && c <= '~' ? c : '?';
    return result;
}

bool looks_like_html(const HttpReply &reply)
{
    const std::size_t first = reply.body.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    return (first != std::string_view::npos && reply.body[first] == '<') ||
           reply.content_type.substr(0, 9) == "text/html";
}

// What follows from the status alone; nothing for one that comes with an answer.
std::optional<Answer> judge_status(const HttpReply &reply, UtcTime now)
{
    const long status = reply.status;
    if (status == 401)
        return Stop{with_status("the geocoder refused the key", status)};
    if (status == 403)
        return Stop{with_status("the geocoder has blocked this server", status)};
    if (status == 407)
        return Stop{with_status("the proxy wants a user name and password", status)};
    if (status == 429)
        return Wait{parse_retry_after(reply.retry_after, now), with_status("the geocoder is asked too much", status)};
    if (status == 408 || status == 425 || (status >= 500 && status <= 599))
        return Wait{parse_retry_after(reply.retry_after, now),
                    with_status("the geocoder is overloaded or out of order", status)};
    if (status >= 300 && status <= 399)
        return Stop{with_status("the geocoder has moved; set pitstop.geocoder_url to its new address", status)};
    if (status == 200 && looks_like_html(reply))
        return Stop{"a web page instead of an answer: the login page of a network, or a wrong pitstop.geocoder_url"};
    return std::nullopt;
}

// A reply that says why there is no address.
Answer judge_error(const Json &error, long status)
{
    if (!error.is_string())
        return Malformed{with_status("the geocoder did not understand the request", status)};
    const auto &text = error.get_ref<const std::string &>();
    if (text == unable_to_geocode)
        return NoSuchPlace{};
    return Declined{harmless(text)};
}

// The first feature of a FeatureCollection; null when it is empty.
struct FirstFeature {
    bool is_collection = false;
    const Json *feature = nullptr;
};

FirstFeature first_feature(const Json &json)
{
    FirstFeature first;
    if (!json.is_object() || !json.contains("features") || !json["features"].is_array())
        return first;
    first.is_collection = true;
    if (!json["features"].empty())
        first.feature = &json["features"][0];
    return first;
}

std::optional<Address> address_in(ReplyFormat format, const Json &json, std::string_view body)
{
    if (format == ReplyFormat::photon) {
        const FirstFeature first = first_feature(json);
        return first.feature == nullptr ? std::nullopt : address_of_photon(*first.feature);
    }
    auto address = address_of_nominatim(json);
    if (address)
        address->raw = body;
    return address;
}

}  // namespace

Answer read_reverse_reply(ReplyFormat format, const HttpReply &reply, UtcTime now)
{
    if (auto judged = judge_status(reply, now))
        return *judged;
    const auto json = read_checked_json(reply.body);
    const bool has_error = json && json->is_object() && json->contains("error");
    if (reply.status == 404 && !(has_error && (*json)["error"].is_string()))
        return Stop{with_status("there is no such page; is pitstop.geocoder_url right?", reply.status)};
    if (has_error && (reply.status == 200 || reply.status == 404 || reply.status == 400))
        return judge_error((*json)["error"], reply.status);
    if (reply.status != 200)
        return Malformed{with_status("an answer that is none", reply.status)};
    if (!json)
        return Malformed{"an answer that is no JSON"};
    if (format == ReplyFormat::photon && first_feature(*json).is_collection && first_feature(*json).feature == nullptr)
        return NoSuchPlace{};
    if (auto address = address_in(format, *json, reply.body))
        return std::move(*address);
    return Malformed{"an answer without a usable place"};
}

LookupAnswer read_lookup_reply(ReplyFormat format, const HttpReply &reply, UtcTime now)
{
    if (const auto judged = judge_status(reply, now)) {
        if (const auto *const wait = std::get_if<Wait>(&*judged))
            return *wait;
        return std::get<Stop>(*judged);
    }
    if (reply.status == 404)
        return Stop{with_status("there is no such page; is pitstop.geocoder_url right?", reply.status)};
    const auto json = reply.status == 200 ? read_checked_json(reply.body) : std::nullopt;
    if (format != ReplyFormat::nominatim || !json || !json->is_array())
        return Malformed{reply.status == 200 ? "an answer that is no list"
                                             : with_status("an answer that is none", reply.status)};
    std::vector<Address> addresses;
    for (const Json &element : *json)
        if (auto address = address_of_nominatim(element)) {
            address->raw = element.dump();
            addresses.push_back(std::move(*address));
        }
    return addresses;
}

std::optional<Address> read_address(ReplyFormat format, std::string_view body)
{
    const auto json = read_checked_json(body);
    return json ? address_in(format, *json, body) : std::nullopt;
}

std::string first_characters(const std::string &text, std::size_t characters)
{
    std::size_t bytes = 0;
    while (bytes < text.size()) {
        const bool begins = (static_cast<unsigned char>(text[bytes]) & 0xc0) != 0x80;
        if (begins && characters-- == 0)
            break;
        ++bytes;
    }
    return text.substr(0, bytes);
}

}  // namespace pitstop
