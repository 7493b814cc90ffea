#include "pg/values.hpp"

#include "core/error.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
}

namespace pitstop::pg {

static_assert(sizeof(bool) == sizeof(char));
static_assert(sizeof(Datum) == 8, "pitstop needs a 64-bit server");

namespace {

Datum text_datum(std::string_view value)
{
    const char *const bytes = value.data();
    const int length = static_cast<int>(value.size());
    return call([bytes, length]() noexcept { return PointerGetDatum(cstring_to_text_with_len(bytes, length)); });
}

Datum numeric_datum(const Decimal &value)
{
    const std::string text = value.text();
    const char *const digits = text.c_str();
    return call([digits]() noexcept {
        return DirectFunctionCall3(numeric_in, CStringGetDatum(digits), ObjectIdGetDatum(InvalidOid),
                                   Int32GetDatum(-1));
    });
}

Datum time_datum(UtcTime value)
{
    return TimestampGetDatum(value.microseconds);
}

[[noreturn]] void raise_unexpected_type(Oid type)
{
    const char *const name = call([type]() noexcept { return format_type_be(type); });
    throw DomainError(DomainError::Kind::wrong_state, std::string("cannot read a column of type ") + name,
                      "TeslaMate's tables are not as pitstop knows them.",
                      "SELECT * FROM pitstop.check_teslamate() names the column.");
}

template <typename Value, typename ToDatum>
void split(const std::vector<std::optional<Value>> &array, std::vector<Datum> &datums, std::vector<char> &nulls,
           ToDatum to_datum)
{
    for (const auto &value : array) {
        datums.push_back(value ? to_datum(*value) : Datum{0});
        nulls.push_back(!value);
    }
}

}  // namespace

Values &Values::put(Oid type, Datum value, bool is_null)
{
    static_assert(BOOL == BOOLOID && INT8 == INT8OID && INT4 == INT4OID && TEXT == TEXTOID);
    types_.push_back(type);
    datums_.push_back(value);
    nulls_.push_back(is_null);
    return *this;
}

Values &Values::array(Oid element_type, Oid array_type, std::vector<Datum> &datums, std::vector<char> &nulls)
{
    Datum *const values = datums.data();
    bool *const missing = reinterpret_cast<bool *>(nulls.data());
    const int length = static_cast<int>(datums.size());
    const Datum made = call([=]() noexcept {
        if (length == 0)
            return PointerGetDatum(construct_empty_array(element_type));
        int16 width;
        bool by_value;
        char align;
        get_typlenbyvalalign(element_type, &width, &by_value, &align);
        int dimensions[1] = {length};
        int lower_bounds[1] = {1};
        return PointerGetDatum(
            construct_md_array(values, missing, 1, dimensions, lower_bounds, element_type, width, by_value, align));
    });
    return put(array_type, made);
}

Values &Values::integer(const std::optional<std::int64_t> &value)
{
    return put(INT8OID, value ? Int64GetDatum(*value) : Datum{0}, !value);
}

Values &Values::small_integer(const std::optional<std::int64_t> &value)
{
    return put(INT4OID, value ? Int32GetDatum(static_cast<int32>(*value)) : Datum{0}, !value);
}

Values &Values::number(const std::optional<double> &value)
{
    return put(FLOAT8OID, value ? Float8GetDatum(*value) : Datum{0}, !value);
}

Values &Values::decimal(const std::optional<Decimal> &value)
{
    return put(NUMERICOID, value ? numeric_datum(*value) : Datum{0}, !value);
}

Values &Values::time(const std::optional<UtcTime> &value)
{
    return put(TIMESTAMPOID, value ? time_datum(*value) : Datum{0}, !value);
}

Values &Values::text(const std::optional<std::string> &value)
{
    return put(TEXTOID, value ? text_datum(*value) : Datum{0}, !value);
}

Values &Values::integers(const std::vector<std::optional<std::int64_t>> &values)
{
    std::vector<Datum> datums;
    std::vector<char> nulls;
    split(values, datums, nulls, [](std::int64_t value) { return Int64GetDatum(value); });
    return array(INT8OID, INT8ARRAYOID, datums, nulls);
}

Values &Values::integers(const std::vector<std::int64_t> &values)
{
    std::vector<Datum> datums;
    for (const std::int64_t value : values)
        datums.push_back(Int64GetDatum(value));
    std::vector<char> nulls(values.size(), 0);
    return array(INT8OID, INT8ARRAYOID, datums, nulls);
}

Values &Values::booleans(const std::vector<std::optional<bool>> &values)
{
    std::vector<Datum> datums;
    std::vector<char> nulls;
    split(values, datums, nulls, [](bool value) { return BoolGetDatum(value); });
    return array(BOOLOID, BOOLARRAYOID, datums, nulls);
}

Values &Values::numbers(const std::vector<std::optional<double>> &values)
{
    std::vector<Datum> datums;
    std::vector<char> nulls;
    split(values, datums, nulls, [](double value) { return Float8GetDatum(value); });
    return array(FLOAT8OID, FLOAT8ARRAYOID, datums, nulls);
}

Values &Values::decimals(const std::vector<std::optional<Decimal>> &values)
{
    std::vector<Datum> datums;
    std::vector<char> nulls;
    split(values, datums, nulls, numeric_datum);
    return array(NUMERICOID, NUMERICARRAYOID, datums, nulls);
}

Values &Values::times(const std::vector<std::optional<UtcTime>> &values)
{
    std::vector<Datum> datums;
    std::vector<char> nulls;
    split(values, datums, nulls, time_datum);
    return array(TIMESTAMPOID, TIMESTAMPARRAYOID, datums, nulls);
}

Values &Values::texts(const std::vector<std::optional<std::string>> &values)
{
    std::vector<Datum> datums;
    std::vector<char> nulls;
    split(values, datums, nulls, [](const std::string &value) { return text_datum(value); });
    return array(TEXTOID, TEXTARRAYOID, datums, nulls);
}

std::int64_t integer_from(Datum value, Oid type)
{
    switch (type) {
    case INT2OID: return DatumGetInt16(value);
    case INT4OID: return DatumGetInt32(value);
    case INT8OID: return DatumGetInt64(value);
    default: raise_unexpected_type(type);
    }
}

double number_from(Datum value, Oid type)
{
    switch (type) {
    case FLOAT8OID: return DatumGetFloat8(value);
    case FLOAT4OID: return static_cast<double>(DatumGetFloat4(value));
    case NUMERICOID:
        return call([value]() noexcept { return DatumGetFloat8(DirectFunctionCall1(numeric_float8, value)); });
    default: return static_cast<double>(integer_from(value, type));
    }
}

Decimal decimal_from(Datum value, Oid type)
{
    if (type != NUMERICOID)
        return Decimal(integer_from(value, type), 0);
    const char *const text =
        call([value]() noexcept { return DatumGetCString(DirectFunctionCall1(numeric_out, value)); });
    const auto parsed = Decimal::parse(text);
    if (!parsed)
        throw DomainError(DomainError::Kind::value_out_of_range, std::string("cannot compute with the number ") + text,
                          "Numbers of at most 38 digits are supported.", "Correct the value in TeslaMate's table.");
    return *parsed;
}

std::string text_from(Datum value, Oid type)
{
    return call([value, type]() noexcept {
        Oid output = InvalidOid;
        bool is_varlena = false;
        getTypeOutputInfo(type, &output, &is_varlena);
        return static_cast<const char *>(OidOutputFunctionCall(output, value));
    });
}

}  // namespace pitstop::pg
