#include "result_table.hpp"

#include <cstdlib>

namespace pitstop::tool {

namespace {

// Oids of pg_type.h, which never change.
constexpr Oid type_bool = 16, type_int8 = 20, type_int2 = 21, type_int4 = 23, type_float4 = 700, type_float8 = 701,
              type_timestamp = 1114, type_numeric = 1700;

bool is_number(Oid type) noexcept
{
    switch (type) {
    case type_int2:
    case type_int4:
    case type_int8:
    case type_float4:
    case type_float8:
    case type_numeric: return true;
    default: return false;
    }
}

nlohmann::ordered_json json_value(const Rows &rows, std::size_t row, std::size_t column)
{
    if (rows.is_null(row, column))
        return nullptr;
    const std::string text = rows.text(row, column);
    switch (rows.column_type(column)) {
    case type_bool: return rows.truth(row, column);
    case type_int2:
    case type_int4:
    case type_int8: return rows.number(row, column);
    case type_float4:
    case type_float8:
    case type_numeric: return std::strtod(text.c_str(), nullptr);  // NaN becomes null
    case type_timestamp: {
        // Times are in UTC; infinity stays a word.
        const std::size_t space = text.find(' ');
        return space == std::string::npos ? text : text.substr(0, space) + "T" + text.substr(space + 1) + "Z";
    }
    default: return text;
    }
}

std::string shown_value(const Rows &rows, std::size_t row, std::size_t column)
{
    if (rows.column_type(column) == type_bool && !rows.is_null(row, column))
        return rows.truth(row, column) ? "yes" : "no";
    return rows.text(row, column);
}

}  // namespace

void ResultTable::add(const Rows &rows, const std::set<std::string> &hidden)
{
    if (table_.columns.empty()) {
        for (std::size_t column = 0; column < rows.columns(); ++column)
            table_.columns.push_back({rows.column_name(column), is_number(rows.column_type(column))
                                                                    ? TextTable::Align::right
                                                                    : TextTable::Align::left});
    }
    for (std::size_t row = 0; row < rows.size(); ++row) {
        std::vector<std::string> &cells = table_.rows.emplace_back();
        nlohmann::ordered_json object;
        for (std::size_t column = 0; column < rows.columns(); ++column) {
            const std::string name = rows.column_name(column);
            const bool is_hidden = hidden.count(name) > 0;
            cells.push_back(is_hidden ? "" : shown_value(rows, row, column));
            object[name] = is_hidden ? nlohmann::ordered_json() : json_value(rows, row, column);
        }
        json_.push_back(std::move(object));
    }
}

}  // namespace pitstop::tool
