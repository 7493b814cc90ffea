#include "tool/core/toml_ascii.hpp"

namespace pitstop::tool {

namespace {

constexpr std::string_view openings[] = {R"(""")", "'''", "\"", "'", "#"};

bool begins(std::string_view text, std::string_view beginning) noexcept
{
    return text.substr(0, beginning.size()) == beginning;
}

std::string_view opening_of(std::string_view text) noexcept
{
    for (const std::string_view opening : openings)
        if (begins(text, opening))
            return opening;
    return {};
}

// How much of the text is the next step inside quotes or a comment; they are closed by what `within` becomes empty at.
std::size_t step_within(std::string_view &within, std::string_view text) noexcept
{
    const bool is_block = within.size() == 3;
    if (within[0] == '"' && text[0] == '\\' && text.size() > 1 && text[1] != '\n')
        return 2;
    if (!begins(text, within) && (text[0] != '\n' || is_block))
        return 1;
    if (within == "#" && text[0] == '#')
        return 1;
    std::size_t length = text[0] == '\n' ? 1 : within.size();
    // Before the three that close a block, two more may be a part of it.
    for (std::size_t i = 0; is_block && i < 2 && length < text.size() && text[length] == within[0]; ++i)
        ++length;
    within = {};
    return length;
}

}  // namespace

std::optional<std::size_t> line_beyond_ascii(std::string_view text) noexcept
{
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (begins(text, byte_order_mark))
        text.remove_prefix(byte_order_mark.size());

    std::size_t line = 1;
    std::string_view within;  // what opened the quotes or the comment
    while (!text.empty()) {
        std::size_t step = 1;
        if (text[0] == '\n')
            ++line;
        if (!within.empty()) {
            step = step_within(within, text);
        } else if (static_cast<unsigned char>(text[0]) >= 0x80) {
            return line;
        } else if (within = opening_of(text); !within.empty()) {
            step = within.size();
        }
        text.remove_prefix(step);
    }
    return std::nullopt;
}

}  // namespace pitstop::tool
