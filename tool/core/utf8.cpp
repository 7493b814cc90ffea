#include "tool/core/utf8.hpp"

#include <algorithm>

namespace pitstop::tool {

namespace {

bool is_continuation(char byte) noexcept
{
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

// What may follow a first byte: how many bytes, and between which bounds the second lies. This leaves out overlong forms,
// surrogates and what is beyond U+10FFFF.
struct Form {
    std::size_t length;
    unsigned char lowest;
    unsigned char highest;
};

Form form_of(unsigned char first) noexcept
{
    if (first < 0x80)
        return {1, 0, 0};
    if (first >= 0xc2 && first <= 0xdf)
        return {2, 0x80, 0xbf};
    if (first >= 0xe0 && first <= 0xef)
        return {3, static_cast<unsigned char>(first == 0xe0 ? 0xa0 : 0x80),
                static_cast<unsigned char>(first == 0xed ? 0x9f : 0xbf)};
    if (first >= 0xf0 && first <= 0xf4)
        return {4, static_cast<unsigned char>(first == 0xf0 ? 0x90 : 0x80),
                static_cast<unsigned char>(first == 0xf4 ? 0x8f : 0xbf)};
    return {0, 0, 0};
}

}  // namespace

std::size_t character_length(std::string_view text) noexcept
{
    if (text.empty())
        return 0;
    const Form form = form_of(static_cast<unsigned char>(text[0]));
    if (form.length <= 1)
        return form.length;
    if (text.size() < form.length)
        return 0;
    const auto second = static_cast<unsigned char>(text[1]);
    if (second < form.lowest || second > form.highest)
        return 0;
    const auto rest = text.substr(2, form.length - 2);
    return std::all_of(rest.begin(), rest.end(), is_continuation) ? form.length : 0;
}

std::size_t count_code_points(std::string_view text) noexcept
{
    return text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_continuation));
}

std::string_view first_bytes(std::string_view text, std::size_t bytes) noexcept
{
    if (bytes >= text.size())
        return text;
    while (bytes > 0 && is_continuation(text[bytes]))
        --bytes;
    return text.substr(0, bytes);
}

std::string_view first_code_points(std::string_view text, std::size_t code_points) noexcept
{
    std::size_t end = 0;
    for (; end < text.size(); ++end)
        if (!is_continuation(text[end]) && code_points-- == 0)
            break;
    return text.substr(0, end);
}

}  // namespace pitstop::tool
