#include "core/number_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace pitstop {

namespace {

// Half up; `divisor` is at most 10^18, so that twice a rest fits.
std::uint64_t rounded_quotient(std::uint64_t dividend, std::uint64_t divisor)
{
    return dividend / divisor + (dividend % divisor * 2 >= divisor ? 1 : 0);
}

std::string with_unit(std::uint64_t number, const char *unit)
{
    return std::to_string(number) + ' ' + unit;
}

// "2 h 5 min"; without the smaller one where there is none of it.
std::string two_units(std::string larger, std::uint64_t number, const char *unit)
{
    return number == 0 ? larger : larger + ' ' + with_unit(number, unit);
}

std::string seconds_text(double seconds)
{
    if (seconds < 1)
        return number_text(std::round(seconds * 1000)) + " ms";
    return span_text(std::chrono::seconds(std::llround(seconds)));
}

}  // namespace

std::string size_text(std::uint64_t bytes)
{
    if (bytes < 1000)
        return with_unit(bytes, "B");
    std::uint64_t step = 1;
    for (const char *unit : {"kB", "MB", "GB", "TB", "PB"}) {
        step *= 1000;
        const std::uint64_t tenths = rounded_quotient(bytes, step / 10);
        if (tenths < 100)
            return std::to_string(tenths / 10) + '.' + with_unit(tenths % 10, unit);
        if (const std::uint64_t whole = rounded_quotient(bytes, step); whole < 1000)
            return with_unit(whole, unit);
    }
    return with_unit(rounded_quotient(bytes, step), "PB");
}

std::string count_text(std::uint64_t count)
{
    std::string text = std::to_string(count);
    for (std::size_t digits = 3; digits < text.size(); digits += 4)
        text.insert(text.size() - digits, 1, ',');
    return text;
}

std::string span_text(std::chrono::seconds span)
{
    const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(span.count(), 0));
    const std::uint64_t minutes = seconds / 60;
    const std::uint64_t hours = minutes / 60;
    if (minutes == 0)
        return with_unit(seconds, "s");
    if (hours == 0)
        return two_units(with_unit(minutes, "min"), seconds % 60, "s");
    if (hours < 24)
        return two_units(with_unit(hours, "h"), minutes % 60, "min");
    return two_units(plural(hours / 24, "day", "days"), hours % 24, "h");
}

std::string plural(std::uint64_t count, std::string_view one, std::string_view many)
{
    return count_text(count).append(" ").append(count == 1 ? one : many);
}

std::string number_text(double value)
{
    if (std::isnan(value))
        return "NaN";
    if (std::isinf(value))
        return value > 0 ? "+Inf" : "-Inf";
    // The longest is 2^-1074, with some 1,080 digits.
    std::array<char, 1100> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed).ptr;
    return {digits.data(), end};
}

std::string value_text(double value, std::string_view unit)
{
    // What the words have no form for: no number, or beyond all that is counted here.
    constexpr double largest = 1e15;
    if (value < 0 && value >= -largest)
        return '-' + value_text(-value, unit);
    if (!(value >= 0 && value <= largest))
        return number_text(value);
    if (unit == "s")
        return seconds_text(value);
    if (unit == "bytes")
        return size_text(static_cast<std::uint64_t>(value));
    if (unit == "ratio")
        return number_text(std::round(value * 100)) + " %";
    return std::trunc(value) == value ? count_text(static_cast<std::uint64_t>(value)) : number_text(value);
}

}  // namespace pitstop
