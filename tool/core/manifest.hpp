// The manifest beside a backup: what is in it, and what was proven of it. JSON, with a version of its own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tool/core/moment.hpp"

namespace pitstop::tool {

// A table, named as the server names it.
struct TableName {
    std::string schema;
    std::string name;

    friend bool operator<(const TableName &a, const TableName &b)
    {
        return a.schema != b.schema ? a.schema < b.schema : a.name < b.name;
    }
    friend bool operator==(const TableName &a, const TableName &b) { return a.schema == b.schema && a.name == b.name; }
};

// How far a column's order follows the order on disk, from -1 to 1, as ANALYZE found it; kept for columns with a BRIN index.
struct ColumnOrder {
    std::string column;
    double correlation = 0;
};

struct TableCount {
    std::uint64_t rows = 0;
    std::vector<ColumnOrder> order;
};

struct BackupFile {
    std::string name;  // in the directory of the manifest; never a path
    std::uint64_t bytes = 0;
    std::string sha256;  // of what is on disk, 64 lower-case hexadecimal digits
};

struct Extension {
    std::string name;
    std::string version;
};

// One proof of a backup.
struct Proof {
    Moment at;
    std::string how;     // "read": all of it was read back; "restore": it was restored and compared
    std::string server;  // the version it was restored on; empty for "read"
    bool passed = false;
    std::string finding;  // what was wrong; empty when it passed
};

struct Manifest {
    static constexpr int format_version = 1;

    std::string name;  // teslamate-20261125T031500Z: the manifest's file is that with .json
    Moment started_at;
    Moment finished_at;
    std::string pitstop_version;
    std::string database;
    std::string format;                        // custom, directory
    std::string compression;                   // zstd:3, gzip:1
    std::optional<std::string> encrypted_for;  // the recipients of age, as given; nothing when it is not encrypted
    std::vector<BackupFile> files;    // the archive first (every file of a directory); then the companion, if any
    std::uint64_t archive_bytes = 0;  // of the archive's files together
    std::string archive;              // name of the archive: a file, or the directory whose files are "archive/x"
    std::optional<std::string>
        companion;                  // name of the small file with pitstop's own tables, if the extension is there
    std::string server_version;     // 15.20
    int server_version_number = 0;  // 150020
    std::string pg_dump_version;
    std::string encoding;
    std::string collation;
    std::string ctype;
    std::int64_t teslamate_migration = 0;  // the newest in schema_migrations; 0 where there is no TeslaMate
    std::vector<Extension> extensions;
    std::map<TableName, TableCount> tables;  // exact, from the dump's own snapshot
    std::uint64_t indexes = 0;               // of those tables' schemas, outside of extensions
    std::uint64_t constraints = 0;           // without NOT NULL, which 18 counts and earlier ones do not
    std::vector<Proof> proofs;               // the oldest first
};

std::string manifest_text(const Manifest &manifest);

// Raises Failure (not_proven) that says what is missing or impossible: a newer format version, a file name with a slash or
// "..", a number out of range. Unknown members are left alone.
Manifest parse_manifest(std::string_view text);

// Whether it counts as a backup: its newest proof passed. A failed proof of how it can be read outweighs older ones.
bool is_proven(const Manifest &manifest) noexcept;
const Proof *newest_proof(const Manifest &manifest) noexcept;
std::uint64_t total_rows(const Manifest &manifest) noexcept;
std::uint64_t total_bytes(const Manifest &manifest) noexcept;

// The manifest's files must be this backup's own: named for it, so that nobody's manifest gets another's files deleted.
bool names_only_its_own(const Manifest &manifest);

// The newest five proofs are kept, and of each kind the newest.
void add_proof(Manifest &manifest, Proof proof);

}  // namespace pitstop::tool
