// Exact decimal numbers, as PostgreSQL's numeric holds them, of up to 38 digits.
//
// Rounding is half away from zero, as numeric rounds. Nothing here loses a digit silently:
// what does not fit raises DomainError::Kind::value_out_of_range.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pitstop {

class Decimal {
public:
    __extension__ using Units = __int128;

    Decimal() = default;
    constexpr Decimal(Units units, int scale) noexcept : units_(units), scale_(scale) {}
    static Decimal not_a_number() noexcept;

    // Reads "12.50", "-3", "1.5e-7" or "NaN"; nothing for anything else and for more than 38 digits.
    static std::optional<Decimal> parse(std::string_view text) noexcept;
    // The decimal that PostgreSQL's cast from double precision to numeric gives: 15 significant digits.
    static Decimal from_double(double value);

    bool is_nan() const noexcept { return nan_; }
    bool is_zero() const noexcept { return !nan_ && units_ == 0; }
    bool is_negative() const noexcept { return !nan_ && units_ < 0; }
    Units units() const noexcept { return units_; }
    int scale() const noexcept { return scale_; }

    // The number with `scale` decimal places, half away from zero.
    Decimal rounded(int scale) const;
    double to_double() const;
    std::string text() const;

    friend Decimal operator+(const Decimal &a, const Decimal &b);
    friend Decimal operator-(const Decimal &a, const Decimal &b);
    friend Decimal operator*(const Decimal &a, const Decimal &b);
    // a / b with `scale` decimal places, half away from zero. b must not be zero.
    static Decimal quotient(const Decimal &a, const Decimal &b, int scale);

    // As PostgreSQL orders numeric: NaN equals itself and is above everything.
    friend bool operator<(const Decimal &a, const Decimal &b);
    friend bool operator==(const Decimal &a, const Decimal &b) { return !(a < b) && !(b < a); }
    friend bool operator!=(const Decimal &a, const Decimal &b) { return !(a == b); }

private:
    Units units_ = 0;
    int scale_ = 0;
    bool nan_ = false;
};

// An average that stays exact until it is rounded to the column it goes to.
class Mean {
public:
    void add(const Decimal &value);
    // Nothing when no value was added, as avg() gives NULL.
    std::optional<Decimal> rounded(int scale) const;

private:
    Decimal sum_;
    std::int64_t count_ = 0;
};

}  // namespace pitstop
