#include "tool/core/plausible.hpp"

#include <algorithm>

#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

// Those that never become empty again in use. Signing out empties tokens, and people delete their geofences.
constexpr const char *lasting_tables[] = {"addresses",          "car_settings", "cars",      "charges",
                                          "charging_processes", "drives",       "positions", "schema_migrations",
                                          "settings",           "states",       "updates"};

bool is_lasting(const TableName &table)
{
    return std::find(std::begin(lasting_tables), std::end(lasting_tables), table.name) != std::end(lasting_tables);
}

bool is_less_than_half(std::uint64_t now, std::uint64_t before)
{
    return now < before - before / 2;
}

std::optional<std::string> lost_table(const Manifest &now, const Manifest &before)
{
    for (const auto &[table, count] : before.tables) {
        if (count.rows == 0 || !is_lasting(table))
            continue;
        const auto found = now.tables.find(table);
        if (found == now.tables.end() || found->second.rows == 0)
            return "table \"" + printable(table.schema) + '.' + printable(table.name) + "\" had " +
                   plural(count.rows, "row", "rows") + " and is " + (found == now.tables.end() ? "gone" : "empty");
    }
    return std::nullopt;
}

// Otherwise the sizes say nothing about what is in them.
bool is_stored_alike(const Manifest &now, const Manifest &before)
{
    return now.format == before.format && now.compression == before.compression &&
           now.encrypted_for.has_value() == before.encrypted_for.has_value();
}

}  // namespace

std::optional<std::string> implausible(const Manifest &now, const Manifest &before)
{
    if (auto lost = lost_table(now, before))
        return lost;
    if (is_less_than_half(total_rows(now), total_rows(before)))
        return "it has " + plural(total_rows(now), "row", "rows") + ", and the one before had " +
               count_text(total_rows(before));
    if (is_stored_alike(now, before) && is_less_than_half(now.archive_bytes, before.archive_bytes))
        return "it takes " + size_text(now.archive_bytes) + ", and the one before took " +
               size_text(before.archive_bytes);
    return std::nullopt;
}

}  // namespace pitstop::tool
