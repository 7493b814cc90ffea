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
    for (const std::string &line : lines_of_teslamate("indexes.csv")) {
        const bool is_head = line.rfind("public,", 0) != 0, is_importer_s = line.rfind("public,import_", 0) == 0;
        EXPECT_EQ(required.count(line), is_head || is_importer_s ? 0U : 1U) << line;
    }
}

TEST(The_indexes_we_look_for, are_listed_by_table)
{
    std::set<std::string> tables;
    std::string before;
    for (const RequiredIndex &required : required_indexes) {
        const bool is_next = required.table != before;
        EXPECT_EQ(is_next, tables.insert(required.table).second) << required.table;
        before = required.table;
    }
}

}  // namespace pitstop::test
