#include "pg/visits.hpp"

#include <algorithm>
#include <cstdio>

#include "pg/boundary.hpp"
#include "pg/worker_memory.hpp"

extern "C" {
#include "miscadmin.h"
}

namespace pitstop::pg {

namespace {

// A handle lives as long as the process that asked for it.
BackgroundWorkerHandle *start_worker(int slot, Oid database)
{
    return call([slot, database]() noexcept {
        BackgroundWorker worker = {};
        worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
        worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
        worker.bgw_restart_time = BGW_NEVER_RESTART;
        snprintf(worker.bgw_name, sizeof worker.bgw_name, "pitstop visit to database %u", database);
        snprintf(worker.bgw_type, sizeof worker.bgw_type, "pitstop visit");
        snprintf(worker.bgw_library_name, sizeof worker.bgw_library_name, "pitstop");
        snprintf(worker.bgw_function_name, sizeof worker.bgw_function_name, "pitstop_visitor_main");
        worker.bgw_main_arg = Int32GetDatum(slot);
        worker.bgw_notify_pid = MyProcPid;
        MemoryContext const caller = MemoryContextSwitchTo(TopMemoryContext);
        BackgroundWorkerHandle *handle = nullptr;
        const bool started = RegisterDynamicBackgroundWorker(&worker, &handle);
        MemoryContextSwitchTo(caller);
        return started ? handle : nullptr;
    });
}

}  // namespace

bool Visits::has_room(int at_most) const noexcept
{
    const auto busy =
        std::count_if(places_.begin(), places_.end(), [](const Place &place) { return place.worker != nullptr; });
    return busy < std::min<std::ptrdiff_t>(at_most, most_workers);
}

bool Visits::start(Oid database, const VisitOrder &order)
{
    for (std::size_t slot = 0; slot < places_.size(); ++slot) {
        if (places_[slot].worker != nullptr)
            continue;
        put_order(static_cast<int>(slot), database, encode(order));
        places_[slot] = {start_worker(static_cast<int>(slot), database), database};
        return places_[slot].worker != nullptr;
    }
    return false;
}

std::vector<Visits::Ended> Visits::take_ended()
{
    std::vector<Ended> ended;
    for (std::size_t slot = 0; slot < places_.size(); ++slot) {
        BackgroundWorkerHandle *const worker = places_[slot].worker;
        if (worker == nullptr)
            continue;
        const bool is_over = call([worker]() noexcept {
            pid_t pid = 0;
            const BgwHandleStatus status = GetBackgroundWorkerPid(worker, &pid);
            return status == BGWH_STOPPED || status == BGWH_POSTMASTER_DIED;
        });
        if (!is_over)
            continue;
        Ended &visit = ended.emplace_back();
        visit.database = places_[slot].database;
        if (const auto bytes = take_report(static_cast<int>(slot)))
            visit.report = decode_report(*bytes);
        call([worker]() noexcept { pfree(worker); });
        places_[slot] = {};
    }
    return ended;
}

}  // namespace pitstop::pg
