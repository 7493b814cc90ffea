// The journal: what every change wrote, so that it can be undone.
//
// It is written with the rights of the extension's owner: callers have none on its tables, and nobody can
// forge an event that somebody else's undo would carry out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pg/spi.hpp"

namespace pitstop::pg {

// How many rows one journal row may hold: an event of millions of rows stays possible.
inline constexpr std::size_t rows_per_chunk = 1000;

// Rows of one TeslaMate table that an event changed.
struct Change {
    std::string table;
    std::vector<std::int64_t> keys;
    // JSON. An object holds for every key, an array has one object for each key; nothing: the row did not exist.
    std::optional<std::string> before;
    std::optional<std::string> after;
    bool whole_rows = false;  // before and after are all columns of an updated row; the journal keeps what differs
};

struct Event {
    std::string action;     // the function's name
    std::string arguments;  // JSON objects
    std::string summary;
    std::vector<Change> changes;
};

// A row that was updated, as JSON with all its columns.
Change updated_row(const std::string &table, std::int64_t key, const std::string &before, const std::string &after);
// Rows whose column `column` went from `before` to NULL, in chunks.
void add_detached(std::vector<Change> &changes, const std::string &table, const std::string &column,
                  std::int64_t before, const std::vector<std::int64_t> &keys);

// Collects deleted rows into chunks.
class DeletedRows {
public:
    DeletedRows(std::vector<Change> &changes, std::string table) : changes_(changes), table_(std::move(table)) {}
    void add(std::int64_t key, const std::string &row);
    void finish();

private:
    std::vector<Change> &changes_;
    std::string table_;
    std::vector<std::int64_t> keys_;
    std::string rows_;
};

// Switches to the extension's owner for as long as it lives. Errors switch back by themselves.
class AsOwner {
public:
    AsOwner();
    ~AsOwner();
    AsOwner(const AsOwner &) = delete;
    AsOwner &operator=(const AsOwner &) = delete;

private:
    Oid caller_ = InvalidOid;
    int security_context_ = 0;
};

class Journal {
public:
    explicit Journal(Spi &spi);
    // Records the events of one call, one batch, and returns their ids in the same order.
    std::vector<std::int64_t> record(const std::vector<Event> &events);
    // For an event that is too large to be held in memory: opened first, its changes added as they come.
    std::int64_t open(const Event &event);
    void add(std::int64_t event_id, const std::vector<Change> &changes);
    void close(std::int64_t event_id, const std::string &summary);
    // For an event of several transactions: adds to the one that was recorded before, with the new summary, or records a new
    // one where there is none (0), or where it was undone or deleted meanwhile. Returns its id.
    std::int64_t resume(std::int64_t event_id, Event event);

private:
    std::vector<std::int64_t> reserve(std::size_t count);
    void insert_events(const std::vector<Event> &events, const std::vector<std::int64_t> &ids);
    struct Chunk {
        std::int64_t event_id;
        std::int64_t number;
        const Change *change;
    };
    void insert(const std::vector<Chunk> &chunks);

    Spi &spi_;
    std::string actor_;
    std::int64_t chunks_of_open_event_ = 0;
};

}  // namespace pitstop::pg
