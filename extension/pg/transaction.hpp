// Transactions of a background worker: as itself, or as the owner of TeslaMate's tables with nothing that a table's
// triggers or functions could use to become more than that.
#pragma once

#include "pg/boundary.hpp"

namespace pitstop::pg {

namespace detail {

void begin_transaction(const char *activity);
void commit_transaction();
void abort_transaction() noexcept;

}  // namespace detail

// Runs `body` in a transaction of its own, with settings of its own: search_path is pg_catalog, row security an error,
// and it waits for no lock longer than a second, so that it never holds up who waits for the worker to leave. What `body`
// throws leaves after the rollback. `activity` is what pg_stat_activity shows.
template <typename Body>
void in_transaction(const char *activity, Body &&body)
{
    try {
        detail::begin_transaction(activity);
        body();
        detail::commit_transaction();
    } catch (...) {
        detail::abort_transaction();
        throw;
    }
}

// From here to the end of the transaction, its commit with its deferred triggers included: `role`, in a
// security-restricted operation. Raises DomainError::wrong_state where that is not safe.
void become_owner(Oid role);

// The owner of TeslaMate's tables in a schema, after making sure that writing them as that owner is safe: they have one
// owner, and where it is a superuser no trigger or rule of somebody else's sits on a table that is written.
// Raises DomainError::wrong_state, naming trigger and table.
Oid safe_owner_of(const char *schema);

}  // namespace pitstop::pg
