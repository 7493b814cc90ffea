#include "pg/result.hpp"

#include "core/error.hpp"

extern "C" {
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
}

namespace pitstop::pg {

ResultRows::ResultRows(FunctionCallInfo fcinfo) : set_(reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo))
{
    call([fcinfo]() noexcept { InitMaterializedSRF(fcinfo, 0); });
}

void ResultRows::add(Values row)
{
    ReturnSetInfo *const set = set_;
    const Datum *const datums = row.datums();
    const bool *const nulls = row.nulls();
    call([=]() noexcept {
        tuplestore_putvalues(set->setResult, set->setDesc, const_cast<Datum *>(datums), const_cast<bool *>(nulls));
    });
}

std::optional<std::int64_t> integer_argument(FunctionCallInfo fcinfo, int at) noexcept
{
    return PG_ARGISNULL(at) ? std::nullopt : std::optional(PG_GETARG_INT64(at));
}

std::optional<std::string> text_argument(FunctionCallInfo fcinfo, int at)
{
    if (PG_ARGISNULL(at))
        return std::nullopt;
    return call([fcinfo, at]() noexcept { return text_to_cstring(PG_GETARG_TEXT_PP(at)); });
}

bool boolean_argument(FunctionCallInfo fcinfo, int at, const char *name)
{
    if (PG_ARGISNULL(at))
        throw DomainError(DomainError::Kind::invalid_argument, std::string(name) + " is NULL",
                          "It has to be true or false.", std::string("Leave ") + name + " out for its default.");
    return PG_GETARG_BOOL(at);
}

UtcTime moment_before_argument(UtcTime now, FunctionCallInfo fcinfo, int at, const SpanParameter &parameter)
{
    constexpr const char *hint = "Give an interval such as '6 hours' or '2 days'.";
    const std::string name = parameter.name;
    if (PG_ARGISNULL(at))
        throw DomainError(DomainError::Kind::invalid_argument, name + " is NULL", parameter.meaning,
                          parameter.default_hint);
    std::optional<UtcTime> before;
    try {
        before = UtcTime{call([now, fcinfo, at]() noexcept {
            return DatumGetTimestamp(
                DirectFunctionCall2(timestamp_mi_interval, TimestampGetDatum(now.microseconds), PG_GETARG_DATUM(at)));
        })};
    } catch (const PgError &error) {
        if (error.sqlstate() != ERRCODE_DATETIME_VALUE_OUT_OF_RANGE)
            throw;
        throw DomainError(DomainError::Kind::invalid_argument, name + " goes back beyond the calendar",
                          parameter.meaning, hint);
    }
    if (*before > now)
        throw DomainError(DomainError::Kind::invalid_argument, name + " is negative", parameter.meaning, hint);
    return *before;
}

std::string json_argument(FunctionCallInfo fcinfo, int at, const char *name)
{
    if (PG_ARGISNULL(at))
        throw DomainError(DomainError::Kind::invalid_argument, std::string(name) + " is NULL",
                          "It has to be an array of objects.", "Give '[]' for none.");
    return call([fcinfo, at]() noexcept {
        Jsonb *const json = PG_GETARG_JSONB_P(at);
        return static_cast<const char *>(JsonbToCString(nullptr, &json->root, VARSIZE(json)));
    });
}

}  // namespace pitstop::pg
