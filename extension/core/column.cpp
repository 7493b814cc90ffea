#include "core/column.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"

namespace pitstop {

namespace {

// A numeric column without limits takes as many places as avg() gives for values of TeslaMate's sizes.
constexpr int places_without_limit = 16;

[[noreturn]] void raise_misfit(const Target &target, const std::string &value)
{
    throw DomainError(
        DomainError::Kind::value_out_of_range,
        std::string(target.what) + " " + std::to_string(target.id) + " has the value " + value + " for column \"" +
            target.column + "\", which is out of range",
        std::string("Column ") + target.table + "." + target.column + " is of type " + text_of(target.type) +
            ". TeslaMate fails here too.",
        "Look for a wrong date or value among its rows, for a cost at the geofence's price; nothing was changed.");
}

}  // namespace

const char *name_of(Family family) noexcept
{
    switch (family) {
    case Family::integer: return "integer";
    case Family::decimal: return "numeric";
    case Family::real: return "double precision";
    case Family::timestamp: return "timestamp without time zone";
    case Family::text: return "text";
    case Family::label: return "enum";
    case Family::boolean: return "boolean";
    case Family::json: return "jsonb";
    }
    return "unknown";
}

std::string text_of(const ColumnType &type)
{
    if (type.largest_integer)
        return *type.largest_integer <= std::numeric_limits<std::int16_t>::max()   ? "smallint"
               : *type.largest_integer <= std::numeric_limits<std::int32_t>::max() ? "integer"
                                                                                   : "bigint";
    if (type.precision)
        return "numeric(" + std::to_string(*type.precision) + "," + std::to_string(type.scale.value_or(0)) + ")";
    return name_of(type.family);
}

void require_fit(const Target &target, const std::optional<std::int64_t> &value)
{
    if (!value || !target.type.largest_integer)
        return;
    if (*value > *target.type.largest_integer || *value < -*target.type.largest_integer - 1)
        raise_misfit(target, std::to_string(*value));
}

void require_fit_as_integer(const Target &target, std::int64_t value)
{
    ColumnType narrowed = target.type;
    narrowed.largest_integer =
        std::min<std::int64_t>(target.type.largest_integer.value_or(0), std::numeric_limits<std::int32_t>::max());
    require_fit(Target{target.what, target.id, target.table, target.column, narrowed}, value);
}

std::optional<Decimal> fitted(const Target &target, const std::optional<Decimal> &value)
{
    if (!value || value->is_nan() || !target.type.precision)
        return value;
    const int scale = target.type.scale.value_or(0);
    const Decimal rounded = value->rounded(scale);
    Decimal limit(1, 0);
    for (int digit = scale; digit < *target.type.precision; ++digit)
        limit = limit * Decimal(10, 0);
    if (!(rounded < limit) || !(Decimal() - limit < rounded))
        raise_misfit(target, value->text());
    return rounded;
}

std::optional<Decimal> fitted(const Target &target, const Mean &mean)
{
    return fitted(target, mean.rounded(target.type.scale.value_or(places_without_limit)));
}

}  // namespace pitstop
