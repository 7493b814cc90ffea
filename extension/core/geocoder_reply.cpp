#include "core/geocoder_reply.hpp"

#include <strings.h>

#include "core/address_fields.hpp"
#include "core/checked_json.hpp"

namespace pitstop {

namespace {

using Json = nlohmann::json;

constexpr const char *unable_to_geocode = "Unable to geocode";
constexpr const char *no_list = "an answer that is no list";
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

bool is_html(std::string_view content_type)
{
    constexpr std::string_view html = "text/html";
    return content_type.size() >= html.size() && strncasecmp(content_type.data(), html.data(), html.size()) == 0;
}

bool looks_like_html(const HttpReply &reply)
{
    const std::size_t first = reply.body.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    return is_html(reply.content_type) || (first != std::string_view::npos && reply.body[first] == '<');
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

// Only these statuses come with a body that is worth reading.
std::optional<Json> json_of(const HttpReply &reply)
{
    return reply.status == 200 || reply.status == 404 ? read_checked_json(reply.body) : std::nullopt;
}

const Json *error_in(const std::optional<Json> &json)
{
    return json && json->is_object() && json->contains("error") ? &(*json)["error"] : nullptr;
}

// Why there is nothing to be found in a reply; nothing when there may be.
std::optional<Answer> judge(const HttpReply &reply, const std::optional<Json> &json, UtcTime now)
{
    if (auto judged = judge_status(reply, now))
        return judged;
    const Json *const error = error_in(json);
    if (error != nullptr && *error == unable_to_geocode)
        return NoSuchPlace{};
    if (reply.status == 404)
        return Stop{with_status("there is no such page; is pitstop.geocoder_url right?", reply.status)};
    if (reply.status >= 400 && reply.status <= 499)
        return Malformed{with_status("the geocoder called the request wrong", reply.status)};
    if (reply.status != 200)
        return Malformed{with_status("an answer that is none", reply.status)};
    if (!json)
        return Malformed{"an answer that is no JSON"};
    if (error == nullptr)
        return std::nullopt;
    if (!error->is_string())
        return Malformed{with_status("the geocoder called the request wrong", reply.status)};
    return Declined{harmless(error->get_ref<const std::string &>())};
}

// The first feature of a FeatureCollection; null when it is empty.
struct FirstFeature {
    bool is_collection = false;
    const Json *feature = nullptr;
};

FirstFeature first_feature(const Json &json)
{
    if (!json.is_object() || !json.contains("features") || !json["features"].is_array())
        return {};
    const Json &features = json["features"];
    return {true, features.empty() ? nullptr : &features[0]};
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

// A list knows nothing of single places: for it an answer about one makes no sense.
LookupAnswer for_a_list(Answer &&judged)
{
    if (auto *const wait = std::get_if<Wait>(&judged))
        return std::move(*wait);
    if (auto *const stop = std::get_if<Stop>(&judged))
        return std::move(*stop);
    if (auto *const malformed = std::get_if<Malformed>(&judged))
        return std::move(*malformed);
    return Malformed{no_list};
}

}  // namespace

Answer read_reverse_reply(ReplyFormat format, const HttpReply &reply, UtcTime now)
{
    const auto json = json_of(reply);
    if (auto judged = judge(reply, json, now))
        return *std::move(judged);
    if (auto address = address_in(format, *json, reply.body))
        return *std::move(address);
    const FirstFeature first = format == ReplyFormat::photon ? first_feature(*json) : FirstFeature();
    if (first.is_collection && first.feature == nullptr)
        return NoSuchPlace{};
    return Malformed{"an answer without a usable place"};
}

LookupAnswer read_lookup_reply(ReplyFormat format, const HttpReply &reply, UtcTime now)
{
    const auto json = json_of(reply);
    if (auto judged = judge(reply, json, now))
        return for_a_list(*std::move(judged));
    if (format != ReplyFormat::nominatim || !json->is_array())
        return Malformed{no_list};
    std::vector<Address> addresses;
    for (const Json &element : *json)
        if (auto address = address_of_nominatim(element)) {
            address->raw = element.dump();
            addresses.push_back(*std::move(address));
        }
    return addresses;
}

std::optional<Address> read_address(ReplyFormat format, std::string_view body)
{
    const auto json = read_checked_json(body);
    return json && error_in(json) == nullptr ? address_in(format, *json, body) : std::nullopt;
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
