#include "core/required_indexes.hpp"

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace pitstop::test {

namespace {

// "public,table,name,": how the lines of both files begin, as TeslaMate's migrations leave its tables.
std::set<std::string> lines_of_teslamate(const char *file_name)
{
    std::set<std::string> beginnings;
    std::ifstream file(std::string(PITSTOP_FIXTURES "/teslamate/") + file_name);
    for (std::string line; std::getline(file, line);) {
        std::size_t end = 0;
        for (int field = 0; field < 3 && end != std::string::npos; ++field)
            end = line.find(',', end == 0 ? 0 : end + 1);
        beginnings.insert(line.substr(0, end));
    }
    return beginnings;
}

std::string line_of(const RequiredIndex &required)
{
    return std::string("public,") + required.table + ',' + required.index;
}

}  // namespace

TEST(The_indexes_we_look_for, are_those_of_TeslaMate)
{
    std::set<std::string> known = lines_of_teslamate("indexes.csv");
    known.merge(lines_of_teslamate("constraints.csv"));
    for (const RequiredIndex &required : required_indexes)
        EXPECT_EQ(known.count(line_of(required)), 1U) << line_of(required);
}

TEST(The_indexes_we_look_for, are_all_but_those_of_the_importer)
{
    std::set<std::string> required;
    for (const RequiredIndex &each : required_indexes)
        required.insert(line_of(each));
    for (const std::string &line : lines_of_teslamate("indexes.csv"))
        if (line.rfind("public,import_", 0) != 0 && line.rfind("public,", 0) == 0)
            EXPECT_EQ(required.count(line), 1U) << line;
}

TEST(The_indexes_we_look_for, are_listed_by_table)
{
    std::set<std::string> tables;
    const char *before = "";
    for (const RequiredIndex &required : required_indexes)
        if (std::string(before) != required.table)
            EXPECT_TRUE(tables.insert(before = required.table).second) << required.table;
}

}  // namespace pitstop::test
