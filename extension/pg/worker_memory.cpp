#include "pg/worker_memory.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "pg/boundary.hpp"

extern "C" {
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
}

namespace pitstop::pg {

namespace {

constexpr std::size_t most_wishes = 256;
constexpr std::size_t most_databases = 1024;

struct VisitPlace {
    Oid database;
    std::size_t length;
    bool is_reported;
    char bytes[visit_bytes];
};

struct WorkerMemory {
    LWLock *lock;
    Latch *process;  // the latch of the geocoder process; null while there is none
    WorkerStatus status;
    std::size_t wish_count;
    RepairWish wishes[most_wishes];
    bool wants_reset;
    std::size_t database_count;
    DatabaseStatus databases[most_databases];
    VisitPlace visits[most_workers];
};

WorkerMemory *memory = nullptr;
shmem_request_hook_type next_request_hook = nullptr;
shmem_startup_hook_type next_startup_hook = nullptr;

void request_memory() noexcept
{
    if (next_request_hook != nullptr)
        next_request_hook();
    RequestAddinShmemSpace(sizeof(WorkerMemory));
    RequestNamedLWLockTranche("pitstop", 1);
}

// Also after a crash: the memory is new then. The visits' bytes are left untouched, so that they take no memory before
// the first visit.
void set_up_memory() noexcept
{
    if (next_startup_hook != nullptr)
        next_startup_hook();
    LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
    bool found = false;
    memory = static_cast<WorkerMemory *>(ShmemInitStruct("pitstop", sizeof(WorkerMemory), &found));
    if (!found) {
        memset(static_cast<void *>(memory), 0, offsetof(WorkerMemory, visits));
        memory->lock = &GetNamedLWLockTranche("pitstop")->lock;
        for (VisitPlace &visit : memory->visits) {
            visit.length = 0;
            visit.is_reported = false;
        }
    }
    LWLockRelease(AddinShmemInitLock);
}

void leave(int, Datum) noexcept
{
    LWLockAcquire(memory->lock, LW_EXCLUSIVE);
    memory->process = nullptr;
    LWLockRelease(memory->lock);
}

// Runs `body`, which copies plain memory, under the lock.
template <typename Body>
auto locked(LWLockMode mode, Body body)
{
    return call([mode, &body]() noexcept {
        LWLockAcquire(memory->lock, mode);
        struct Release {
            ~Release() { LWLockRelease(memory->lock); }
        } const release;
        return body();
    });
}

DatabaseStatus *find(Oid database) noexcept
{
    DatabaseStatus *const end = memory->databases + memory->database_count;
    DatabaseStatus *const found = std::find_if(
        memory->databases, end, [database](const DatabaseStatus &status) { return status.database == database; });
    return found == end ? nullptr : found;
}

// Several wishes for one database are one, the most generous.
bool add_wish(const RepairWish &wish) noexcept
{
    RepairWish *const end = memory->wishes + memory->wish_count;
    RepairWish *const same =
        std::find_if(memory->wishes, end, [&](const RepairWish &other) { return other.database == wish.database; });
    if (same != end) {
        same->max_lookups =
            same->max_lookups < 0 || wish.max_lookups < 0 ? -1 : std::max(same->max_lookups, wish.max_lookups);
        return true;
    }
    if (memory->wish_count == most_wishes)
        return false;
    memory->wishes[memory->wish_count++] = wish;
    return true;
}

}  // namespace

void reserve_worker_memory()
{
    next_request_hook = shmem_request_hook;
    shmem_request_hook = request_memory;
    next_startup_hook = shmem_startup_hook;
    shmem_startup_hook = set_up_memory;
}

bool has_worker_memory() noexcept
{
    return memory != nullptr;
}

bool wish_for_repair(const RepairWish &wish)
{
    return has_worker_memory() && locked(LW_EXCLUSIVE, [&wish]() noexcept {
               if (memory->process == nullptr || !add_wish(wish))
                   return false;
               SetLatch(memory->process);
               return true;
           });
}

bool wish_for_reset()
{
    return has_worker_memory() && locked(LW_EXCLUSIVE, []() noexcept {
               memory->wants_reset = true;
               if (memory->process == nullptr)
                   return false;
               SetLatch(memory->process);
               return true;
           });
}

std::optional<WorkerStatus> worker_status()
{
    if (!has_worker_memory())
        return std::nullopt;
    WorkerStatus status;
    const bool is_running = locked(LW_SHARED, [&status]() noexcept {
        status = memory->status;
        return memory->process != nullptr;
    });
    return is_running ? std::optional(status) : std::nullopt;
}

std::optional<DatabaseStatus> database_status(Oid database)
{
    if (!has_worker_memory())
        return std::nullopt;
    DatabaseStatus status;
    const bool found = locked(LW_SHARED, [&status, database]() noexcept {
        const DatabaseStatus *const kept = find(database);
        if (kept != nullptr)
            status = *kept;
        return kept != nullptr;
    });
    return found ? std::optional(status) : std::nullopt;
}

void become_geocoder_process()
{
    call([]() noexcept {
        before_shmem_exit(leave, Datum{0});
        LWLockAcquire(memory->lock, LW_EXCLUSIVE);
        memory->process = MyLatch;
        LWLockRelease(memory->lock);
    });
}

Wishes take_wishes()
{
    Wishes wishes;
    wishes.repairs.resize(most_wishes);  // nothing may be allocated under the lock
    Wishes *const taken = &wishes;
    const std::size_t count = locked(LW_EXCLUSIVE, [taken]() noexcept {
        std::copy_n(memory->wishes, memory->wish_count, taken->repairs.begin());
        taken->reset = memory->wants_reset;
        memory->wants_reset = false;
        return std::exchange(memory->wish_count, 0);
    });
    wishes.repairs.resize(count);
    return wishes;
}

void publish(const WorkerStatus &status)
{
    locked(LW_EXCLUSIVE, [&status]() noexcept { memory->status = status; });
}

void publish(const DatabaseStatus &status)
{
    locked(LW_EXCLUSIVE, [&status]() noexcept {
        DatabaseStatus *place = find(status.database);
        if (place == nullptr && memory->database_count < most_databases)
            place = &memory->databases[memory->database_count++];
        if (place != nullptr)
            *place = status;
    });
}

void forget_database(Oid database)
{
    locked(LW_EXCLUSIVE, [database]() noexcept {
        if (DatabaseStatus *const place = find(database); place != nullptr)
            *place = memory->databases[--memory->database_count];
    });
}

// A place belongs to one visit at a time: the process fills it before the worker starts, and reads it when it has ended.

void put_order(int slot, Oid database, const std::string &bytes)
{
    if (bytes.size() > visit_bytes)
        throw std::length_error("a visit's order is too long");
    VisitPlace &place = memory->visits[slot];
    place.database = database;
    place.length = bytes.size();
    place.is_reported = false;
    bytes.copy(place.bytes, bytes.size());
}

Order take_order(int slot)
{
    const VisitPlace &place = memory->visits[slot];
    return {place.database, std::string(place.bytes, place.length)};
}

void put_report(int slot, const std::string &bytes)
{
    if (bytes.size() > visit_bytes)
        throw std::length_error("a visit's report is too long");
    VisitPlace &place = memory->visits[slot];
    place.length = bytes.size();
    bytes.copy(place.bytes, bytes.size());
    pg_write_barrier();
    place.is_reported = true;
}

std::optional<std::string> take_report(int slot)
{
    const VisitPlace &place = memory->visits[slot];
    if (!place.is_reported)
        return std::nullopt;
    pg_read_barrier();
    return std::string(place.bytes, place.length);
}

}  // namespace pitstop::pg
