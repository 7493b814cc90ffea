// An event as the journal holds it: found, locked, and read chunk by chunk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pg/spi.hpp"

namespace pitstop::pg {

// What up to a thousand rows of one table that an event changed have in common.
struct RecordedChunk {
    std::string table;
    std::int64_t number = 0;
    bool deleted = false;  // the event deleted these rows; else it updated them
    std::vector<std::string> columns;
    std::int64_t rows = 0;
};

// A chunk's rows, as text: PostgreSQL reads them back.
struct ChunkContents {
    std::string keys;
    std::string before;
    std::optional<std::string> after;
};

struct RecordedEvent {
    std::int64_t id = 0;
    std::string schema;
    std::string action;
    std::vector<RecordedChunk> chunks;
};

// Finds the event, and locks it, so that it is undone once. Raises DomainError::not_found for an unknown one and for
// one whose schema the caller may not change: its existence is nobody else's business. Raises wrong_state for one
// that is undone.
RecordedEvent lock_event(Spi &spi, std::int64_t event_id);

ChunkContents read_chunk(Spi &spi, std::int64_t event_id, std::int64_t chunk);

// The ids of the later events that changed one of the same rows, or nothing.
std::optional<std::string> later_events(Spi &spi, const RecordedEvent &event);

void mark_undone(Spi &spi, std::int64_t event_id);

}  // namespace pitstop::pg
