// The reverse geocoders that pitstop can ask: one table of them, and the requests they understand.
// The next one is a row here and a mapping in geocoder_reply.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pitstop {

enum class ReplyFormat { nominatim, photon };

struct Provider {
    const char *name;          // the value of pitstop.geocoder
    const char *default_url;   // empty: pitstop.geocoder_url must be set
    const char *reverse_path;  // after the URL: /reverse
    const char *lookup_path;   // empty: it has no look-up by OSM id, ask by coordinates instead
    ReplyFormat format;
    bool needs_key;
};

// All of them, in the order of the manual: nominatim, photon, locationiq.
const std::vector<const Provider *> &all_providers();
// By its name; null when there is none.
const Provider *find_provider(std::string_view name) noexcept;

// What TeslaMate's users may ask of the public servers of the OpenStreetMap Foundation and how often: see the policy.
// True for https://nominatim.openstreetmap.org in any spelling of scheme, case, port and trailing slash or path.
bool is_public_nominatim(std::string_view url);

// Whether `url` is an http or https URL without user name, password, query or fragment, with a host, and without control
// characters or blanks. Returns why not, in words that follow "the URL "; nothing when it is fine.
std::optional<std::string> url_fault(std::string_view url);

struct OsmId {
    std::string type;  // node, way, relation
    std::int64_t id = 0;
};

// A reverse lookup: TeslaMate's own query for nominatim (format=jsonv2&addressdetails=1&extratags=1&namedetails=1&zoom=19,
// then lat and lon); for photon lat, lon and lang; for locationiq format=json and the key. `latitude` and `longitude`
// are decimal text as PostgreSQL prints a numeric. The language goes into the Accept-Language header, and for locationiq
// also into the query; for photon only de, en and fr, for it refuses a language that it does not have. Everything is
// percent-encoded.
std::string reverse_url(const Provider &provider, std::string_view base_url, std::string_view latitude,
                        std::string_view longitude, std::string_view language, std::string_view key);

// Look-up of up to 50 objects by their OSM ids: /lookup?format=jsonv2&addressdetails=1&extratags=1&namedetails=1&
// osm_ids=N1,W2,R3. Only for providers with a lookup_path. Ids whose type is not node, way or relation are left out.
std::string lookup_url(const Provider &provider, std::string_view base_url, const std::vector<OsmId> &ids,
                       std::string_view key);

}  // namespace pitstop
