// URLs of any bytes, and requests made of any texts: five lines, the URL, latitude, longitude, language and key.
#include <algorithm>
#include <string_view>

#include "bytes.hpp"
#include "core/provider.hpp"
#include "lines.hpp"

namespace pitstop::fuzz {

namespace {

bool is_printable(const std::string &text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

void check_url(std::string_view url)
{
    const std::string seen(url);
    const bool is_public = is_public_nominatim(url);
    const auto fault = url_fault(url);
    if (fault) {
        require(!fault->empty(), "a fault has a name", seen);
        return;
    }
    require(is_printable(seen), "a URL is printable", seen);
    require(seen.find_first_of("?#") == std::string::npos, "a URL has no query and no fragment", seen);
    require(!url_fault(seen + "/"), "a URL may end with a slash", seen);
    require(is_public_nominatim(seen + "/") == is_public, "a slash makes no other host", seen);
}

// Only the parameters' own characters stand between the URL and its end.
void check_request(const std::string &request, std::string_view base_url)
{
    require(is_printable(request), "a request is printable", request);
    const std::size_t question = request.find('?');
    require(question != std::string::npos && request.rfind('?') == question, "a request has one query", request);
    require(request.find('#') == std::string::npos, "a request has no fragment", request);
    require(is_public_nominatim(request) == is_public_nominatim(base_url), "a request goes to its host", request);
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    using namespace pitstop;
    std::string_view rest(reinterpret_cast<const char *>(bytes), size);
    const std::string_view url = fuzz::take_line(rest);
    const std::string_view latitude = fuzz::take_line(rest);
    const std::string_view longitude = fuzz::take_line(rest);
    const std::string_view language = fuzz::take_line(rest);
    const std::string_view key = rest;
    fuzz::check_url(url);
    find_provider(url);
    if (url_fault(url))
        return 0;
    for (const Provider *provider : all_providers())
        fuzz::check_request(reverse_url(*provider, url, latitude, longitude, language, key), url);
    const OsmId id{std::string(language), static_cast<std::int64_t>(size)};
    fuzz::check_request(lookup_url(*all_providers().front(), url, {id, {"way", 1}}, key), url);
    return 0;
}
