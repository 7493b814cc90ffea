#include "tool/core/lifted_text.hpp"

#include <algorithm>

#include "tool/core/utf8.hpp"

namespace pitstop::tool {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

unsigned byte_of(std::string_view character, std::size_t i) noexcept
{
    return static_cast<unsigned char>(character[i]);
}

// Six bits of a character, as any byte but its first holds them.
char continuation(unsigned bits) noexcept
{
    return static_cast<char>(0x80 | (bits & 0x3f));
}

// U+F0000 and up: the bytes F3 B0 80 80 to F4 8F BF BF.
bool is_private(std::string_view character) noexcept
{
    return character.size() == 4 && character >= "\xf3\xb0";
}

// Of two or three bytes. U+F0000 adds nothing to the last twelve bits.
std::string lifted_character(std::string_view character)
{
    const bool is_short = character.size() == 2;
    const unsigned code = is_short ? (byte_of(character, 0) & 0x1f) << 6 | (byte_of(character, 1) & 0x3f)
                                   : (byte_of(character, 0) & 0xf) << 12 | (byte_of(character, 1) & 0x3f) << 6 |
                                         (byte_of(character, 2) & 0x3f);
    return {'\xf3', static_cast<char>(0xb0 | code >> 12), continuation(code >> 6), continuation(code)};
}

std::string lowered_character(std::string_view character)
{
    const unsigned code =
        (byte_of(character, 1) & 0xf) << 12 | (byte_of(character, 2) & 0x3f) << 6 | (byte_of(character, 3) & 0x3f);
    if (code < 0x800)
        return {static_cast<char>(0xc0 | code >> 6), continuation(code)};
    return {static_cast<char>(0xe0 | code >> 12), continuation(code >> 6), continuation(code)};
}

// The next character, or a byte that is none.
std::string_view take_character(std::string_view &text)
{
    const std::string_view character = text.substr(0, std::max<std::size_t>(character_length(text), 1));
    text.remove_prefix(character.size());
    return character;
}

}  // namespace

std::optional<std::string> lifted(std::string_view text)
{
    std::string result;
    if (text.substr(0, byte_order_mark.size()) == byte_order_mark) {
        result = byte_order_mark;
        text.remove_prefix(byte_order_mark.size());
    }
    while (!text.empty()) {
        const std::string_view character = take_character(text);
        if (is_private(character))
            return std::nullopt;
        const bool is_lifted = character.size() == 2 || character.size() == 3;
        result += is_lifted ? lifted_character(character) : std::string(character);
    }
    return result;
}

std::string lowered(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        const std::string_view character = take_character(text);
        result += is_private(character) ? lowered_character(character) : std::string(character);
    }
    return result;
}

}  // namespace pitstop::tool
