// Loads a dump into a database: pg_restore where it can open the dump by its path, else what it holds through a pipe.
#pragma once

#include <cstdint>
#include <string>

#include "connecting.hpp"
#include "dump_source.hpp"
#include "output.hpp"
#include "programs.hpp"

namespace pitstop::tool {

struct LoadingPrograms {
    PostgresProgram pg_restore;
    PostgresProgram psql;
};

LoadingPrograms programs_for_loading(int server_major);

struct Load {
    const DumpSource &dump;
    const Connection &connection;
    std::string database;
    LoadingPrograms programs;
    unsigned jobs = 1;            // only where pg_restore opens the dump by its path
    std::uint64_t rows = 0;       // expected, for the progress; 0: not known
    bool without_owners = false;  // where the roles of the dump do not exist; of archives only
};

// Into an empty database. Raises Failure (program) with what pg_restore or psql said; what was loaded by then stays.
void load(const Load &load, Output &output);

// In one transaction of psql's: `before`, the dump, `after`. Nothing of it stays when anything goes wrong.
void load_in_one_transaction(const Load &load, const std::string &before, const std::string &after, Output &output);

// Whether this psql knows \restrict: since 15.14, 16.10, 17.6 and 18.
bool knows_restrict(const PostgresProgram &psql);

}  // namespace pitstop::tool
