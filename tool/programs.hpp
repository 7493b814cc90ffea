// PostgreSQL's own programs, in the version that fits a server.
#pragma once

#include <optional>
#include <string>

namespace pitstop::tool {

struct PostgresProgram {
    std::string path;
    int major = 0;
    std::string version;  // 15.18
};

// pg_dump, pg_restore or psql of this major, else of the next newer one; never an older one, which cannot read the server.
// Looked for in PITSTOP_PG_BINDIR alone where that is set, else in PATH and where Debian, Red Hat and Homebrew keep each
// major. Raises Failure (program) that says what was found and what to install.
PostgresProgram program_for(const std::string &name, int server_major);

// The newest there is, which reads the archives of every pg_dump: newer ones than a server's may have written them.
PostgresProgram newest_program(const std::string &name);

// pg_dump, pg_restore or psql in one directory, whatever major it is; nothing when it is not there.
std::optional<PostgresProgram> program_in(const std::string &directory, const std::string &name);

// 15.18 out of "pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 18 out of "18beta1": major and text.
std::optional<PostgresProgram> version_of(const std::string &path);

}  // namespace pitstop::tool
