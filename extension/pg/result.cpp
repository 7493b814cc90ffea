#include "pg/result.hpp"

#include "core/error.hpp"

extern "C" {
#include "utils/builtins.h"
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

}  // namespace pitstop::pg
