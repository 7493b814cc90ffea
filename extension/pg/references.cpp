#include "pg/references.hpp"

#include "core/error.hpp"

namespace pitstop::pg {

namespace {

// Each with the condition under which a row r of theirs refers to a row t of TeslaMate's.
constexpr Statement others_keys{R"(
    SELECT c.conrelid::regclass, c.conname,
           string_agg(format('r.%I = t.%I', theirs.attname, ours.attname), ' AND ')
      FROM pg_constraint AS c
      JOIN pg_class AS r ON r.oid = c.conrelid
      JOIN pg_class AS t ON t.oid = c.confrelid
      JOIN pg_namespace AS n ON n.oid = t.relnamespace
     CROSS JOIN unnest(c.conkey, c.confkey) AS k (theirs, ours)
      JOIN pg_attribute AS theirs ON theirs.attrelid = c.conrelid AND theirs.attnum = k.theirs
      JOIN pg_attribute AS ours ON ours.attrelid = c.confrelid AND ours.attnum = k.ours
     WHERE c.contype = 'f'
       AND n.nspname = $1
       AND t.relname = $2
       AND NOT (r.relnamespace = t.relnamespace
                AND (r.relname, theirs.attname) IN (('positions', 'drive_id'), ('drives', 'start_position_id'),
                                                    ('drives', 'end_position_id'), ('charges', 'charging_process_id'),
                                                    ('charging_processes', 'position_id')))
     GROUP BY c.oid, c.conrelid, c.conname
)"};

struct ForeignKey {
    std::string table;  // qualified and quoted
    std::string name;
    std::string condition;
};

}  // namespace

void require_unreferenced(Spi &spi, const std::string &table, const std::vector<std::int64_t> &ids)
{
    std::vector<ForeignKey> keys;
    spi.run(others_keys, Values().text(spi.schema()).text(table), [&](const PassingRow &row) {
        keys.push_back({row.text(0), row.text(1), row.text(2)});
    });
    for (const ForeignKey &key : keys) {
        std::string id;
        spi.run_once("SELECT t.id FROM " + spi.qualified(table) +
                         " AS t JOIN unnest($1) AS gone (id) ON gone.id = t.id WHERE EXISTS (SELECT FROM " + key.table +
                         " AS r WHERE " + key.condition + ") LIMIT 1",
                     Values().integers(ids), [&](const PassingRow &row) { id = row.text(0); });
        if (!id.empty())
            throw DomainError(DomainError::Kind::wrong_state,
                              "row " + id + " of " + table + " is referred to by table " + key.table,
                              "Foreign key \"" + key.name +
                                  "\" is not TeslaMate's: the journal does not know that table, and undo could not put "
                                  "it back.",
                              "Delete the rows that refer to it first, or drop the foreign key.");
    }
}

}  // namespace pitstop::pg
