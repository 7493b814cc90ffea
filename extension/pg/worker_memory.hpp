// The memory that the geocoder process, its visiting workers and every session share: what sessions want, what the
// process is doing, and a place for each visit's order and report. There only where the library is preloaded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/breaker.hpp"
#include "core/utc_time.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "postgres.h"
}

namespace pitstop::pg {

// A reply's body, and what a visit takes along at most: no more replies are put into one order than fit.
inline constexpr std::size_t largest_body = 512 * 1024;
inline constexpr std::size_t visit_bytes = 3 * largest_body;

// Text of a fixed size, cut at a whole character.
template <std::size_t Size>
struct FixedText {
    char bytes[Size];

    void set(std::string_view text) noexcept
    {
        std::size_t length = text.size() < Size ? text.size() : Size - 1;
        while (length > 0 && length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80)
            --length;
        text.copy(bytes, length);
        bytes[length] = '\0';
    }
};

// Since the server started.
struct Counters {
    std::int64_t requests;
    std::int64_t found;
    std::int64_t without_place;  // no such place, or declined
    std::int64_t malformed;
    std::int64_t failures;
};

// What the geocoder process says of itself. Trivial: it lies in shared memory.
struct WorkerStatus {
    UtcTime started_at;
    Counters counters;
    UtcTime last_success_at;
    UtcTime last_failure_at;
    FixedText<256> last_failure;
    FixedText<32> provider;
    FixedText<512> url;
    FixedText<256> unusable;  // why the geocoder must not be asked as things are set
    FixedText<256> stopped;   // why it is not asked any more, until somebody resets it
    Breaker::State breaker;
    UtcTime next_request;  // when the pacer and the breaker let the next one start
    std::int64_t interval_ms;
    std::int64_t requests_today;
    std::int64_t daily_limit;
    std::int64_t waiting_questions;  // of all databases
    std::int64_t concurrency;
};

// What it says of one database.
struct DatabaseStatus {
    Oid database;
    bool is_running;    // a run has begun and is not at its end
    bool is_wanted;     // pitstop.repair was on at the last visit
    std::int64_t runs;  // that came to their end, since the worker started
    UtcTime last_end;
    UtcTime next_visit;
    std::int64_t questions;  // that wait for an answer
    FixedText<256> message;  // what is in the way
};

// What a session wants for its database.
struct RepairWish {
    Oid database;
    std::int64_t max_lookups;  // -1: as many as it takes
};

// Asks for the memory, and sets it up; for _PG_init while libraries are preloaded.
void reserve_worker_memory();
// Whether the library was preloaded, and there is such memory.
bool has_worker_memory() noexcept;

// --- for sessions

// Leaves a wish and wakes the process. False when no process is running.
bool wish_for_repair(const RepairWish &wish);
bool wish_for_reset();
// Nothing while no process is running.
std::optional<WorkerStatus> worker_status();
std::optional<DatabaseStatus> database_status(Oid database);

// --- for the geocoder process

// From now to its end sessions can wake this process.
void become_geocoder_process();
struct Wishes {
    std::vector<RepairWish> repairs;
    bool reset = false;
};
Wishes take_wishes();
void publish(const WorkerStatus &status);
void publish(const DatabaseStatus &status);
void forget_database(Oid database);

// --- for visits; `slot` counts from 0 to most_workers

void put_order(int slot, Oid database, const std::string &bytes);
// What the visit reported; nothing when it ended without a word.
std::optional<std::string> take_report(int slot);
struct Order {
    Oid database;
    std::string bytes;
};
Order take_order(int slot);
void put_report(int slot, const std::string &bytes);

}  // namespace pitstop::pg
