// pitstop.disk_space(): the room there is where the server keeps its data, which SQL cannot tell otherwise.

#include "pg/disk_space.hpp"

#include <sys/statvfs.h>

#include <filesystem>

#include "pg/result.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "utils/acl.h"
}

namespace pitstop::pg {

namespace {

// pg_default and pg_global have no location of their own: they are in the data directory.
constexpr Statement tablespaces{R"(
    SELECT t.spcname::text, l.location
      FROM pg_tablespace AS t
     CROSS JOIN pg_tablespace_location(t.oid) AS l (location)
     WHERE l.location <> ''
     ORDER BY t.spcname
)"};

// As for the setting data_directory.
bool may_see_paths()
{
    return call([]() noexcept { return has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_SETTINGS); });
}

}  // namespace

std::vector<Place> places_of_data(Spi &spi)
{
    const std::filesystem::path data_directory = DataDir;
    std::vector<Place> places = {{"data directory", data_directory}};
    spi.run(tablespaces, Values(), [&](const PassingRow &row) {
        // A tablespace in place has a path relative to the data directory.
        places.push_back({"tablespace " + row.text(0), data_directory / row.text(1)});
    });
    std::error_code error;
    const auto wal = data_directory / "pg_wal";
    if (std::filesystem::is_symlink(wal, error))
        places.push_back({"WAL", std::filesystem::canonical(wal, error)});
    return places;
}

Room room_at(const std::string &path)
{
    struct statvfs found = {};
    if (::statvfs(path.c_str(), &found) != 0)
        return {};
    const auto bytes = [&found](fsblkcnt_t blocks) { return static_cast<std::int64_t>(blocks * found.f_frsize); };
    return {bytes(found.f_bavail), bytes(found.f_blocks)};
}

}  // namespace pitstop::pg

PITSTOP_FUNCTION(pitstop_disk_space)
{
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    Spi spi(teslamate_schema_setting(), Access::read_only);
    const bool shows_paths = may_see_paths();
    for (const Place &place : places_of_data(spi)) {
        const Room room = room_at(place.path);
        result.add(Values()
                       .text(place.name)
                       .text(shows_paths ? std::optional(place.path) : std::nullopt)
                       .integer(room.free_bytes)
                       .integer(room.total_bytes));
    }
    return result.datum();
}
