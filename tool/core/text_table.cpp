#include "tool/core/text_table.hpp"

#include <algorithm>

#include "tool/core/utf8.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using Line = std::vector<std::string>;

// The header and the rows as they are shown.
std::vector<Line> lines_of(const TextTable &table)
{
    std::vector<Line> lines(1);
    for (const TextTable::Column &column : table.columns)
        lines[0].push_back(printable(column.title));
    for (const Line &row : table.rows) {
        Line &line = lines.emplace_back();
        std::transform(row.begin(), row.end(), std::back_inserter(line), printable);
    }
    return lines;
}

std::vector<std::size_t> widths_of(const std::vector<Line> &lines)
{
    std::vector<std::size_t> widths(lines[0].size());
    for (const Line &line : lines)
        for (std::size_t i = 0; i < widths.size(); ++i)
            widths[i] = std::max(widths[i], count_code_points(line[i]));
    return widths;
}

std::string drawn(const Line &line, const TextTable &table, const std::vector<std::size_t> &widths)
{
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const std::string padding(widths[i] - count_code_points(line[i]), ' ');
        if (i > 0)
            text += "  ";
        text += table.columns[i].align == TextTable::Align::right ? padding + line[i] : line[i] + padding;
    }
    return text.erase(text.find_last_not_of(' ') + 1);
}

}  // namespace

std::string text_of(const TextTable &table, bool bold)
{
    const std::vector<Line> lines = lines_of(table);
    const std::vector<std::size_t> widths = widths_of(lines);
    Line rule;
    for (const std::size_t width : widths)
        rule.emplace_back(width, '-');

    const std::string header = drawn(lines[0], table, widths);
    std::string text = (bold ? "\x1b[1m" + header + "\x1b[0m" : header) + '\n' + drawn(rule, table, widths) + '\n';
    for (std::size_t i = 1; i < lines.size(); ++i)
        text += drawn(lines[i], table, widths) + '\n';
    return text;
}

}  // namespace pitstop::tool
