#include "core/required_columns.hpp"

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace pitstop::test {

namespace {

// The fields of one line of CSV; a quoted one has no quotes within.
std::vector<std::string> fields(const std::string &line)
{
    std::vector<std::string> result(1);
    bool quoted = false;
    for (const char c : line) {
        if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            result.emplace_back();
        else
            result.back() += c;
    }
    return result;
}

bool starts_with(const std::string &text, const std::string &start)
{
    return text.rfind(start, 0) == 0;
}

Family family_of(const std::string &type)
{
    if (type == "smallint" || type == "integer" || type == "bigint")
        return Family::integer;
    if (starts_with(type, "numeric"))
        return Family::decimal;
    if (type == "double precision")
        return Family::real;
    if (starts_with(type, "timestamp"))
        return Family::timestamp;
    if (type == "text" || starts_with(type, "character varying"))
        return Family::text;
    if (type == "jsonb")
        return Family::json;
    return type == "boolean" ? Family::boolean : Family::label;
}

// "table.column" and its type, as TeslaMate's migrations leave them.
std::map<std::string, std::string> columns_of_teslamate()
{
    std::map<std::string, std::string> columns;
    std::ifstream file(PITSTOP_FIXTURES "/teslamate/columns.csv");
    for (std::string line; std::getline(file, line);) {
        const auto field = fields(line);
        if (field.at(0) == "public")
            columns[field.at(1) + '.' + field.at(3)] = field.at(4);
    }
    return columns;
}

}  // namespace

TEST(The_columns_we_rely_on, are_there_in_TeslaMate_with_types_we_can_work_with)
{
    const auto columns = columns_of_teslamate();
    for (const RequiredColumn &required : required_columns) {
        const std::string name = std::string(required.table) + '.' + required.column;
        const auto found = columns.find(name);
        ASSERT_NE(found, columns.end()) << name;
        EXPECT_EQ(family_of(found->second), required.family) << name << " is " << found->second;
    }
}

}  // namespace pitstop::test
