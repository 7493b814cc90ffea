#include "pg/checks.hpp"

#include "core/error.hpp"

extern "C" {
#include "access/xact.h"
#include "access/xlog.h"
#include "utils/timestamp.h"
}

namespace pitstop::pg {

namespace {

constexpr Statement drive_exists{R"(
    SELECT 1
      FROM {schema}.drives AS d
     WHERE d.id = $1
)"};

constexpr Statement charging_process_exists{R"(
    SELECT 1
      FROM {schema}.charging_processes AS c
     WHERE c.id = $1
)"};

}  // namespace

void require_writable(const char *function)
{
    const std::string call_text = std::string("pitstop.") + function + "()";
    if (call([]() noexcept { return RecoveryInProgress(); }))
        throw DomainError(DomainError::Kind::read_only, "cannot run " + call_text + " on a standby",
                          "The server is in recovery and takes no changes.", "Connect to the primary server.");
    if (XactReadOnly)
        throw DomainError(DomainError::Kind::read_only, "cannot run " + call_text + " in a read-only transaction",
                          "The transaction is set to take no changes.",
                          "Begin it with BEGIN READ WRITE, or look at default_transaction_read_only.");
}

void require_ready(const char *function)
{
    require_writable(function);
    if (!IsolationUsesXactSnapshot())
        return;
    throw DomainError(
        DomainError::Kind::wrong_state,
        std::string("cannot run pitstop.") + function + "() in a transaction that keeps one snapshot",
        "In a repeatable read or serializable transaction rows stay hidden that TeslaMate has added since "
        "it began.",
        "Begin it with BEGIN ISOLATION LEVEL READ COMMITTED, or look at default_transaction_isolation.");
}

void raise_kept(const std::string &what)
{
    throw DomainError(DomainError::Kind::wrong_state, "could not " + what,
                      "A trigger on TeslaMate's tables keeps rows as they are.",
                      "Look at the triggers that are not TeslaMate's own.");
}

std::int64_t require_id(const char *what, const std::optional<std::int64_t> &id, const ColumnType &column)
{
    const std::string name = what;
    const std::string hint = name == "event" ? "Give the event_id that the function returned which made the change."
                                             : "Give its id, as it stands at the end of the address in Grafana.";
    if (!id)
        throw DomainError(DomainError::Kind::invalid_argument, "the id of the " + name + " is NULL",
                          "A call works on one " + name + ".", hint);
    if (*id <= 0)
        throw DomainError(DomainError::Kind::invalid_argument, name + " id " + std::to_string(*id) + " is not valid",
                          "Ids begin at 1.", hint);
    if (column.largest_integer && *id > *column.largest_integer)
        throw DomainError(DomainError::Kind::invalid_argument, name + " id " + std::to_string(*id) + " is out of range",
                          "The column that holds it is of type " + text_of(column) + ".", "Look for a digit too many.");
    return *id;
}

const char *noun_of(SessionKind kind) noexcept
{
    return kind == SessionKind::drive ? "drive" : "charging process";
}

std::string named(SessionKind kind, std::size_t count, std::int64_t first_id)
{
    if (count == 1)
        return std::string(noun_of(kind)) + " " + std::to_string(first_id);
    return "each of " + std::to_string(count) + (kind == SessionKind::drive ? " drives" : " charging processes");
}

void raise_unknown(Spi &spi, SessionKind kind, std::int64_t id)
{
    const bool is_drive = kind == SessionKind::drive;
    const std::string number = std::to_string(id);
    const bool other = spi.run(is_drive ? charging_process_exists : drive_exists, Values().integer(id)) > 0;
    const std::string hint =
        other ? number + " is a " + noun_of(is_drive ? SessionKind::charge : SessionKind::drive) +
                    ": pitstop has functions of their own for " + (is_drive ? "charges" : "drives") + "."
              : "SELECT * FROM pitstop.incomplete() lists what is open. The setting pitstop.teslamate_schema names "
                "the schema that is searched.";
    throw DomainError(DomainError::Kind::not_found, std::string(noun_of(kind)) + " " + number + " does not exist",
                      "Schema \"" + spi.schema() + "\" has none with this id.", hint);
}

UtcTime clock_now()
{
    return UtcTime{GetCurrentTimestamp()};
}

}  // namespace pitstop::pg
