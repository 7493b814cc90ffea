// The only door between C++ exceptions and PostgreSQL errors.
//
//   enter()  C calls C++:  exceptions stop here and leave as ereport(ERROR).
//   call()   C++ calls C:  an ereport(ERROR) stops here and leaves as PgError.
//
// Between the two doors a longjmp never runs over a frame that owns something.
#pragma once

#include <exception>
#include <memory>
#include <new>
#include <type_traits>

extern "C" {
#include "postgres.h"
#include "fmgr.h"
#include "utils/memutils.h"
}

namespace pitstop::pg {

// A PostgreSQL error on its way through C++ frames. It may be caught for good only
// where a (sub)transaction is rolled back too; everywhere else it belongs to enter().
class PgError : public std::exception {
public:
    explicit PgError(ErrorData *error) : home_(std::make_shared<Home>(error->assoc_context)), error_(error) {}
    const char *what() const noexcept override { return error_->message; }
    int sqlstate() const noexcept { return error_->sqlerrcode; }
    const char *detail() const noexcept { return error_->detail == nullptr ? "" : error_->detail; }

    // Leaves the error to `owner`, so that it outlives this exception.
    ErrorData *release(MemoryContext owner) noexcept
    {
        MemoryContextSetParent(home_->context, owner);
        home_->context = nullptr;
        return error_;
    }

private:
    struct Home {  // exceptions are copied, errors are not
        explicit Home(MemoryContext home) : context(home) {}
        ~Home()
        {
            if (context != nullptr)
                MemoryContextDelete(context);
        }
        Home(const Home &) = delete;
        Home &operator=(const Home &) = delete;
        MemoryContext context;
    };
    std::shared_ptr<Home> home_;
    ErrorData *error_;
};

namespace detail {

// Runs `body(closure)` and throws PgError if it raised. Holds the only PG_TRY of the extension.
void run_guarded(void (*body)(void *) noexcept, void *closure);

// What is left of a C++ exception once it has been destroyed.
struct Leftover {
    ErrorData *pg = nullptr;
    int sqlstate = ERRCODE_INTERNAL_ERROR;
    const char *message = "unexpected C++ exception";
    const char *detail = nullptr;
    const char *hint = nullptr;
};

// Inside a catch block only: nothing in here can raise a PostgreSQL error.
Leftover describe_current_exception(MemoryContext caller) noexcept;

[[noreturn]] void raise(const Leftover &leftover);

}  // namespace detail

// Runs `body`, which calls PostgreSQL and owns nothing but trivial locals.
template <typename Body>
auto call(Body &&body) -> std::invoke_result_t<Body &>
{
    using Result = std::invoke_result_t<Body &>;
    static_assert(std::is_nothrow_invocable_v<Body &>,
                  "a C++ exception must not leave a PG_TRY block: write the body as noexcept");
    static_assert(std::is_void_v<Result> || std::is_trivially_destructible_v<Result>,
                  "the result crosses a possible longjmp: return a Datum, a number or a pointer");

    if constexpr (std::is_void_v<Result>) {
        detail::run_guarded([](void *closure) noexcept { (*static_cast<std::remove_reference_t<Body> *>(closure))(); },
                            &body);
    } else {
        struct {
            std::remove_reference_t<Body> &body;
            Result result;
        } closure{body, {}};
        detail::run_guarded(
            [](void *raw) noexcept {
                auto &self = *static_cast<decltype(closure) *>(raw);
                self.result = self.body();
            },
            &closure);
        return closure.result;
    }
}

// Runs the C++ behind an extern "C" entry point.
template <typename Body>
Datum enter(Body &&body)
{
    MemoryContext const caller = CurrentMemoryContext;
    detail::Leftover leftover;
    try {
        return body();
    } catch (...) {
        leftover = detail::describe_current_exception(caller);
    }
    // The exception is destroyed and this frame owns nothing: now it is safe to jump.
    detail::raise(leftover);
}

}  // namespace pitstop::pg

// Defines an SQL-callable function: PITSTOP_FUNCTION(pitstop_close_drive) { ... return datum; }
#define PITSTOP_FUNCTION(name)                                               \
    static Datum name##_body(FunctionCallInfo fcinfo);                       \
    extern "C" {                                                             \
    PG_FUNCTION_INFO_V1(name);                                               \
    PGDLLEXPORT Datum name(PG_FUNCTION_ARGS)                                 \
    {                                                                        \
        return pitstop::pg::enter([fcinfo] { return name##_body(fcinfo); }); \
    }                                                                        \
    }                                                                        \
    static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)
