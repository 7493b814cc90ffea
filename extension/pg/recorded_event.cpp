#include "pg/recorded_event.hpp"

#include "core/error.hpp"
#include "pg/journal.hpp"
#include "pg/rights.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
}

namespace pitstop::pg {

namespace {

constexpr Statement lock_one{R"(
    SELECT e.teslamate_schema, e.action, e.undone_at, e.undone_by
      FROM pitstop.event AS e
     WHERE e.event_id = $1
       FOR UPDATE OF e
)"};

constexpr Statement read_changes{R"(
    SELECT r."table", r.chunk, r.after IS NULL,
           (SELECT array_agg(c) FROM json_object_keys(CASE json_typeof(r.before) WHEN 'array' THEN r.before -> 0
                                                                                 ELSE r.before END) AS c),
           (SELECT sum(upper(k) - lower(k))::bigint FROM unnest(r.key) AS k)
      FROM pitstop.event_row AS r
     WHERE r.event_id = $1
     ORDER BY r.chunk
)"};

constexpr Statement read_one_chunk{R"(
    SELECT r.key, r.before, r.after
      FROM pitstop.event_row AS r
     WHERE r.event_id = $1
       AND r.chunk = $2
)"};

constexpr Statement find_later_events{R"(
    SELECT string_agg(DISTINCT later.event_id::text, ', ')
      FROM pitstop.event_row AS mine
      JOIN pitstop.event_row AS later ON later."table" = mine."table" AND later.key && mine.key
      JOIN pitstop.event AS e ON e.event_id = later.event_id
     WHERE mine.event_id = $1
       AND later.event_id > $1
       AND e.undone_at IS NULL
       AND e.teslamate_schema = $2
)"};

constexpr Statement mark_event{R"(
    UPDATE pitstop.event
       SET undone_at = now(),
           undone_by = $2
     WHERE event_id = $1
)"};

// {a,"b c"} as array_out writes it; column names of ours and TeslaMate's, so quoting is all there can be.
std::vector<std::string> split_array(const std::string &text)
{
    std::vector<std::string> parts;
    std::string part;
    bool in_quotes = false;
    for (std::size_t at = 1; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\\') {
            part += text[++at];
        } else if (c == '"') {
            in_quotes = !in_quotes;
        } else if (!in_quotes && (c == ',' || c == '}')) {
            parts.push_back(part);
            part.clear();
        } else {
            part += c;
        }
    }
    return parts;
}

bool caller_may_change(const std::string &schema)
{
    const char *const name = schema.c_str();
    return call([name]() noexcept {
        if (superuser())
            return true;
        const Oid nsp = get_namespace_oid(name, true);
        if (!OidIsValid(nsp) || !may_use_schema(nsp, GetUserId()))
            return false;
        const Oid drives = get_relname_relid("drives", nsp);
        return OidIsValid(drives) && may_update(drives, GetUserId());
    });
}

[[noreturn]] void raise_unknown_event(std::int64_t event_id)
{
    throw DomainError(DomainError::Kind::not_found, "event " + std::to_string(event_id) + " does not exist",
                      "The journal has no event with this id that you may undo.",
                      "Every function that changes something returns its event_id; the extension's owner finds all "
                      "of them in pitstop.event.");
}

}  // namespace

RecordedEvent lock_event(Spi &spi, std::int64_t event_id)
{
    RecordedEvent event;
    event.id = event_id;
    std::optional<std::string> undone_at, undone_by;
    bool found = false;
    {
        const AsOwner owner;
        found = spi.run(lock_one, Values().integer(event_id), [&](const PassingRow &row) {
            event.schema = row.text(0);
            event.action = row.text(1);
            undone_at = row.optional_text(2);
            undone_by = row.optional_text(3);
        }) > 0;
    }
    if (!found || !caller_may_change(event.schema))
        raise_unknown_event(event_id);
    if (undone_at)
        throw DomainError(DomainError::Kind::wrong_state, "event " + std::to_string(event_id) + " is already undone",
                          "It was undone at " + *undone_at + " by role \"" + undone_by.value_or("?") + "\".",
                          "Nothing is left to put back.");
    const AsOwner owner;
    spi.run(read_changes, Values().integer(event_id), [&](const PassingRow &row) {
        event.chunks.push_back({row.text(0), row.integer(1), row.boolean(2), split_array(row.text(3)), row.integer(4)});
    });
    return event;
}

ChunkContents read_chunk(Spi &spi, std::int64_t event_id, std::int64_t chunk)
{
    const AsOwner owner;
    ChunkContents contents;
    spi.run(read_one_chunk, Values().integer(event_id).integer(chunk), [&](const PassingRow &row) {
        contents.keys = row.text(0);
        contents.before = row.text(1);
        contents.after = row.optional_text(2);
    });
    return contents;
}

std::optional<std::string> later_events(Spi &spi, const RecordedEvent &event)
{
    const AsOwner owner;
    std::optional<std::string> later;
    spi.run(find_later_events, Values().integer(event.id).text(event.schema),
            [&](const PassingRow &row) { later = row.optional_text(0); });
    return later;
}

void mark_undone(Spi &spi, std::int64_t event_id)
{
    const std::string caller = call([]() noexcept { return GetUserNameFromId(GetUserId(), false); });
    const AsOwner owner;
    spi.run(mark_event, Values().integer(event_id).text(caller));
}

}  // namespace pitstop::pg
