// The SQL that pg_dump writes, read as it passes by: what it would make, without running it. Not a parser of SQL: pg_dump
// writes each of the statements that matter here on a line of its own, and COPY's data can be told from statements.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "tool/core/manifest.hpp"

namespace pitstop::tool {

struct DumpFacts {
    std::map<TableName, std::uint64_t> copied_rows;  // of each COPY … FROM stdin
    std::set<std::string> roles;                     // owners and grantees
    std::set<std::string> extensions;
    std::int64_t teslamate_migration = 0;  // the newest row of schema_migrations; 0: none
    int server_major = 0;                  // "-- Dumped from database version 15.20"; 0: not said
    bool has_inserts = false;              // rows come as INSERT: they are not counted
    bool changes_database = false;         // \connect or CREATE DATABASE: it would leave the one it is loaded into
    bool is_complete = false;              // it ends with pg_dump's last line
};

class DumpText {
public:
    void add(std::string_view bytes);
    // What was found so far; is_complete only makes sense at the end.
    DumpFacts finish();

private:
    void take_line(std::string_view line);
    void take_statement(std::string_view line);
    void take_row(std::string_view line);

    DumpFacts facts_;
    std::string rest_;  // of a line whose end has not come yet; cut at its longest
    bool rest_is_cut_ = false;
    bool in_copy_ = false;
    std::uint64_t *rows_ = nullptr;
    int migration_column_ = -1;  // of the COPY we are in, when it is schema_migrations
};

// Makes a plain dump fit for a new, empty database and for any psql: lines with \restrict and \unrestrict go, which older
// psql do not know, and so do the DROPs that pg_dump --clean puts in front of the first CREATE.
class DumpFilter {
public:
    // Appends what is to go on to `out`. The last line is held back until it ends, or finish() is called.
    void add(std::string_view bytes, std::string &out);
    void finish(std::string &out);

private:
    bool is_wanted(std::string_view line);

    bool in_copy_ = false;
    bool created_something_ = false;
    bool in_dropped_statement_ = false;
    std::string rest_;
};

}  // namespace pitstop::tool
