// Health of TeslaMate's tables and indexes, by what the catalog and the statistics know of them.

#include <map>

#include "core/index_bloat.hpp"
#include "core/required_indexes.hpp"
#include "pg/observe.hpp"

namespace pitstop::pg {

namespace {

constexpr Statement indexes{R"(
    SELECT i.relname::text, x.indisvalid AND x.indisready
      FROM pg_index AS x
      JOIN pg_class AS i ON i.oid = x.indexrelid
      JOIN pg_class AS t ON t.oid = x.indrelid
      JOIN pg_namespace AS n ON n.oid = t.relnamespace
     WHERE n.nspname = $1
       AND t.relname = ANY ($2)
)"};

constexpr Statement rows_of_tables{R"(
    SELECT t.relname::text, t.live, t.dead
      FROM (SELECT c.relname, pg_stat_get_live_tuples(c.oid) AS live, pg_stat_get_dead_tuples(c.oid) AS dead
              FROM pg_class AS c
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname = $1
               AND c.relname = ANY ($2)
               AND c.relkind = 'r') AS t
     WHERE t.live + t.dead > $3
     ORDER BY t.relname
)"};

// A row for each column of an index; an expression's statistics go by the index's own name.
constexpr Statement columns_of_large_indexes{R"(
    SELECT i.relname::text, i.relpages, i.reltuples::double precision,
           coalesce((SELECT o.option_value::integer
                       FROM pg_options_to_table(i.reloptions) AS o
                      WHERE o.option_name = 'fillfactor'), 90),
           coalesce(s.avg_width, nullif(a.attlen, -1)),
           CASE a.attalign WHEN 'd' THEN 8 WHEN 'i' THEN 4 WHEN 's' THEN 2 ELSE 1 END,
           CASE WHEN s.n_distinct < 0 THEN -s.n_distinct * i.reltuples ELSE s.n_distinct END::double precision
      FROM pg_index AS x
      JOIN pg_class AS i ON i.oid = x.indexrelid
      JOIN pg_am AS m ON m.oid = i.relam AND m.amname = 'btree'
      JOIN pg_class AS t ON t.oid = x.indrelid
      JOIN pg_namespace AS n ON n.oid = t.relnamespace
      JOIN pg_attribute AS a ON a.attrelid = i.oid
      LEFT JOIN pg_attribute AS o ON o.attrelid = t.oid AND o.attnum = x.indkey[a.attnum - 1] AND o.attnum > 0
      LEFT JOIN pg_stats AS s ON s.schemaname = n.nspname
                             AND s.tablename = CASE WHEN o.attname IS NULL THEN i.relname ELSE t.relname END
                             AND s.attname = coalesce(o.attname, a.attname)
                             AND NOT s.inherited
     WHERE n.nspname = $1
       AND t.relname = ANY ($2)
       AND t.relpages > $3
       AND i.relpages > $4
       AND i.reltuples > 0
     ORDER BY i.relname, a.attnum
)"};

constexpr std::int64_t fewest_rows = 10'000;
constexpr std::int64_t fewest_table_pages = 1000;
constexpr std::int64_t fewest_index_pages = 8 * 1024 * 1024 / BLCKSZ;

std::vector<std::optional<std::string>> tables()
{
    std::vector<std::optional<std::string>> names;
    for (const RequiredIndex &required : required_indexes)
        if (names.empty() || *names.back() != required.table)
            names.emplace_back(required.table);
    return names;
}

std::string list_of(const std::vector<std::string> &names, const std::string &what)
{
    std::string list;
    for (const std::string &name : names)
        list += (list.empty() ? what + ": " : ", ") + name;
    return list;
}

// A check of many things that has nothing to look at, as a database has in its first days.
Observations or_nothing_yet(Observations observations, const std::string &note)
{
    if (observations.empty())
        observations.push_back({"", std::nullopt, HealthStatus::ok, note, {}});
    return observations;
}

}  // namespace

Observations observe_indexes(const Look &look)
{
    look.teslamate.require("positions");
    std::map<std::string, bool> is_valid;
    look.spi.run(indexes, Values().text(look.spi.schema()).texts(tables()),
                 [&](const PassingRow &row) { is_valid.emplace(row.text(0), row.boolean(1)); });
    std::vector<std::string> missing, invalid;
    for (const RequiredIndex &required : required_indexes) {
        const auto found = is_valid.find(required.index);
        if (found == is_valid.end())
            missing.emplace_back(required.index);
        else if (!found->second)
            invalid.emplace_back(required.index);
    }
    const std::string first = list_of(missing, "missing"), second = list_of(invalid, "invalid");
    return {{"",
             static_cast<double>(missing.size() + invalid.size()),
             std::nullopt,
             first + (first.empty() || second.empty() ? "" : "; ") + second,
             {}}};
}

Observations observe_dead_rows(const Look &look)
{
    Observations observations;
    look.spi.run(rows_of_tables, Values().text(look.spi.schema()).texts(tables()).integer(fewest_rows),
                 [&](const PassingRow &row) {
                     const double live = row.number(1), dead = row.number(2);
                     observations.push_back({row.text(0), dead / (live + dead), std::nullopt, "", {}});
                 });
    return or_nothing_yet(std::move(observations), "No table has more than " + std::to_string(fewest_rows) + " rows.");
}

Observations observe_index_bloat(const Look &look)
{
    std::map<std::string, Btree> found;
    std::map<std::string, bool> is_known;
    look.spi.run(
        columns_of_large_indexes,
        Values().text(look.spi.schema()).texts(tables()).integer(fewest_table_pages).integer(fewest_index_pages),
        [&](const PassingRow &row) {
            Btree &index = found[row.text(0)];
            index.pages = row.number(1);
            index.entries = row.number(2);
            index.fill_percent = row.number(3);
            is_known.try_emplace(row.text(0), true).first->second &= !row.is_null(4);
            index.columns.push_back(
                {row.optional_number(4).value_or(0), static_cast<int>(row.integer(5)), row.optional_number(6)});
        });
    Observations observations;
    for (const auto &[name, index] : found)
        if (is_known[name])
            observations.push_back({name, empty_share(index, BLCKSZ), std::nullopt, "", {}});
    return or_nothing_yet(std::move(observations), "No index is larger than 8 MB, or none was analyzed yet.");
}

}  // namespace pitstop::pg
