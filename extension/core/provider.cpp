#include "core/provider.hpp"

#include <algorithm>
#include <cctype>

namespace pitstop {

namespace {

constexpr Provider nominatim{
    "nominatim", "https://nominatim.openstreetmap.org", "/reverse", "/lookup", ReplyFormat::nominatim, false};
constexpr Provider photon{"photon", "https://photon.komoot.io", "/reverse", "", ReplyFormat::photon, false};
constexpr Provider locationiq{"locationiq", "https://us1.locationiq.com", "/v1/reverse",
                              "",           ReplyFormat::nominatim,       true};

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

std::string encoded(std::string_view text)
{
    constexpr const char *digits = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                              c == '_' || c == '.' || c == '~';
        if (is_plain) {
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

// Photon knows languages by two letters.
std::string two_letters(std::string_view language)
{
    return lower_case(language.substr(0, 2));
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
    std::string host = lower_case(authority_of(url));
    host.erase(std::min(host.find(':'), host.size()));
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
    if (authority.empty() || authority.front() == ':')
        return "names no host";
    if (authority.find('@') != std::string_view::npos)
        return "has a user name or password; secrets belong into a file";
    if (url.find_first_of("?#") != std::string_view::npos)
        return "has a query; a key belongs into a file";
    return std::nullopt;
}

std::string reverse_url(const Provider &provider, std::string_view base_url, std::string_view latitude,
                        std::string_view longitude, std::string_view language, std::string_view key)
{
    const std::string url = joined(base_url, provider.reverse_path);
    const std::string place = "lat=" + encoded(latitude) + "&lon=" + encoded(longitude);
    if (provider.format == ReplyFormat::photon)
        return url + "?" + place + (language.empty() ? "" : "&lang=" + encoded(two_letters(language)));
    if (provider.needs_key)
        return url + "?key=" + encoded(key) + "&format=json&addressdetails=1&accept-language=" + encoded(language) +
               "&" + place;
    return url + "?format=jsonv2&addressdetails=1&extratags=1&namedetails=1&zoom=19&" + place +
           (key.empty() ? "" : "&key=" + encoded(key));
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
    return joined(base_url, provider.lookup_path) +
           "?format=jsonv2&addressdetails=1&extratags=1&namedetails=1&osm_ids=" + list +
           (key.empty() ? "" : "&key=" + encoded(key));
}

}  // namespace pitstop
