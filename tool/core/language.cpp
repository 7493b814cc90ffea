#include "tool/core/language.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

namespace pitstop::tool {

namespace {

struct LanguageRange {
    std::string primary;  // "zh" of "zh-Hans-CN", or "*"
    int weight = 1000;    // q in thousandths
};

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Cuts off what stands before the separator, and takes the separator away.
std::string_view take_until(std::string_view &text, char separator)
{
    const auto end = std::min(text.find(separator), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

// 0 or 1, with up to three digits behind the point.
std::optional<int> weight_of(std::string_view text)
{
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.'))
        return std::nullopt;
    int weight = text[0] - '0';
    for (std::size_t place = 2; place < 5; ++place) {
        const char digit = place < text.size() ? text[place] : '0';
        if (digit < '0' || digit > '9')
            return std::nullopt;
        weight = weight * 10 + (digit - '0');
    }
    return weight <= 1000 ? std::optional(weight) : std::nullopt;
}

std::optional<LanguageRange> language_range_of(std::string_view text)
{
    LanguageRange range;
    std::string_view tag = trimmed(take_until(text, ';'));
    for (const char c : take_until(tag, '-'))
        range.primary += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    std::string_view parameter = trimmed(text);
    if (parameter.empty())
        return range;
    if (parameter.size() < 2 || (parameter[0] != 'q' && parameter[0] != 'Q') || parameter[1] != '=')
        return std::nullopt;
    const std::optional<int> weight = weight_of(parameter.substr(2));
    if (!weight)
        return std::nullopt;
    range.weight = *weight;
    return range;
}

bool is_named(const std::vector<LanguageRange> &ranges, std::string_view language)
{
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const LanguageRange &each) { return each.primary == language; });
}

}  // namespace

std::string_view preferred_language(std::string_view accept_language, const std::vector<std::string_view> &offered)
{
    std::vector<LanguageRange> ranges;
    while (!accept_language.empty())
        if (std::optional<LanguageRange> range = language_range_of(take_until(accept_language, ',')))
            ranges.push_back(std::move(*range));

    std::string_view preferred = offered.front();
    int weight = 0;
    for (const LanguageRange &range : ranges) {
        const auto meant = std::find_if(offered.begin(), offered.end(), [&](std::string_view language) {
            return range.primary == "*" ? !is_named(ranges, language) : range.primary == language;
        });
        if (meant == offered.end() || range.weight <= weight)
            continue;
        preferred = *meant;
        weight = range.weight;
    }
    return preferred;
}

}  // namespace pitstop::tool
