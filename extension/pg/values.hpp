// Values on their way between C++ and PostgreSQL: parameters of statements, columns of results.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/decimal.hpp"
#include "core/utc_time.hpp"
#include "pg/boundary.hpp"

namespace pitstop::pg {

// Builds a list of typed values, for a statement's parameters or for a row of a result.
// What it makes lives in the memory context of the moment.
class Values {
public:
    Values &integer(std::int64_t value) { return put(INT8, Int64GetDatum(value)); }
    Values &integer(const std::optional<std::int64_t> &value);
    Values &small_integer(const std::optional<std::int64_t> &value);  // int4
    Values &boolean(bool value) { return put(BOOL, BoolGetDatum(value)); }
    Values &number(const std::optional<double> &value);
    Values &decimal(const std::optional<Decimal> &value);
    Values &time(const std::optional<UtcTime> &value);
    Values &text(const std::optional<std::string> &value);
    Values &null() { return put(TEXT, 0, true); }

    Values &integers(const std::vector<std::optional<std::int64_t>> &array);
    Values &integers(const std::vector<std::int64_t> &array);
    Values &booleans(const std::vector<std::optional<bool>> &array);
    Values &numbers(const std::vector<std::optional<double>> &array);
    Values &decimals(const std::vector<std::optional<Decimal>> &array);
    Values &times(const std::vector<std::optional<UtcTime>> &array);
    Values &texts(const std::vector<std::optional<std::string>> &array);

    int count() const noexcept { return static_cast<int>(datums_.size()); }
    const Oid *types() const noexcept { return types_.data(); }
    Datum *datums() noexcept { return datums_.data(); }
    // One byte each: std::vector<bool> has no array to hand over.
    bool *nulls() noexcept { return reinterpret_cast<bool *>(nulls_.data()); }

private:
    // pg_type.h cannot be read everywhere; values.cpp checks these against it.
    static constexpr Oid BOOL = 16, INT8 = 20, INT4 = 23, TEXT = 25;

    Values &put(Oid type, Datum value, bool is_null = false);
    Values &array(Oid element_type, Oid array_type, std::vector<Datum> &datums, std::vector<char> &nulls);

    std::vector<Oid> types_;
    std::vector<Datum> datums_;
    std::vector<char> nulls_;
};

// One column of many items, for an array parameter.
template <typename Value, typename Items, typename Get>
std::vector<std::optional<Value>> column_of(const Items &items, Get get)
{
    std::vector<std::optional<Value>> column;
    for (const auto &item : items)
        column.emplace_back(get(item));
    return column;
}

// Reads a column's value whatever the width of its type: smallint, integer or bigint; numeric, real or integer.
// For a type outside the family they raise DomainError::wrong_state.
std::int64_t integer_from(Datum value, Oid type);
double number_from(Datum value, Oid type);
Decimal decimal_from(Datum value, Oid type);
std::string text_from(Datum value, Oid type);

}  // namespace pitstop::pg
