// What a geocoder answered, read from bytes that nobody vouches for: an address, or one of the ways there is none.
// Never throws for what the bytes say; limits nesting, and takes nothing that PostgreSQL's jsonb could not store.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/provider.hpp"
#include "core/utc_time.hpp"

namespace pitstop {

// The columns of TeslaMate's table addresses, as TeslaMate takes them from a reply (its order of keys; see the .cpp).
// Valid UTF-8, not yet cut to the columns' lengths. latitude and longitude are plain decimal text within the earth.
struct Address {
    std::string osm_type;  // node, way, relation; "unknown" for a place without an OSM id
    std::int64_t osm_id = 0;
    std::string latitude;
    std::string longitude;
    std::string display_name;
    std::optional<std::string> name, house_number, road, neighbourhood, city, county, postcode, state, state_district,
        country;
    std::string raw;  // JSON: the reply, or the part of it that is this address
};

struct NoSuchPlace {};  // "Unable to geocode": TeslaMate's shared row Unknown
struct
    Declined {  // another "error" of the geocoder's, such as for a place outside its map: no address, ask again later
    std::string reason;
};
struct Wait {  // overload or a fault that passes
    std::optional<std::chrono::seconds> retry_after;
    std::string reason;
};
struct Stop {  // needs a person: blocked, wrong key, a captive portal
    std::string reason;
};
struct Malformed {  // an answer that makes no sense
    std::string reason;
};

using Answer = std::variant<Address, NoSuchPlace, Declined, Wait, Stop, Malformed>;
using LookupAnswer = std::variant<std::vector<Address>, Wait, Stop, Malformed>;

struct HttpReply {
    long status = 0;
    std::string_view content_type;  // empty when there was none
    std::string_view retry_after;   // the header's value; empty when there was none
    std::string_view body;
};

// Reasons are sentences of ours with a status at most: nothing of the reply's bytes gets into them, but a Declined's
// reason, which is the geocoder's own text made harmless (printable ASCII, at most 100 characters).
Answer read_reverse_reply(ReplyFormat format, const HttpReply &reply, UtcTime now);

// The addresses found, in the reply's order; unknown ids are absent. A single entry that makes no sense is left out.
LookupAnswer read_lookup_reply(ReplyFormat format, const HttpReply &reply, UtcTime now);

// An address read back from a 200's body that read_reverse_reply() has found to be one. Nothing if it is none.
std::optional<Address> read_address(ReplyFormat format, std::string_view body);

// The header Retry-After: seconds, or a date in any of HTTP's three forms, as a span from `now`; nothing for garbage
// and for moments that have passed. Capped at one day.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, UtcTime now);

// The first `characters` characters of UTF-8 text, whole characters only.
std::string first_characters(const std::string &text, std::size_t characters);

}  // namespace pitstop
