#include "core/decimal.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace pitstop {

namespace {

using Units = Decimal::Units;

constexpr int most_digits = 38;

[[noreturn]] void overflow()
{
    throw DomainError(DomainError::Kind::value_out_of_range, "a decimal number has more than 38 digits");
}

Units times(Units a, Units b)
{
    Units product = 0;
    if (__builtin_mul_overflow(a, b, &product))
        overflow();
    return product;
}

Units plus(Units a, Units b)
{
    Units sum = 0;
    if (__builtin_add_overflow(a, b, &sum))
        overflow();
    return sum;
}

Units power_of_ten(int exponent)
{
    Units power = 1;
    for (int i = 0; i < exponent; ++i)
        power = times(power, 10);
    return power;
}

// dividend / divisor, half away from zero.
Units rounded_quotient(Units dividend, Units divisor)
{
    const Units whole = dividend / divisor;
    const Units rest = dividend % divisor;
    const Units size = divisor < 0 ? -divisor : divisor;
    const Units rest_size = rest < 0 ? -rest : rest;
    if (rest_size < size - rest_size)
        return whole;
    return (dividend < 0) == (divisor < 0) ? whole + 1 : whole - 1;
}

Units at_scale(const Decimal &value, int scale)
{
    return times(value.units(), power_of_ten(scale - value.scale()));
}

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

}  // namespace

Decimal Decimal::not_a_number() noexcept
{
    Decimal result;
    result.nan_ = true;
    return result;
}

std::optional<Decimal> Decimal::parse(std::string_view text) noexcept
{
    if (text == "NaN")
        return not_a_number();
    const bool negative = !text.empty() && text.front() == '-';
    if (negative)
        text.remove_prefix(1);

    Units units = 0;
    int scale = 0;
    int digits = 0;
    bool point_seen = false;
    std::size_t at = 0;
    for (; at < text.size() && (is_digit(text[at]) || (text[at] == '.' && !point_seen)); ++at) {
        if (text[at] == '.') {
            point_seen = true;
            continue;
        }
        if (digits == most_digits)
            return std::nullopt;
        units = units * 10 + (text[at] - '0');
        scale += point_seen ? 1 : 0;
        digits += units != 0 ? 1 : 0;
    }
    if (at == 0 || (at == 1 && point_seen))
        return std::nullopt;

    if (at < text.size()) {
        if (text[at] != 'e' && text[at] != 'E')
            return std::nullopt;
        ++at;
        if (at + 1 < text.size() && text[at] == '+' && is_digit(text[at + 1]))
            ++at;
        int exponent = 0;
        const auto [end, failure] = std::from_chars(text.data() + at, text.data() + text.size(), exponent);
        if (failure != std::errc{} || end != text.data() + text.size() || exponent < -1000 || exponent > most_digits)
            return std::nullopt;
        scale -= exponent;
    }
    for (; scale < 0 && units != 0; ++scale, units *= 10)
        if (++digits > most_digits)
            return std::nullopt;
    if (scale < 0)
        scale = 0;
    return Decimal(negative ? -units : units, scale);
}

Decimal Decimal::from_double(double value)
{
    if (std::isnan(value))
        return not_a_number();
    char text[64];
    const auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::general,
                                   std::numeric_limits<double>::digits10);
    const auto parsed = parse(std::string_view(text, static_cast<std::size_t>(end.ptr - text)));
    if (!parsed)
        overflow();
    return *parsed;
}

Decimal Decimal::rounded(int scale) const
{
    if (nan_)
        return *this;
    if (scale >= scale_)
        return Decimal(at_scale(*this, scale), scale);
    const int dropped = scale_ - scale;
    if (dropped > most_digits)
        return Decimal(0, scale);
    return Decimal(rounded_quotient(units_, power_of_ten(dropped)), scale);
}

double Decimal::to_double() const
{
    if (nan_)
        return std::numeric_limits<double>::quiet_NaN();
    // Through the shortest text, so that the result is the double nearest to the decimal, whatever its size.
    const std::string digits = text();
    double value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::string Decimal::text() const
{
    if (nan_)
        return "NaN";
    std::string digits;
    for (Units rest = units_; rest != 0; rest /= 10) {
        const int digit = static_cast<int>(rest % 10);
        digits.insert(digits.begin(), static_cast<char>('0' + (digit < 0 ? -digit : digit)));
    }
    const auto places = static_cast<std::size_t>(scale_);
    if (digits.size() <= places)
        digits.insert(0, places + 1 - digits.size(), '0');
    if (scale_ > 0)
        digits.insert(digits.size() - places, 1, '.');
    return units_ < 0 ? "-" + digits : digits;
}

Decimal operator+(const Decimal &a, const Decimal &b)
{
    if (a.nan_ || b.nan_)
        return Decimal::not_a_number();
    const int scale = a.scale_ > b.scale_ ? a.scale_ : b.scale_;
    return Decimal(plus(at_scale(a, scale), at_scale(b, scale)), scale);
}

Decimal operator-(const Decimal &a, const Decimal &b)
{
    Decimal opposite = b;
    opposite.units_ = -opposite.units_;
    return a + opposite;
}

Decimal operator*(const Decimal &a, const Decimal &b)
{
    if (a.nan_ || b.nan_)
        return Decimal::not_a_number();
    return Decimal(times(a.units_, b.units_), a.scale_ + b.scale_);
}

Decimal Decimal::quotient(const Decimal &a, const Decimal &b, int scale)
{
    if (a.nan_ || b.nan_)
        return not_a_number();
    const int shift = scale + b.scale_ - a.scale_;
    if (shift >= 0)
        return Decimal(rounded_quotient(times(a.units_, power_of_ten(shift)), b.units_), scale);
    return Decimal(rounded_quotient(a.units_, times(b.units_, power_of_ten(-shift))), scale);
}

bool operator<(const Decimal &a, const Decimal &b)
{
    if (a.nan_ || b.nan_)
        return !a.nan_ && b.nan_;
    const int scale = a.scale_ > b.scale_ ? a.scale_ : b.scale_;
    return at_scale(a, scale) < at_scale(b, scale);
}

void Mean::add(const Decimal &value)
{
    sum_ = sum_ + value;
    ++count_;
}

std::optional<Decimal> Mean::rounded(int scale) const
{
    if (count_ == 0)
        return std::nullopt;
    return Decimal::quotient(sum_, Decimal(count_, 0), scale);
}

}  // namespace pitstop
