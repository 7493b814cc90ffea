#include "tool/core/wrapped.hpp"

#include <algorithm>
#include <vector>

#include "tool/core/utf8.hpp"

namespace pitstop::tool {

namespace {

std::vector<std::string> words_of(const std::string &text)
{
    std::vector<std::string> words;
    std::size_t at = text.find_first_not_of(' ');
    while (at < text.size()) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        words.push_back(text.substr(at, end - at));
        at = text.find_first_not_of(' ', end);
    }
    return words;
}

}  // namespace

std::string wrapped(const std::string &paragraph, std::size_t column, std::size_t indent)
{
    std::string text;
    bool begins = true;
    for (const std::string &word : words_of(paragraph)) {
        const std::size_t size = count_code_points(word);
        if (!begins && column + 1 + size > widest_line) {
            text += "\n" + std::string(indent, ' ');
            column = indent;
            begins = true;
        }
        text += (begins ? "" : " ") + word;
        column += size + (begins ? 0 : 1);
        begins = false;
    }
    return text + "\n";
}

}  // namespace pitstop::tool
