// TeslaMate's table addresses: which of its rows is which object of OpenStreetMap, and new rows for it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/geocoder_reply.hpp"
#include "pg/journal.hpp"
#include "pg/spi.hpp"
#include "pg/teslamate.hpp"

namespace pitstop::pg {

using OsmKey = std::pair<std::string, std::int64_t>;  // osm_type, osm_id

// TeslaMate's rows of these objects; the smallest id where there are several.
std::map<OsmKey, std::int64_t> find_addresses(Spi &spi, const std::vector<OsmKey> &keys);

// Inserts those that the table lacks, their texts cut to its columns, and returns how many it were. Those that the table
// refuses, by a value or by a trigger, are left out.
std::int64_t insert_addresses(Spi &spi, const TeslaMate &teslamate, const std::vector<Address> &addresses);

// TeslaMate's shared row for places that the geocoder does not know, where it is there.
std::optional<std::int64_t> find_unknown_address(Spi &spi);
// The same, inserted where it is not.
std::int64_t unknown_address(Spi &spi, const TeslaMate &teslamate);

// Gives the rows of these objects new texts, the ones that TeslaMate's change of language writes, and returns what changed.
std::vector<Change> update_texts(Spi &spi, const TeslaMate &teslamate, const std::vector<Address> &addresses);

}  // namespace pitstop::pg
