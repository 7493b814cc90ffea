#include "core/provider.hpp"

#include <algorithm>
#include <charconv>

namespace pitstop {

namespace {

constexpr Provider nominatim{
    "nominatim", "https://nominatim.openstreetmap.org", "/reverse", "/lookup", ReplyFormat::nominatim, false};
constexpr Provider photon{"photon", "https://photon.komoot.io", "/reverse", "", ReplyFormat::photon, false};
constexpr Provider locationiq{"locationiq", "https://us1.locationiq.com", "/v1/reverse",
                              "",           ReplyFormat::nominatim,       true};

constexpr const char *details = "format=jsonv2&addressdetails=1&extratags=1&namedetails=1";

std::string lower_case(std::string_view text)
{
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

bool begins_with(std::string_view text, std::string_view beginning)
{
    return text.substr(0, beginning.size()) == beginning;
}

bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string encoded(std::string_view text)
{
    constexpr const char *digits = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        if (is_letter_or_digit(c) || c == '-' || c == '_' || c == '.' || c == '~') {
            result += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        result += '%';
        result += digits[byte >> 4];
        result += digits[byte & 15];
    }
    return result;
}

// One more parameter of a query; none for no value.
std::string parameter(const char *name, std::string_view value)
{
    return value.empty() ? std::string() : "&" + std::string(name) + "=" + encoded(value);
}

std::string joined(std::string_view base_url, std::string_view path)
{
    while (!base_url.empty() && base_url.back() == '/')
        base_url.remove_suffix(1);
    return std::string(base_url) + std::string(path);
}

// Host and port, between the scheme and the path.
std::string_view authority_of(std::string_view url)
{
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos)
        return {};
    url.remove_prefix(scheme + 3);
    return url.substr(0, url.find_first_of("/?#"));
}

// A name, an IPv4 address, or an IPv6 address in brackets. Percent signs are none of these: libcurl would decode them.
bool is_host(std::string_view host)
{
    if (!host.empty() && host.front() == '[')
        return host.size() > 2 && host.back() == ']' &&
               host.find_first_not_of("0123456789abcdefABCDEF:.", 1) == host.size() - 1;
    return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_';
    });
}

bool is_port(std::string_view text)
{
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port != 0;
}

// The host may have colons of its own, in brackets.
std::string_view host_of(std::string_view authority)
{
    const std::size_t bracket = authority.rfind(']');
    return authority.substr(0, authority.find(':', bracket == std::string_view::npos ? 0 : bracket));
}

// Photon refuses a language that it has not imported when it stands in the query, and takes it as a wish when it stands
// in the header: only those that it imports by default go into the query.
std::string photon_language(std::string_view language)
{
    const std::string letters = lower_case(language.substr(0, 2));
    return letters == "de" || letters == "en" || letters == "fr" ? letters : std::string();
}

}  // namespace

const std::vector<const Provider *> &all_providers()
{
    static const auto *const providers = new std::vector<const Provider *>{&nominatim, &photon, &locationiq};
    return *providers;
}

const Provider *find_provider(std::string_view name) noexcept
{
    for (const Provider *provider : {&nominatim, &photon, &locationiq})
        if (name == provider->name)
            return provider;
    return nullptr;
}

bool is_public_nominatim(std::string_view url)
{
    std::string_view authority = authority_of(url);
    authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 is 0
    std::string host = lower_case(host_of(authority));
    while (!host.empty() && host.back() == '.')
        host.pop_back();
    return host == "nominatim.openstreetmap.org";
}

std::optional<std::string> url_fault(std::string_view url)
{
    const std::string lower = lower_case(url.substr(0, 8));
    if (!begins_with(lower, "http://") && !begins_with(lower, "https://"))
        return "does not begin with http:// or https://";
    if (std::any_of(url.begin(), url.end(), [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\\'; }))
        return "has a character that no URL has";
    const std::string_view authority = authority_of(url);
    if (authority.find('@') != std::string_view::npos)
        return "has a user name or password; secrets belong into a file";
    if (url.find_first_of("?#") != std::string_view::npos)
        return "has a query or a fragment; a key belongs into a file";
    const std::string_view host = host_of(authority);
    if (host.empty())
        return "names no host";
    if (!is_host(host))
        return "names a host that cannot be one";
    if (host.size() < authority.size() && !is_port(authority.substr(host.size() + 1)))
        return "has a port that is none";
    return std::nullopt;
}

std::string reverse_url(const Provider &provider, std::string_view base_url, std::string_view latitude,
                        std::string_view longitude, std::string_view language, std::string_view key)
{
    const std::string url = joined(base_url, provider.reverse_path) + "?";
    const std::string place = "lat=" + encoded(latitude) + "&lon=" + encoded(longitude);
    if (provider.format == ReplyFormat::photon)
        return url + place + parameter("lang", photon_language(language));
    if (provider.needs_key)
        return url + "format=json&addressdetails=1&" + place + parameter("accept-language", language) +
               parameter("key", key);
    return url + details + "&zoom=19&" + place + parameter("key", key);
}

std::string lookup_url(const Provider &provider, std::string_view base_url, const std::vector<OsmId> &ids,
                       std::string_view key)
{
    std::string list;
    for (const OsmId &id : ids) {
        const char letter = id.type == "node" ? 'N' : id.type == "way" ? 'W' : id.type == "relation" ? 'R' : '\0';
        if (letter != '\0')
            list += (list.empty() ? "" : ",") + std::string(1, letter) + std::to_string(id.id);
    }
    return joined(base_url, provider.lookup_path) + "?" + details + "&osm_ids=" + list + parameter("key", key);
}

}  // namespace pitstop
