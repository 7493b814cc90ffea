#include "pg/boundary.hpp"

#include <cstring>

#include "core/error.hpp"

namespace pitstop::pg::detail {

// Moves the pending error out of elog.c into a memory context of its own.
// Null when even that did not fit into memory.
static ErrorData *take_pending_error(MemoryContext caller) noexcept
{
    volatile MemoryContext home = nullptr;
    ErrorData *volatile copy = nullptr;
    MemoryContextSwitchTo(caller);  // elog.c left us in ErrorContext
    PG_TRY();
    {
        home = AllocSetContextCreate(TopMemoryContext, "caught error", ALLOCSET_SMALL_SIZES);
        MemoryContextSwitchTo(home);
        copy = CopyErrorData();
    }
    PG_CATCH();
    {
        MemoryContextSwitchTo(caller);
        if (home != nullptr)
            MemoryContextDelete(home);
    }
    PG_END_TRY();
    MemoryContextSwitchTo(caller);
    FlushErrorState();
    return copy;
}

void run_guarded(void (*body)(void *) noexcept, void *closure)
{
    MemoryContext const caller = CurrentMemoryContext;
    volatile bool failed = false;
    ErrorData *volatile error = nullptr;
    PG_TRY();
    {
        body(closure);
    }
    PG_CATCH();
    {
        failed = true;
        error = take_pending_error(caller);
    }
    PG_END_TRY();
    if (!failed)
        return;
    if (error == nullptr)
        throw std::bad_alloc();
    throw PgError(error);
}

static constexpr const char *how_to_get_rights =
    "pitstop works with the caller's rights on TeslaMate's tables. The owner of the extension gives them: "
    "SELECT pitstop.grant_operator('role').";

static int sqlstate_of(DomainError::Kind kind) noexcept
{
    switch (kind) {
    case DomainError::Kind::invalid_argument: return ERRCODE_INVALID_PARAMETER_VALUE;
    case DomainError::Kind::not_found: return ERRCODE_NO_DATA_FOUND;
    case DomainError::Kind::wrong_state: return ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE;
    case DomainError::Kind::value_out_of_range: return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
    case DomainError::Kind::read_only: return ERRCODE_READ_ONLY_SQL_TRANSACTION;
    case DomainError::Kind::undefined_object: return ERRCODE_UNDEFINED_OBJECT;
    case DomainError::Kind::not_allowed: return ERRCODE_INSUFFICIENT_PRIVILEGE;
    }
    return ERRCODE_INTERNAL_ERROR;
}

Leftover describe_current_exception(MemoryContext caller) noexcept
{
    // palloc would longjmp out of the catch block and leak the exception; this returns null instead.
    const auto keep = [caller](const char *text) noexcept -> const char * {
        const size_t length = strnlen(text, 8192);
        auto *copy =
            static_cast<char *>(MemoryContextAllocExtended(caller, length + 1, MCXT_ALLOC_NO_OOM | MCXT_ALLOC_ZERO));
        return copy == nullptr ? "out of memory while reporting an error"
                               : static_cast<const char *>(memcpy(copy, text, length));
    };
    Leftover leftover;
    try {
        throw;
    } catch (PgError &e) {
        leftover.pg = e.release(caller);
        if (leftover.pg->sqlerrcode == ERRCODE_INSUFFICIENT_PRIVILEGE && leftover.pg->hint == nullptr)
            leftover.pg->hint = const_cast<char *>(how_to_get_rights);  // copied when it is thrown on
    } catch (const DomainError &e) {
        leftover.sqlstate = sqlstate_of(e.kind());
        leftover.message = keep(e.what());
        leftover.detail = e.detail().empty() ? nullptr : keep(e.detail().c_str());
        leftover.hint = e.hint().empty() ? nullptr : keep(e.hint().c_str());
    } catch (const std::bad_alloc &) {
        leftover.sqlstate = ERRCODE_OUT_OF_MEMORY;
        leftover.message = "out of memory";
    } catch (const std::exception &e) {
        leftover.message = keep(e.what());
    } catch (...) {
    }
    return leftover;
}

void raise(const Leftover &leftover)
{
    if (leftover.pg != nullptr)
        ReThrowError(leftover.pg);  // SQLSTATE, detail, hint and context intact
    ereport(ERROR, (errcode(leftover.sqlstate), errmsg_internal("%s", leftover.message),
                    leftover.detail ? errdetail_internal("%s", leftover.detail) : 0,
                    leftover.hint ? errhint("%s", leftover.hint) : 0));
    pg_unreachable();
}

}  // namespace pitstop::pg::detail
