// pg_dump and what reads its archive while it writes it: the file, its checksum, age, and pg_restore, which proves that all of it
// can be read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "connecting.hpp"
#include "file.hpp"
#include "programs.hpp"
#include "snapshot.hpp"

namespace pitstop::tool {

struct DumpPrograms {
    PostgresProgram pg_dump;
    PostgresProgram pg_restore;
};

DumpPrograms programs_for_dumping(int server_major);

struct DumpCall {
    const Connection &connection;
    const Snapshot &snapshot;
    const DumpPrograms &programs;
    std::vector<std::string> extensions;  // that go into the dump
    std::string compression;              // zstd:3, gzip:1
};

// What the servers of this version's pg_dump compress with at first; the other when it was built without.
std::string compression_for(const PostgresProgram &pg_dump);
constexpr const char *fallback_compression = "gzip:1";
bool lacks_compression(const Failure &failure);

// Whether it failed because somebody waits to change a table: see lock_patience_ms.
bool met_a_change(const Failure &failure);

struct Archive {
    std::uint64_t bytes = 0;
    std::string sha256;
};

// In the custom format into `file`, encrypted for `recipients` where there are any. Rows are counted meanwhile.
Archive dump_into_file(const DumpCall &call, const std::vector<std::string> &recipients, NewFile &file,
                       RowCounting &counting);

// In the directory format, `jobs` tables at a time, into a new directory; then it is read to its end.
void dump_into_directory(const DumpCall &call, unsigned jobs, const std::string &directory, RowCounting &counting);

// A text, encrypted, into a file.
void encrypt_into(const std::string &text, const std::vector<std::string> &recipients, int fd);

// Reads an archive to its end: a file or a directory.
void read_archive(const PostgresProgram &pg_restore, const std::string &path);

}  // namespace pitstop::tool
