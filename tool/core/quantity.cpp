#include "tool/core/quantity.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace pitstop::tool {

namespace {

struct Unit {
    std::string_view name;
    double factor;
};

constexpr double kibi = 1024;
constexpr Unit durations[] = {{"ms", 0.001}, {"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}};
constexpr Unit sizes[] = {{"B", 1},
                          {"kB", 1e3},
                          {"MB", 1e6},
                          {"GB", 1e9},
                          {"TB", 1e12},
                          {"PB", 1e15},
                          {"KiB", kibi},
                          {"MiB", kibi *kibi},
                          {"GiB", kibi *kibi *kibi},
                          {"TiB", kibi *kibi *kibi *kibi},
                          {"PiB", kibi *kibi *kibi *kibi *kibi}};
constexpr Unit ratios[] = {{"", 1}, {"%", 0.01}};
constexpr Unit counts[] = {{"", 1}};

constexpr double hundred_years_s = 36'525 * 86'400.0;
constexpr double largest = 1e18;

// Takes digits with places off the text: no sign, no exponent, none of the words that from_chars knows.
std::optional<double> take_number(std::string_view &text) noexcept
{
    const std::size_t length = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::string_view digits = text.substr(0, length);
    if (digits.empty() || digits.front() == '.' || digits.back() == '.')
        return std::nullopt;
    double number = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::fixed);
    if (error != std::errc() || end != digits.data() + digits.size())
        return std::nullopt;
    text.remove_prefix(length);
    return number;
}

template <std::size_t Count>
std::optional<double> parse(std::string_view text, const Unit (&units)[Count], double highest) noexcept
{
    const auto number = take_number(text);
    if (!number)
        return std::nullopt;
    const auto *const unit =
        std::find_if(std::begin(units), std::end(units), [&](const Unit &each) { return each.name == text; });
    if (unit == std::end(units))
        return std::nullopt;
    // 30 % are 0.3 and not 0.30000000000000004, which a product with 0.01 can be.
    const double amount = unit->factor < 1 ? *number / (1 / unit->factor) : *number * unit->factor;
    if (amount > highest)
        return std::nullopt;
    return amount;
}

}  // namespace

std::optional<double> parse_duration(std::string_view text) noexcept
{
    return parse(text, durations, hundred_years_s);
}

std::optional<double> parse_size(std::string_view text) noexcept
{
    return parse(text, sizes, largest);
}

std::optional<double> parse_ratio(std::string_view text) noexcept
{
    return parse(text, ratios, 1);
}

std::optional<double> parse_count(std::string_view text) noexcept
{
    if (text.find('.') != std::string_view::npos)
        return std::nullopt;
    return parse(text, counts, largest);
}

}  // namespace pitstop::tool
