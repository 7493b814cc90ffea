// Decimal::parse on any bytes, and arithmetic on what two texts with a space between them give.
#include <cmath>
#include <string_view>

#include "bytes.hpp"

namespace pitstop::fuzz {

namespace {

constexpr int column_scale = 2;

bool has_38_digits_at_most(const Decimal &value)
{
    Decimal::Units size = value.units();
    int digits = 0;
    for (; size != 0; size /= 10)
        ++digits;
    return digits <= 38;
}

bool is_same(const Decimal &a, const Decimal &b)
{
    return a.is_nan() == b.is_nan() && a.units() == b.units() && a.scale() == b.scale();
}

void check_reading(const Decimal &value)
{
    require(value.scale() >= 0, "a decimal has no negative scale", value.text());
    require(has_38_digits_at_most(value), "a decimal that was read has 38 digits at most", value.text());
    const auto again = Decimal::parse(value.text());
    require(again.has_value(), "the text of a decimal can be read", value.text());
    require(is_same(*again, value), "the text of a decimal reads as the same decimal", value.text());
    require(value.is_nan() == std::isnan(value.to_double()), "only NaN is NaN as a double", value.text());
    require(!std::isinf(value.to_double()), "a decimal is finite as a double", value.text());
}

void check_rounding(const Decimal &value)
{
    fits([&] {
        const Decimal rounded = value.rounded(column_scale);
        require(is_same(rounded.rounded(column_scale), rounded), "rounding twice is rounding once", value.text());
        if (value.is_nan())
            return;
        require(rounded.scale() == column_scale, "a rounded decimal has the scale asked for", value.text());
        const Decimal error = rounded - value;
        require(!(Decimal(5, column_scale + 1) < error) && !(error < Decimal(-5, column_scale + 1)),
                "rounding changes by half a unit at most", value.text());
    });
}

void check_arithmetic(const Decimal &a, const Decimal &b)
{
    const std::string both = a.text() + ' ' + b.text();
    fits([&] { require((a < b) + (b < a) + (a == b) == 1, "of two decimals one is smaller or they are equal", both); });
    fits([&] { require(a + b == b + a, "a sum does not depend on the order", both); });
    fits([&] { require(a - b + b == a || b.is_nan(), "what was subtracted can be added again", both); });
    fits([&] { require(a * b == b * a, "a product does not depend on the order", both); });
    fits([&] {
        if (b.is_zero() || a.is_nan() || b.is_nan())
            return;
        const Decimal quotient = Decimal::quotient(a, b, column_scale);
        const Decimal rest = a - quotient * b;
        const Decimal size = b.is_negative() ? Decimal() - b : b;
        const Decimal rest_size = rest.is_negative() ? Decimal() - rest : rest;
        require(!(size * Decimal(5, column_scale + 1) < rest_size), "a quotient is the nearest one", both);
    });
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    using namespace pitstop;
    const std::string_view input(reinterpret_cast<const char *>(bytes), size);
    const std::size_t space = input.find(' ');
    const auto first = Decimal::parse(input.substr(0, space));
    if (!first)
        return 0;
    fuzz::check_reading(*first);
    fuzz::check_rounding(*first);
    if (space == std::string_view::npos)
        return 0;
    const auto second = Decimal::parse(input.substr(space + 1));
    if (second)
        fuzz::check_arithmetic(*first, *second);
    return 0;
}
