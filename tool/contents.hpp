// What is in a database, counted: for the manifest of a backup, and to compare a restored database with one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "session.hpp"
#include "tool/core/manifest.hpp"

namespace pitstop::tool {

// Tables that a backup holds: of every schema but the system's and pitstop's, outside of extensions; no partitioned parents,
// no foreign or temporary tables.
std::vector<TableName> tables_of(Session &session);

// ACCESS SHARE on all of them at once, so that nobody rewrites or drops one between the snapshot and the dump.
void lock_tables(Session &session, const std::vector<TableName> &tables);

// The statement that counts a table's rows.
std::string counting_statement(const TableName &table);
// The order on disk, where a recent ANALYZE knows it (columns with a BRIN index).
std::vector<ColumnOrder> order_of(Session &session, const TableName &table);

// All that a manifest says about a database but the rows: versions, extensions, encoding, indexes, constraints, migration.
void describe_database(Session &session, Manifest &manifest);

// What differs between a restored database and what it should hold, a line each; empty when they agree. Rows are counted over
// `sessions`, several tables at a time.
std::vector<std::string> differences(std::vector<Session> &sessions, const Manifest &manifest);
// The same for a dump without a manifest, of which only the rows are known.
std::vector<std::string> differences(std::vector<Session> &sessions,
                                     const std::map<TableName, std::uint64_t> &copied_rows);

}  // namespace pitstop::tool
