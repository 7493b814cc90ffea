// The rows an SQL function returns, and the arguments it was given.
#pragma once

#include "core/utc_time.hpp"
#include "pg/values.hpp"

extern "C" {
#include "fmgr.h"
#include "funcapi.h"
}

namespace pitstop::pg {

// A set of rows, as RETURNS TABLE declares it, kept in a tuplestore.
class ResultRows {
public:
    explicit ResultRows(FunctionCallInfo fcinfo);
    // Types and order are those of the function's declaration.
    void add(Values row);
    Datum datum() const noexcept { return Datum{0}; }

private:
    ReturnSetInfo *set_;
};

// The arguments by position, from 0. Nothing for NULL: no function of ours is STRICT.
std::optional<std::int64_t> integer_argument(FunctionCallInfo fcinfo, int at) noexcept;
std::optional<std::string> text_argument(FunctionCallInfo fcinfo, int at);
// Raises DomainError::invalid_argument for NULL; `name` is the parameter's.
bool boolean_argument(FunctionCallInfo fcinfo, int at, const char *name);

// A parameter that is an interval back from now.
struct SpanParameter {
    const char *name;
    const char *meaning;       // a sentence
    const char *default_hint;  // a sentence
};
// `now` less the argument, by PostgreSQL's own arithmetic: a month is a month. Raises DomainError::invalid_argument for NULL,
// for what is negative, and for what goes back beyond the calendar.
UtcTime moment_before_argument(UtcTime now, FunctionCallInfo fcinfo, int at, const SpanParameter &parameter);

// A jsonb argument as text. Raises DomainError::invalid_argument for NULL; `name` is the parameter's.
std::string json_argument(FunctionCallInfo fcinfo, int at, const char *name);

}  // namespace pitstop::pg
