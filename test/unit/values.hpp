// Values as the unit tests write them, and how GoogleTest shows them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>

#include "core/decimal.hpp"
#include "core/error.hpp"
#include "core/utc_time.hpp"

namespace pitstop {

inline void PrintTo(const Decimal &value, std::ostream *out)
{
    *out << value.text();
}

inline void PrintTo(UtcTime value, std::ostream *out)
{
    *out << value.microseconds << " us";
}

inline void PrintTo(DomainError::Kind kind, std::ostream *out)
{
    *out << "kind " << static_cast<int>(kind);
}

}  // namespace pitstop

namespace pitstop::test {

inline Decimal decimal(const char *text)
{
    const auto parsed = Decimal::parse(text);
    if (!parsed)
        throw std::invalid_argument(std::string("not a decimal: ") + text);
    return *parsed;
}

// So many seconds after an afternoon in 2024.
inline UtcTime after(double seconds)
{
    constexpr std::int64_t afternoon = 765'000'000;  // seconds since 2000
    return {afternoon * 1'000'000 + static_cast<std::int64_t>(seconds * 1e6)};
}

inline constexpr UtcTime infinity{std::numeric_limits<std::int64_t>::max()};
inline constexpr UtcTime minus_infinity{std::numeric_limits<std::int64_t>::min()};

// What the action raises; nothing when it succeeds.
template <typename Action>
std::optional<DomainError> error_of(Action &&action)
{
    try {
        action();
        return std::nullopt;
    } catch (const DomainError &error) {
        return error;
    }
}

template <typename Action>
bool raises_out_of_range(Action &&action)
{
    const auto error = error_of(action);
    return error && error->kind() == DomainError::Kind::value_out_of_range;
}

}  // namespace pitstop::test
