// pitstop.undo(event_id): puts back what an event changed, all or nothing.
//
//   lock the event → read what it wrote → lock the rows it updated and compare the columns it wrote
//                  → insert what it deleted → put back what it updated → mark the event
//
// Everything works on the schema the event was recorded in, with the caller's rights on its tables;
// only the journal itself is read and marked as its owner.

#include <algorithm>
#include <cstring>

#include "core/error.hpp"
#include "core/required_columns.hpp"
#include "pg/checks.hpp"
#include "pg/recorded_event.hpp"
#include "pg/result.hpp"
#include "pg/settings.hpp"
#include "pg/subtransaction.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
}

namespace pitstop::pg {

namespace {

// The ids of a chunk, one row each; $1 are its keys.
std::string ids_of_chunk()
{
    return "(SELECT generate_series(lower(r), upper(r) - 1) AS id FROM unnest($1::int8multirange) AS r)";
}

// TeslaMate's tables refer to each other in a circle: a drive to its first and last position, these to the drive.
// So a drive comes back without its positions first, and gets them when they are there.
constexpr const char *tables_in_order[] = {"addresses", "cars", "drives", "positions", "charging_processes", "charges"};

bool is_attached_later(const std::string &table, const std::string &column)
{
    return table == "drives" && (column == "start_position_id" || column == "end_position_id");
}

// The columns that pitstop itself writes. Others in the journal are a trigger's, and updated_at is TeslaMate's own
// book-keeping: they are put back while they are as the event left them, and block nothing.
bool is_ours(const std::string &table, const std::string &column)
{
    return column != "updated_at" &&
           std::any_of(std::begin(required_columns), std::end(required_columns), [&](const RequiredColumn &required) {
               return table == required.table && column == required.column;
           });
}

// A column that an event wrote, as it is in the table today.
struct WrittenColumn {
    std::string name;
    bool ours = true;
    bool has_equality = true;  // json has none

    std::string quoted_name() const { return quoted(name); }
    std::string of(const char *row) const
    {
        return std::string(row) + "." + quoted_name() + (has_equality ? "" : "::text");
    }
    std::string differs() const { return of("t") + " IS DISTINCT FROM " + of("a"); }
};

using WrittenColumns = std::vector<WrittenColumn>;

template <typename Item, typename Format>
std::string joined(const std::vector<Item> &items, const std::string &separator, Format format)
{
    std::string text;
    for (const Item &item : items)
        text += (text.empty() ? "" : separator) + format(item);
    return text;
}

struct FoundAttribute {
    bool exists = false;
    bool generated = false;
    bool has_equality = false;
};

FoundAttribute find_attribute(Oid relation, const char *column)
{
    return call([relation, column]() noexcept {
        FoundAttribute found;
        HeapTuple const tuple = SearchSysCacheAttName(relation, column);
        if (HeapTupleIsValid(tuple)) {
            const auto *attribute = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
            found.exists = true;
            found.generated = attribute->attgenerated != '\0';
            found.has_equality = OidIsValid(lookup_type_cache(attribute->atttypid, TYPECACHE_EQ_OPR)->eq_opr);
            ReleaseSysCache(tuple);
        }
        return found;
    });
}

class Undo {
public:
    Undo(Spi &spi, const RecordedEvent &event) : spi_(spi), event_(event) {}

    void run()
    {
        for (const RecordedChunk &chunk : event_.chunks)
            columns_.push_back(columns_today(chunk));
        if (!refusals_.empty())
            refuse("Changed since: " + refusals_text() + ".",
                   "A newer TeslaMate has other columns; what this event wrote has to be put back by hand.");
        for (std::size_t i = 0; i < event_.chunks.size(); ++i)
            if (event_.chunks[i].deleted)
                require_absent(event_.chunks[i]);
            else
                require_unchanged(event_.chunks[i], columns_[i]);
        if (!refusals_.empty())
            refuse("Changed since: " + refusals_text() + ".", hint_about_later_events());
        try {
            in_subtransaction([this] { put_back(); });
        } catch (const PgError &error) {
            if (error.sqlstate() != ERRCODE_FOREIGN_KEY_VIOLATION)
                throw;
            refuse(std::string("What a row refers to is gone: ") + error.what() + ": " + error.detail(),
                   "Put that back first, or leave things as they are; nothing was changed.");
        }
    }

private:
    WrittenColumns columns_today(const RecordedChunk &chunk);
    Oid relation_of(const RecordedChunk &chunk) const;
    void require_absent(const RecordedChunk &chunk);
    void require_unchanged(const RecordedChunk &chunk, const WrittenColumns &columns);
    void compare(const RecordedChunk &chunk, const ChunkContents &contents, const WrittenColumns &columns);
    void put_back();
    void insert(const RecordedChunk &chunk, const WrittenColumns &columns);
    void attach(const RecordedChunk &chunk);
    void update(const RecordedChunk &chunk, const WrittenColumns &columns);
    std::string hint_about_later_events();
    [[noreturn]] void refuse(const std::string &detail, const std::string &hint) const;

    ChunkContents contents(const RecordedChunk &chunk) { return read_chunk(spi_, event_.id, chunk.number); }
    std::string table(const RecordedChunk &chunk) const { return spi_.qualified(chunk.table); }
    std::string row_type(const RecordedChunk &chunk) const { return "NULL::" + table(chunk); }
    void add_refusal(const std::string &refusal);
    std::string refusals_text() const
    {
        return joined(refusals_, "; ", [](const std::string &refusal) { return refusal; });
    }

    Spi &spi_;
    const RecordedEvent &event_;
    std::vector<WrittenColumns> columns_;  // of each chunk
    std::vector<std::string> refusals_;
};

constexpr std::size_t most_refusals = 10;

void Undo::add_refusal(const std::string &refusal)
{
    if (refusals_.size() < most_refusals)
        refusals_.push_back(refusal);
    else if (refusals_.size() == most_refusals)
        refusals_.emplace_back("and more");
}

void Undo::refuse(const std::string &detail, const std::string &hint) const
{
    throw DomainError(DomainError::Kind::wrong_state, "event " + std::to_string(event_.id) + " cannot be undone",
                      detail, hint);
}

std::string Undo::hint_about_later_events()
{
    const auto later = later_events(spi_, event_);
    return later ? "Later events changed the same rows; undo them first, the newest first: " + *later + "."
                 : "Put these values back by hand first, or leave things as they are; nothing was changed.";
}

Oid Undo::relation_of(const RecordedChunk &chunk) const
{
    // The journal is written by us alone; should somebody have got into it, this is where it ends.
    if (std::none_of(std::begin(tables_in_order), std::end(tables_in_order),
                     [&](const char *known) { return chunk.table == known; }))
        refuse("It names table \"" + chunk.table + "\", which pitstop does not write.",
               "The journal was tampered with.");
    const char *const schema = event_.schema.c_str();
    const char *const name = chunk.table.c_str();
    const Oid relation = call([schema, name]() noexcept {
        const Oid nsp = get_namespace_oid(schema, true);
        return OidIsValid(nsp) ? get_relname_relid(name, nsp) : InvalidOid;
    });
    if (!OidIsValid(relation))
        throw DomainError(DomainError::Kind::wrong_state,
                          "table \"" + chunk.table + "\" does not exist in schema \"" + event_.schema + "\"",
                          "Event " + std::to_string(event_.id) + " changed rows of it.",
                          "Was the schema renamed, or TeslaMate's database restored somewhere else?");
    return relation;
}

// A generated column is left out: it follows from the others.
WrittenColumns Undo::columns_today(const RecordedChunk &chunk)
{
    const Oid relation = relation_of(chunk);
    WrittenColumns columns;
    for (const std::string &name : chunk.columns) {
        const FoundAttribute found = find_attribute(relation, name.c_str());
        if (!found.exists)
            add_refusal("column " + chunk.table + "." + name + " no longer exists");
        else if (!found.generated)
            columns.push_back({name, is_ours(chunk.table, name), found.has_equality});
    }
    return columns;
}

void Undo::require_absent(const RecordedChunk &chunk)
{
    const ScratchMemory scratch;
    spi_.run_once("SELECT t.id FROM " + table(chunk) + " AS t JOIN " + ids_of_chunk() + " AS k ON k.id = t.id",
                  Values().text(contents(chunk).keys),
                  [&](const PassingRow &row) { add_refusal(chunk.table + " " + row.text(0) + " exists again"); });
}

// Locks the rows, then compares what the event wrote with what is there.
void Undo::require_unchanged(const RecordedChunk &chunk, const WrittenColumns &columns)
{
    const ScratchMemory scratch;
    const ChunkContents kept = contents(chunk);
    const std::uint64_t found = spi_.run_once("SELECT t.id FROM " + table(chunk) + " AS t JOIN " + ids_of_chunk() +
                                                  " AS k ON k.id = t.id ORDER BY t.id FOR NO KEY UPDATE OF t",
                                              Values().text(kept.keys));
    if (found != static_cast<std::uint64_t>(chunk.rows))
        spi_.run_once("SELECT k.id FROM " + ids_of_chunk() + " AS k WHERE NOT EXISTS (SELECT FROM " + table(chunk) +
                          " AS t WHERE t.id = k.id)",
                      Values().text(kept.keys),
                      [&](const PassingRow &row) { add_refusal(chunk.table + " " + row.text(0) + " is gone"); });
    WrittenColumns ours;
    for (const WrittenColumn &column : columns)
        if (column.ours)
            ours.push_back(column);
    if (!ours.empty())
        compare(chunk, kept, ours);
}

void Undo::compare(const RecordedChunk &chunk, const ChunkContents &contents, const WrittenColumns &columns)
{
    const std::string names = joined(columns, ", ", [](const WrittenColumn &column) {
        return "CASE WHEN " + column.differs() + " THEN " + quoted_literal(column.name) + " END";
    });
    const std::string condition = joined(columns, " OR ", [](const WrittenColumn &column) { return column.differs(); });
    spi_.run_once("SELECT t.id, array_to_string(ARRAY[" + names + "], ', ') FROM " + table(chunk) + " AS t JOIN " +
                      ids_of_chunk() + " AS k ON k.id = t.id CROSS JOIN json_populate_record(" + row_type(chunk) +
                      ", $2::json) AS a WHERE " + condition + " ORDER BY t.id",
                  Values().text(contents.keys).text(contents.after),
                  [&](const PassingRow &row) { add_refusal(chunk.table + " " + row.text(0) + ": " + row.text(1)); });
}

void Undo::put_back()
{
    for (const char *name : tables_in_order)
        for (std::size_t i = 0; i < event_.chunks.size(); ++i)
            if (event_.chunks[i].deleted && event_.chunks[i].table == name)
                insert(event_.chunks[i], columns_[i]);
    for (const RecordedChunk &chunk : event_.chunks)
        if (chunk.deleted && chunk.table == "drives")
            attach(chunk);
    for (std::size_t i = 0; i < event_.chunks.size(); ++i)
        if (!event_.chunks[i].deleted)
            update(event_.chunks[i], columns_[i]);
}

void Undo::insert(const RecordedChunk &chunk, const WrittenColumns &columns)
{
    const ScratchMemory scratch;
    WrittenColumns now;
    for (const WrittenColumn &column : columns)
        if (!is_attached_later(chunk.table, column.name))
            now.push_back(column);
    const std::string names = joined(now, ", ", [](const WrittenColumn &column) { return column.quoted_name(); });
    const std::string values =
        joined(now, ", ", [](const WrittenColumn &column) { return "b." + column.quoted_name(); });
    const std::uint64_t inserted =
        spi_.run_once("INSERT INTO " + table(chunk) + " (" + names + ") OVERRIDING SYSTEM VALUE SELECT " + values +
                          " FROM json_populate_recordset(" + row_type(chunk) + ", $1::json) AS b",
                      Values().text(contents(chunk).before));
    if (inserted != static_cast<std::uint64_t>(chunk.rows))
        raise_kept("insert each row into " + chunk.table);
}

void Undo::attach(const RecordedChunk &chunk)
{
    const ScratchMemory scratch;
    const std::uint64_t attached =
        spi_.run_once("UPDATE " + table(chunk) +
                          " AS t SET start_position_id = b.start_position_id, end_position_id = b.end_position_id"
                          " FROM json_populate_recordset(" +
                          row_type(chunk) + ", $1::json) AS b WHERE t.id = b.id",
                      Values().text(contents(chunk).before));
    if (attached != static_cast<std::uint64_t>(chunk.rows))
        raise_kept("put back each row of " + chunk.table);
}

void Undo::update(const RecordedChunk &chunk, const WrittenColumns &columns)
{
    const ScratchMemory scratch;
    const ChunkContents kept = contents(chunk);
    const std::string assignments = joined(columns, ", ", [](const WrittenColumn &column) {
        const std::string name = column.quoted_name();
        if (column.ours)
            return name + " = b." + name;
        return name + " = CASE WHEN " + column.differs() + " THEN t." + name + " ELSE b." + name + " END";
    });
    if (assignments.empty())
        return;
    const std::uint64_t updated =
        spi_.run_once("UPDATE " + table(chunk) + " AS t SET " + assignments + " FROM " + ids_of_chunk() +
                          " AS k CROSS JOIN json_populate_record(" + row_type(chunk) +
                          ", $2::json) AS b CROSS JOIN json_populate_record(" + row_type(chunk) +
                          ", $3::json) AS a WHERE t.id = k.id",
                      Values().text(kept.keys).text(kept.before).text(kept.after));
    if (updated != static_cast<std::uint64_t>(chunk.rows))
        raise_kept("put back each row of " + chunk.table);
}

void add_rows(ResultRows &result, const RecordedEvent &event)
{
    struct Sum {
        std::string table;
        bool deleted;
        std::int64_t rows;
    };
    std::vector<Sum> sums;
    for (const RecordedChunk &chunk : event.chunks) {
        const auto same = std::find_if(sums.begin(), sums.end(), [&](const Sum &sum) {
            return sum.table == chunk.table && sum.deleted == chunk.deleted;
        });
        if (same == sums.end())
            sums.push_back({chunk.table, chunk.deleted, chunk.rows});
        else
            same->rows += chunk.rows;
    }
    for (const Sum &sum : sums)
        result.add(Values()
                       .integer(event.id)
                       .text(event.action)
                       .text(sum.table)
                       .text(sum.deleted ? "inserted again" : "put back")
                       .integer(sum.rows));
    if (sums.empty())
        result.add(Values().integer(event.id).text(event.action).null().text("nothing to put back").integer(0));
}

}  // namespace

}  // namespace pitstop::pg

PITSTOP_FUNCTION(pitstop_undo)
{
    using namespace pitstop;
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    require_ready("undo");
    const std::int64_t event_id = require_id("event", integer_argument(fcinfo, 0), ColumnType{});
    RecordedEvent event;
    {
        Spi journal(teslamate_schema_setting(), Access::read_write);
        event = lock_event(journal, event_id);
    }
    Spi spi(event.schema, Access::read_write);
    Undo(spi, event).run();
    mark_undone(spi, event_id);
    add_rows(result, event);
    return result.datum();
}
