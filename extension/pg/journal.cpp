#include "pg/journal.hpp"

#include <algorithm>

#include "core/error.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pitstop::pg {

namespace {

Oid journal_owner() noexcept
{
    const Oid event = get_relname_relid("event", get_namespace_oid("pitstop", false));
    HeapTuple const tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(event));
    if (!HeapTupleIsValid(tuple))
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("table pitstop.event does not exist"),
                        errdetail("The journal of pitstop's changes is gone, so nothing may be changed."),
                        errhint("DROP EXTENSION pitstop; CREATE EXTENSION pitstop; makes a new one.")));
    const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    return owner;
}

constexpr Statement reserve_ids{R"(
    SELECT nextval('pitstop.event_id_seq'),
           (SELECT coalesce(max(e.event_id), 0) FROM pitstop.event AS e)
      FROM generate_series(1, $1)
)"};

// Held to the end of the transaction: two sessions that mend the sequence must not hand out the same ids.
constexpr Statement lock_events{R"(
    LOCK TABLE pitstop.event IN SHARE ROW EXCLUSIVE MODE
)"};

constexpr Statement move_sequence{R"(
    SELECT setval('pitstop.event_id_seq', $1)
)"};

constexpr Statement insert_event_rows{R"(
    INSERT INTO pitstop.event (event_id, batch, actor, teslamate_schema, action, arguments, summary)
    SELECT e.id, $2, $3, $4, e.action, e.arguments::jsonb, e.summary::jsonb
      FROM unnest($1, $5, $6, $7) AS e (id, action, arguments, summary)
)"};

constexpr Statement insert_changes_as_given{R"(
    INSERT INTO pitstop.event_row (event_id, chunk, "table", key, before, after)
    SELECT c.event_id, c.chunk, c."table", c.key::int8multirange, c.before::json, c.after::json
      FROM unnest($1, $2, $3, $4, $5, $6) AS c (event_id, chunk, "table", key, before, after)
)"};

// Only the columns that differ are kept: undo touches nothing else.
constexpr Statement insert_updated_rows{R"(
    INSERT INTO pitstop.event_row (event_id, chunk, "table", key, before, after)
    SELECT c.event_id, c.chunk, c."table", c.key::int8multirange, d.before, d.after
      FROM unnest($1, $2, $3, $4, $5, $6) AS c (event_id, chunk, "table", key, before, after)
     CROSS JOIN LATERAL (
               SELECT json_object_agg(b.key, b.value) AS before, json_object_agg(a.key, a.value) AS after
                 FROM json_each(c.before::json) AS b
                 JOIN json_each(c.after::json) AS a ON a.key = b.key
                WHERE a.value::text <> b.value::text
           ) AS d
     WHERE d.before IS NOT NULL
)"};

constexpr Statement set_summary{R"(
    UPDATE pitstop.event
       SET summary = $2::jsonb
     WHERE event_id = $1
)"};

constexpr Statement lock_standing_event{R"(
    SELECT (SELECT coalesce(max(r.chunk), 0) FROM pitstop.event_row AS r WHERE r.event_id = e.event_id)
      FROM pitstop.event AS e
     WHERE e.event_id = $1
       AND e.undone_at IS NULL
       FOR UPDATE OF e
)"};

// Ids that follow each other, as those of a drive's positions do, make one range.
std::string ranges_of(std::vector<std::int64_t> keys)
{
    std::sort(keys.begin(), keys.end());
    std::string text = "{";
    for (std::size_t from = 0; from < keys.size();) {
        std::size_t to = from + 1;
        while (to < keys.size() && keys[to] == keys[to - 1] + 1)
            ++to;
        text += (from > 0 ? ",[" : "[") + std::to_string(keys[from]) + "," + std::to_string(keys[to - 1] + 1) + ")";
        from = to;
    }
    return text + "}";
}

}  // namespace

Change updated_row(const std::string &table, std::int64_t key, const std::string &before, const std::string &after)
{
    return {table, {key}, before, after, true};
}

void add_detached(std::vector<Change> &changes, const std::string &table, const std::string &column,
                  std::int64_t before, const std::vector<std::int64_t> &keys)
{
    const std::string was = "{\"" + column + "\": " + std::to_string(before) + "}";
    const std::string is = "{\"" + column + "\": null}";
    for (std::size_t from = 0; from < keys.size(); from += rows_per_chunk) {
        const auto first = keys.begin() + static_cast<std::ptrdiff_t>(from);
        const auto last = keys.begin() + static_cast<std::ptrdiff_t>(std::min(from + rows_per_chunk, keys.size()));
        changes.push_back({table, {first, last}, was, is, false});
    }
}

void DeletedRows::add(std::int64_t key, const std::string &row)
{
    keys_.push_back(key);
    rows_ += (rows_.empty() ? "[" : ",") + row;
    if (keys_.size() == rows_per_chunk)
        finish();
}

void DeletedRows::finish()
{
    if (keys_.empty())
        return;
    changes_.push_back({table_, std::move(keys_), rows_ + "]", std::nullopt, false});
    keys_ = {};
    rows_.clear();
}

AsOwner::AsOwner()
{
    Oid *const caller = &caller_;
    int *const context = &security_context_;
    call([caller, context]() noexcept {
        const Oid owner = journal_owner();
        GetUserIdAndSecContext(caller, context);
        SetUserIdAndSecContext(owner, *context | SECURITY_LOCAL_USERID_CHANGE);
    });
}

AsOwner::~AsOwner()
{
    SetUserIdAndSecContext(caller_, security_context_);
}

Journal::Journal(Spi &spi)
    : spi_(spi),
      actor_(call([]() noexcept { return static_cast<const char *>(GetUserNameFromId(GetUserId(), false)); }))
{
}

std::vector<std::int64_t> Journal::record(const std::vector<Event> &events)
{
    if (events.empty())
        return {};
    const AsOwner owner;
    const std::vector<std::int64_t> ids = reserve(events.size());
    insert_events(events, ids);
    std::vector<Chunk> chunks;
    for (std::size_t i = 0; i < events.size(); ++i)
        for (std::size_t j = 0; j < events[i].changes.size(); ++j)
            chunks.push_back({ids[i], static_cast<std::int64_t>(j + 1), &events[i].changes[j]});
    insert(chunks);
    return ids;
}

std::int64_t Journal::open(const Event &event)
{
    chunks_of_open_event_ = static_cast<std::int64_t>(event.changes.size());
    return record({event}).front();
}

void Journal::add(std::int64_t event_id, const std::vector<Change> &changes)
{
    const AsOwner owner;
    std::vector<Chunk> chunks;
    for (const Change &change : changes)
        chunks.push_back({event_id, ++chunks_of_open_event_, &change});
    insert(chunks);
}

void Journal::close(std::int64_t event_id, const std::string &summary)
{
    const AsOwner owner;
    spi_.run(set_summary, Values().integer(event_id).text(summary));
}

std::int64_t Journal::resume(std::int64_t event_id, Event event)
{
    bool stands = false;
    if (event_id != 0) {
        const AsOwner owner;
        spi_.run(lock_standing_event, Values().integer(event_id), [&](const PassingRow &row) {
            stands = true;
            chunks_of_open_event_ = row.integer(0);
        });
    }
    if (!stands)
        return open(event);
    add(event_id, event.changes);
    close(event_id, event.summary);
    return event_id;
}

// A restored journal may be ahead of its sequence; ids begin beyond both.
std::vector<std::int64_t> Journal::reserve(std::size_t count)
{
    std::vector<std::int64_t> ids;
    const auto draw = [&] {
        ids.clear();
        std::int64_t newest = 0;
        spi_.run(reserve_ids, Values().integer(static_cast<std::int64_t>(count)), [&](const PassingRow &row) {
            ids.push_back(row.integer(0));
            newest = row.integer(1);
        });
        return newest;
    };
    std::int64_t newest = draw();
    if (newest < ids.front())
        return ids;
    spi_.run(lock_events, Values());
    newest = draw();
    if (newest >= ids.front()) {
        spi_.run(move_sequence, Values().integer(newest));
        draw();
    }
    return ids;
}

void Journal::insert_events(const std::vector<Event> &events, const std::vector<std::int64_t> &ids)
{
    std::vector<std::optional<std::string>> actions, arguments, summaries;
    for (const Event &event : events) {
        actions.emplace_back(event.action);
        arguments.emplace_back(event.arguments);
        summaries.emplace_back(event.summary);
    }
    spi_.run(insert_event_rows, Values()
                                    .integers(ids)
                                    .integer(ids.front())
                                    .text(actor_)
                                    .text(spi_.schema())
                                    .texts(actions)
                                    .texts(arguments)
                                    .texts(summaries));
}

void Journal::insert(const std::vector<Chunk> &chunks)
{
    for (const bool whole_rows : {false, true}) {
        std::vector<std::int64_t> event_ids, numbers;
        std::vector<std::optional<std::string>> tables, keys, before, after;
        for (const Chunk &chunk : chunks) {
            if (chunk.change->whole_rows != whole_rows)
                continue;
            event_ids.push_back(chunk.event_id);
            numbers.push_back(chunk.number);
            tables.emplace_back(chunk.change->table);
            keys.emplace_back(ranges_of(chunk.change->keys));
            before.push_back(chunk.change->before);
            after.push_back(chunk.change->after);
        }
        if (!event_ids.empty())
            spi_.run(
                whole_rows ? insert_updated_rows : insert_changes_as_given,
                Values().integers(event_ids).integers(numbers).texts(tables).texts(keys).texts(before).texts(after));
    }
}

}  // namespace pitstop::pg
