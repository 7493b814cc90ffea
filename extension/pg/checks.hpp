// What every function checks before it does anything: may it write, is the id one, is there such a session.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/column.hpp"
#include "core/staleness.hpp"
#include "pg/spi.hpp"

namespace pitstop::pg {

// Raises DomainError::read_only on a standby and in a read-only transaction. `function` is for the message.
void require_writable(const char *function);

// For what changes drives and charges: require_writable(), and DomainError::wrong_state in a transaction that keeps one
// snapshot, which would not see what TeslaMate has inserted until the lock was there.
void require_ready(const char *function);

// Raises DomainError::wrong_state for rows that a statement should have written and did not.
// `what` names them: change drive 12.
[[noreturn]] void raise_kept(const std::string &what);

// Raises DomainError::invalid_argument for NULL, for what is not positive, and for what TeslaMate's column cannot hold.
// `what` names the thing: drive, charging process, event.
std::int64_t require_id(const char *what, const std::optional<std::int64_t> &id, const ColumnType &column);

// Raises DomainError::not_found; the hint says so when the id belongs to a session of the other kind.
[[noreturn]] void raise_unknown(Spi &spi, SessionKind kind, std::int64_t id);

// "drive" or "charging process"
const char *noun_of(SessionKind kind) noexcept;
// "drive 12" for one, "each of 3 drives" for several
std::string named(SessionKind kind, std::size_t count, std::int64_t first_id);

UtcTime clock_now();

}  // namespace pitstop::pg
