#include "tool/core/words.hpp"

#include <algorithm>

#include "tool/core/failure.hpp"
#include "tool/core/utf8.hpp"

namespace pitstop::tool {

namespace {

std::string escaped_byte(char byte)
{
    constexpr const char *digits = "0123456789abcdef";
    switch (byte) {
    case '\n': return "\\n";
    case '\t': return "\\t";
    case '\r': return "\\r";
    default: break;
    }
    const auto value = static_cast<unsigned char>(byte);
    return {'\\', 'x', digits[value >> 4], digits[value & 0xf]};
}

// Of a valid character: C0, DEL, C1, the separators of lines and paragraphs, and what turns the direction of text around.
bool is_control(std::string_view character)
{
    if (character.size() == 1)
        return static_cast<unsigned char>(character[0]) < 0x20 || character[0] == 0x7f;
    if (character.size() == 2)
        return character[0] == '\xc2' && static_cast<unsigned char>(character[1]) < 0xa0;
    return (character >= "\xe2\x80\xa8" && character <= "\xe2\x80\xae") ||  // U+2028 to U+202E
           (character >= "\xe2\x81\xa6" && character <= "\xe2\x81\xa9");    // U+2066 to U+2069
}

std::string quoted(std::string_view text, char quote, bool doubles_backslashes)
{
    if (text.find('\0') != std::string_view::npos)
        throw Failure(ExitCode::failed, "a name or text in SQL cannot hold a NUL character");
    std::string result(1, quote);
    for (const char c : text) {
        if (c == quote || (c == '\\' && doubles_backslashes))
            result += c;
        result += c;
    }
    return result += quote;
}

}  // namespace

std::string age_text(std::chrono::seconds age)
{
    const bool is_future = age.count() < 0;
    // Unsigned, because the lowest number has no positive one.
    const std::uint64_t seconds = is_future ? 0 - static_cast<std::uint64_t>(age.count()) : age.count();
    if (seconds < 60)
        return "just now";
    const std::string span = seconds < 3600    ? plural(seconds / 60, "minute", "minutes")
                             : seconds < 86400 ? plural(seconds / 3600, "hour", "hours")
                                               : plural(seconds / 86400, "day", "days");
    return is_future ? "in " + span : span + " ago";
}

std::string printable(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
        if (length > 0 && !is_control(character))
            result += character;
        else
            for (const char byte : character)
                result += escaped_byte(byte);
        text.remove_prefix(character.size());
    }
    return result;
}

std::string quoted_identifier(std::string_view name)
{
    return quoted(name, '"', false);
}

std::string quoted_literal(std::string_view text)
{
    // E'' means the same whatever standard_conforming_strings says.
    return (text.find('\\') == std::string_view::npos ? "" : "E") + quoted(text, '\'', true);
}

}  // namespace pitstop::tool
