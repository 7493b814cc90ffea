// A table for a terminal: a header, a line, the rows. Columns are as wide as their widest cell.
#pragma once

#include <string>
#include <vector>

namespace pitstop::tool {

struct TextTable {
    enum class Align { left, right };
    struct Column {
        std::string title;
        Align align = Align::left;
    };
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows;  // each as long as columns; made printable when it is written
};

// Two spaces between columns, nothing behind the last. `bold` draws the header bold (ANSI). Widths are counted in code points.
std::string text_of(const TextTable &table, bool bold = false);

}  // namespace pitstop::tool
