// Rows out of a fuzzer's bytes, and what a fuzz target says when something does not hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>

#include "core/decimal.hpp"
#include "core/error.hpp"
#include "core/utc_time.hpp"

namespace pitstop::fuzz {

[[noreturn]] inline void broken(const char *promise, const std::string &seen)
{
    std::fprintf(stderr, "broken: %s (%s)\n", promise, seen.c_str());
    std::abort();
}

inline void require(bool holds, const char *promise, const std::string &seen = {})
{
    if (!holds)
        broken(promise, seen);
}

// Runs the action, which may raise only what does not fit; tells whether it succeeded.
template <typename Action>
bool fits(Action &&action)
{
    try {
        action();
        return true;
    } catch (const DomainError &error) {
        require(error.kind() == DomainError::Kind::value_out_of_range, "only value_out_of_range is raised",
                error.what());
        return false;
    }
}

// Reads bytes one after the other; behind the end all are zero.
class Bytes {
public:
    Bytes(const std::uint8_t *bytes, std::size_t size) noexcept : next_(bytes), end_(bytes + size) {}

    bool at_end() const noexcept { return next_ == end_; }

    std::uint8_t byte() noexcept { return at_end() ? std::uint8_t{0} : *next_++; }

    // Most bytes are small numbers; 128 and up announce a wider one.
    std::int64_t integer() noexcept
    {
        const std::uint8_t first = byte();
        if (first < 128)
            return first;
        std::uint32_t wide = 0;
        for (int i = 0; i < (first < 192 ? 2 : 4); ++i)
            wide = wide << 8 | byte();
        return first < 192 ? static_cast<std::int16_t>(wide) : static_cast<std::int32_t>(wide);
    }

    Decimal decimal(int scale) noexcept
    {
        const std::int64_t units = integer();
        return units == std::numeric_limits<std::int32_t>::min() ? Decimal::not_a_number() : Decimal(units, scale);
    }

    // Seconds after an afternoon in 2024, but for the ends of PostgreSQL's calendar.
    UtcTime date() noexcept
    {
        const std::int64_t seconds = integer();
        switch (seconds) {
        case 124: return {std::numeric_limits<std::int64_t>::min()};
        case 125: return {-211'813'488'000'000'000};
        case 126: return {9'223'371'331'199'999'999};
        case 127: return {std::numeric_limits<std::int64_t>::max()};
        default: return {(765'000'000 + seconds) * 1'000'000};
        }
    }

private:
    const std::uint8_t *next_;
    const std::uint8_t *end_;
};

// Which of up to eight optional values are there: one bit for each, asked for in turn.
class Present {
public:
    explicit Present(std::uint8_t bits) noexcept : bits_(bits) {}

    template <typename Read>
    auto value(Read &&read) -> std::optional<decltype(read())>
    {
        const bool there = (bits_ & 1) != 0;
        bits_ = static_cast<std::uint8_t>(bits_ >> 1);
        if (!there)
            return std::nullopt;
        return read();
    }

private:
    std::uint8_t bits_;
};

inline std::string text(const std::optional<Decimal> &value)
{
    return value ? value->text() : "-";
}

template <typename Number>
std::string text(const std::optional<Number> &value)
{
    return value ? std::to_string(*value) : "-";
}

}  // namespace pitstop::fuzz
