// Finds the drives and charges that have no end.
#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "core/staleness.hpp"
#include "pg/spi.hpp"

namespace pitstop::pg {

// All of them, the oldest first, without rows and newest_row: counting those takes a scan of the positions.
std::vector<OpenSession> open_sessions(Spi &spi);

// Fills in rows and newest_row of all sessions.
void count_rows(Spi &spi, std::vector<OpenSession> &sessions);

// The same for one session, by one look into an index.
void count_rows(Spi &spi, OpenSession &session);

// Those whose close somebody took back, which nobody closes again unasked. From the journal.
using SessionSet = std::set<std::pair<SessionKind, std::int64_t>>;
SessionSet sessions_with_undone_close(Spi &spi);

}  // namespace pitstop::pg
