// Work that may fail without taking the whole call along.
#pragma once

#include <exception>

#include "pg/boundary.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/resowner.h"
}

namespace pitstop::pg {

// Runs `body` in a subtransaction; whatever it throws leaves after the rollback, so that it may be caught for good.
template <typename Body>
void in_subtransaction(Body &&body)
{
    MemoryContext const memory = CurrentMemoryContext;
    ResourceOwner const owner = CurrentResourceOwner;
    const auto return_to_caller = [memory, owner]() noexcept {
        MemoryContextSwitchTo(memory);
        CurrentResourceOwner = owner;
    };
    call([memory]() noexcept {
        BeginInternalSubTransaction(nullptr);
        MemoryContextSwitchTo(memory);
    });
    try {
        body();
        call([]() noexcept { ReleaseCurrentSubTransaction(); });
        return_to_caller();
    } catch (...) {
        call([]() noexcept { RollbackAndReleaseCurrentSubTransaction(); });
        return_to_caller();
        throw;
    }
}

// Whether the error concerns one row and the others may go on: not after a cancelled query, a shutdown, a deadlock, a
// right that is missing.
bool concerns_one_row(const PgError &error) noexcept;

}  // namespace pitstop::pg
