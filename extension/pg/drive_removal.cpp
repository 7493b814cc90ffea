#include "pg/drive_removal.hpp"

#include <algorithm>

#include "pg/checks.hpp"
#include "pg/references.hpp"

namespace pitstop::pg {

namespace {

// Before the drives are deleted, instead of leaving it to the foreign key: so it is known exactly which positions
// it were, whoever moved some of them at the same moment, and whether or not the key is there.
constexpr Statement detach_from_many{R"(
    UPDATE {schema}.positions AS p
       SET drive_id = NULL
      FROM (SELECT DISTINCT id FROM unnest($1) AS w (id)) AS gone
     WHERE p.drive_id = gone.id
 RETURNING gone.id, p.id
)",
                                     Planning::each_time};

constexpr Statement detach_from_one{R"(
    UPDATE {schema}.positions AS p
       SET drive_id = NULL
     WHERE p.drive_id = $1
 RETURNING $1, p.id
)"};

constexpr Statement delete_drives{R"(
    DELETE FROM {schema}.drives AS d
     USING unnest($1) AS gone (id)
     WHERE d.id = gone.id
)"};

}  // namespace

PositionsOfDrives detach_positions(Spi &spi, const std::vector<std::int64_t> &drive_ids)
{
    PositionsOfDrives positions;
    const auto keep = [&](const PassingRow &row) { positions[row.integer(0)].push_back(row.integer(1)); };
    if (drive_ids.size() == 1)
        spi.run(detach_from_one, Values().integer(drive_ids.front()), keep);
    else if (!drive_ids.empty())
        spi.run(detach_from_many, Values().integers(drive_ids), keep);
    for (auto &each : positions)
        std::sort(each.second.begin(), each.second.end());
    return positions;
}

void delete_drive_rows(Spi &spi, const std::vector<std::int64_t> &drive_ids)
{
    if (drive_ids.empty())
        return;
    require_unreferenced(spi, "drives", drive_ids);
    const std::uint64_t deleted = spi.run(delete_drives, Values().integers(drive_ids));
    if (deleted != drive_ids.size())
        raise_kept("delete " + named(SessionKind::drive, drive_ids.size(), drive_ids.front()));
}

}  // namespace pitstop::pg
