// What a column can hold: which types we can work with, and whether a value fits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/decimal.hpp"

namespace pitstop {

// Families instead of types: TeslaMate widens its columns (integer to bigint, numeric(6,2) to numeric(8,2)),
// and what fits the narrower type fits the wider one.
enum class Family { integer, decimal, real, timestamp, text, label, boolean, json };

const char *name_of(Family family) noexcept;

struct ColumnType {
    Family family = Family::integer;
    std::optional<std::int64_t> largest_integer;
    std::optional<int> precision;               // digits in all, of a bounded numeric
    std::optional<int> scale;                   // decimal places, of a bounded numeric
    std::optional<std::size_t> largest_length;  // characters, of a bounded text
};

// As people write it: smallint, numeric(6,2).
std::string text_of(const ColumnType &type);

// A column of a row, for messages: drive 12, drives.duration_min.
struct Target {
    const char *what;
    std::int64_t id;
    const char *table;
    const char *column;
    const ColumnType &type;
};

// Both raise DomainError::value_out_of_range, naming column and value, for what TeslaMate's column cannot hold.
void require_fit(const Target &target, const std::optional<std::int64_t> &value);
// For a duration, which TeslaMate computes in integer however wide the column is.
void require_fit_as_integer(const Target &target, std::int64_t value);
// Returns the value rounded as the column rounds it.
std::optional<Decimal> fitted(const Target &target, const std::optional<Decimal> &value);
std::optional<Decimal> fitted(const Target &target, const Mean &mean);

}  // namespace pitstop
