// Where the server keeps its data, and how much room there is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pg/spi.hpp"

namespace pitstop::pg {

struct Place {
    std::string name;  // data directory, tablespace NAME, WAL
    std::string path;
};

// Nothing where the operating system does not say. Free is what the server may use: not what is kept for root.
struct Room {
    std::optional<std::int64_t> free_bytes;
    std::optional<std::int64_t> total_bytes;
};

std::vector<Place> places_of_data(Spi &spi);
Room room_at(const std::string &path);

}  // namespace pitstop::pg
