// The moment that a backup shows: every table locked against rewriting first, then a snapshot that pg_dump and the counting
// share. Without the locks a rewriting ALTER TABLE in between gives an empty dump, with counts of 0 that agree with it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "connecting.hpp"
#include "tool/core/manifest.hpp"

namespace pitstop::tool {

// Who wants to change a table waits for the snapshot's locks, and whoever asks for it after him, pg_dump and the counting too,
// waits for him: without an end to that, all wait forever. Else nobody waits here, for the snapshot has the locks already.
constexpr int lock_patience_ms = 10'000;

struct Snapshot {
    Session session;                // holds the locks and the snapshot as long as it lives
    std::string id;                 // for pg_dump --snapshot
    std::vector<TableName> tables;  // the largest first
    std::uint64_t estimated_rows = 0;
};

// Waits for whoever rewrites a table; begins anew when tables or TeslaMate's migrations change meanwhile.
Snapshot take_snapshot(const Connection &connection);

// Counts the tables of a snapshot over a session of its own, while its owner does other things.
class RowCounting {
public:
    RowCounting(const Connection &connection, const Snapshot &snapshot);

    int descriptor() const noexcept { return is_done() ? -1 : session_.descriptor(); }
    bool is_done() const noexcept { return next_ > tables_.size(); }
    void go_on();  // takes what has come, without waiting
    std::map<TableName, TableCount> finish();

private:
    void begin_next();
    void take();

    Session session_;
    std::vector<TableName> tables_;
    std::size_t next_ = 0;  // behind the one that is being counted; beyond the last one: all are
    std::map<TableName, TableCount> counts_;
};

}  // namespace pitstop::tool
