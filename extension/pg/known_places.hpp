// The places that geocoders were asked for: our table known_place, and TeslaMate's addresses that its answers name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/place.hpp"
#include "pg/spi.hpp"

namespace pitstop::pg {

// A place that an address is wanted for. Coordinates as text, as PostgreSQL prints the numeric, and as numbers.
struct WantedPlace {
    std::string latitude;
    std::string longitude;
    Coordinates coordinates;
};

struct KnownPlace {
    enum class Answer { not_asked, found, no_address };  // no_address: asked, and not to be asked again yet
    Answer answer = Answer::not_asked;
    bool was_asked = false;      // asked once, but what was answered is no longer believed, or never was an address
    bool no_such_place = false;  // the no_address for which TeslaMate has its row Unknown
    bool exact = false;          // an answer for these very coordinates
    std::optional<std::int64_t> address_id;  // TeslaMate's row, for found
};

// For each of the wanted places what is known, in the same order: of the answers within `reuse_distance_m` metres in
// this language, the nearest that is found and whose address TeslaMate's table has, else the nearest that is still
// believed. Reads our table as its owner, TeslaMate's with the rights of the moment.
std::vector<KnownPlace> find_known_places(Spi &spi, const std::vector<WantedPlace> &wanted, const std::string &language,
                                          double reuse_distance_m);

// An address for a session that is being closed.
struct KnownAddress {
    std::optional<std::int64_t> id;
    bool exact = false;  // of these very coordinates; another is taken only where there is none
};

// Whether sessions that are being closed can get addresses, which must not stop them where they cannot: the caller may
// not read all that it takes of TeslaMate's, or pitstop's tables are of an older version.
bool can_know_addresses(const Spi &spi);

// The same for sessions that are being closed: in the language and with the reuse distance of the settings; nothing
// where can_know_addresses() says no.
std::vector<KnownAddress> known_addresses(Spi &spi, const std::vector<WantedPlace> &wanted);

// The language of addresses: pitstop.language, else the one in TeslaMate's settings.
std::string address_language(Spi &spi);

}  // namespace pitstop::pg
