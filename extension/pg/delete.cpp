// pitstop.delete_drive(drive_id, positions, dry_run) and pitstop.delete_charge(charging_process_id, dry_run).

#include <algorithm>
#include <map>
#include <set>

#include "core/error.hpp"
#include "pg/checks.hpp"
#include "pg/drive_removal.hpp"
#include "pg/drives.hpp"
#include "pg/journal.hpp"
#include "pg/json.hpp"
#include "pg/references.hpp"
#include "pg/result.hpp"
#include "pg/teslamate.hpp"

namespace pitstop::pg {

namespace {

constexpr Statement find_positions{R"(
    SELECT p.id
      FROM {schema}.positions AS p
     WHERE p.drive_id = $1
     ORDER BY p.id
)"};

constexpr Statement lock_positions{R"(
    SELECT p.id
      FROM {schema}.positions AS p
     WHERE p.drive_id = $1
     ORDER BY p.id
       FOR UPDATE OF p
)"};

// A position that a charge began at cannot go: TeslaMate's foreign key forbids it.
constexpr Statement positions_of_charges{R"(
    SELECT c.position_id
      FROM unnest($1) AS wanted (id)
      JOIN {schema}.charging_processes AS c ON c.position_id = wanted.id
)",
                                         Planning::each_time};

// Other drives that begin or end at these positions: the foreign keys set these columns to NULL.
constexpr Statement lock_drives_at{R"(
    SELECT d.id, to_json(d)
      FROM {schema}.drives AS d
     WHERE d.id <> $2
       AND (d.start_position_id IN (SELECT unnest($1)) OR d.end_position_id IN (SELECT unnest($1)))
     ORDER BY d.id
       FOR UPDATE OF d
)",
                                   Planning::each_time};

constexpr Statement drives_now{R"(
    SELECT d.id, to_json(d)
      FROM {schema}.drives AS d
      JOIN unnest($1) AS wanted (id) ON wanted.id = d.id
     ORDER BY d.id
)"};

constexpr Statement delete_positions{R"(
    DELETE FROM {schema}.positions AS p
     USING unnest($1) AS gone (id)
     WHERE p.id = gone.id
 RETURNING p.id, to_json(p)
)",
                                     Planning::each_time};

constexpr Statement find_charging_process{R"(
    SELECT to_json(c)
      FROM {schema}.charging_processes AS c
     WHERE c.id = $1
)"};

constexpr Statement lock_charging_process{R"(
    SELECT to_json(c)
      FROM {schema}.charging_processes AS c
     WHERE c.id = $1
       FOR UPDATE OF c
)"};

constexpr Statement find_charges{R"(
    SELECT h.id
      FROM {schema}.charges AS h
     WHERE h.charging_process_id = $1
)"};

constexpr Statement delete_charges{R"(
    DELETE FROM {schema}.charges AS h
     WHERE h.charging_process_id = $1
 RETURNING h.id, to_json(h)
)"};

constexpr Statement delete_charging_process{R"(
    DELETE FROM {schema}.charging_processes AS c
     WHERE c.id = $1
)"};

struct Counted {
    const char *table;
    const char *change;
    std::int64_t rows;
};

std::vector<std::int64_t> ids_from(Spi &spi, const Statement &statement, std::int64_t id)
{
    std::vector<std::int64_t> ids;
    spi.run(statement, Values().integer(id), [&](const PassingRow &row) { ids.push_back(row.integer(0)); });
    return ids;
}

// Leaves out the positions that a charge refers to.
void leave_to_charges(Spi &spi, std::vector<std::int64_t> &positions)
{
    std::set<std::int64_t> kept;
    spi.run(positions_of_charges, Values().integers(positions),
            [&](const PassingRow &row) { kept.insert(row.integer(0)); });
    positions.erase(
        std::remove_if(positions.begin(), positions.end(), [&](std::int64_t id) { return kept.count(id) > 0; }),
        positions.end());
}

// Ids in ascending order, in runs that fit a chunk of the journal.
template <typename Do>
void for_each_chunk(const std::vector<std::int64_t> &ids, Do work)
{
    for (std::size_t from = 0; from < ids.size(); from += rows_per_chunk) {
        const auto first = ids.begin() + static_cast<std::ptrdiff_t>(from);
        const auto last = ids.begin() + static_cast<std::ptrdiff_t>(std::min(from + rows_per_chunk, ids.size()));
        work(std::vector<std::int64_t>(first, last));
    }
}

// Deletes the positions of a drive, chunk by chunk into the journal: a drive can have millions of them.
class PositionDeleter {
public:
    PositionDeleter(Spi &spi, Journal &journal, std::int64_t event_id, std::int64_t drive_id)
        : spi_(spi), journal_(journal), event_id_(event_id), drive_id_(drive_id)
    {
    }

    // How many are gone. Those that a charge refers to stay, and stay attached.
    std::int64_t run()
    {
        for_each_chunk(ids_from(spi_, lock_positions, drive_id_),
                       [this](const std::vector<std::int64_t> &chunk) { delete_chunk(chunk); });
        return deleted_;
    }

private:
    void delete_chunk(std::vector<std::int64_t> ids)
    {
        const ScratchMemory scratch;
        leave_to_charges(spi_, ids);
        if (ids.empty())
            return;
        require_unreferenced(spi_, "positions", ids);
        std::map<std::int64_t, std::string> others;
        spi_.run(lock_drives_at, Values().integers(ids).integer(drive_id_),
                 [&](const PassingRow &row) { others[row.integer(0)] = row.text(1); });
        std::vector<Change> changes;
        DeletedRows deleted(changes, "positions");
        const std::uint64_t gone = spi_.run(delete_positions, Values().integers(ids),
                                            [&](const PassingRow &row) { deleted.add(row.integer(0), row.text(1)); });
        if (gone != ids.size())
            raise_kept("delete the positions of drive " + std::to_string(drive_id_));
        deleted.finish();
        add_detached_drives(others, changes);
        journal_.add(event_id_, changes);
        deleted_ += static_cast<std::int64_t>(gone);
    }

    void add_detached_drives(const std::map<std::int64_t, std::string> &drives, std::vector<Change> &changes)
    {
        std::vector<std::int64_t> ids;
        for (const auto &drive : drives)
            ids.push_back(drive.first);
        const std::uint64_t found = spi_.run(drives_now, Values().integers(ids), [&](const PassingRow &row) {
            changes.push_back(updated_row("drives", row.integer(0), drives.at(row.integer(0)), row.text(1)));
        });
        if (found != drives.size())
            raise_kept("keep the drives that begin or end at positions of drive " + std::to_string(drive_id_));
    }

    Spi &spi_;
    Journal &journal_;
    std::int64_t event_id_;
    std::int64_t drive_id_;
    std::int64_t deleted_ = 0;
};

enum class Positions { keep, remove };

Positions positions_argument(const std::optional<std::string> &text)
{
    if (text == "keep")
        return Positions::keep;
    if (text == "delete")
        return Positions::remove;
    throw DomainError(DomainError::Kind::invalid_argument,
                      text ? "positions is \"" + *text + "\"" : std::string("positions is NULL"),
                      "It says what becomes of the drive's positions.",
                      "'keep' leaves them without a drive, as TeslaMate does; 'delete' deletes them too.");
}

Event deletion_of(const DriveClosing &drive, Positions positions)
{
    Event event;
    event.action = "delete_drive";
    event.arguments = JsonObject()
                          .add("drive_id", drive.id)
                          .add("positions", std::string(positions == Positions::keep ? "keep" : "delete"))
                          .text();
    event.summary = "{}";
    event.changes.push_back({"drives", {drive.id}, "[" + drive.before + "]", std::nullopt, false});
    return event;
}

// Deletes the drive; returns its positions, which stay without one.
std::vector<std::int64_t> delete_row(Spi &spi, std::int64_t drive_id)
{
    PositionsOfDrives positions = detach_positions(spi, {drive_id});
    delete_drive_rows(spi, {drive_id});
    return std::move(positions[drive_id]);
}

std::vector<Counted> counted(std::int64_t deleted, std::int64_t kept)
{
    return {{"drives", "deleted", 1}, {"positions", "deleted", deleted}, {"positions", "kept without a drive", kept}};
}

std::string summary_of(std::int64_t deleted, std::int64_t kept)
{
    return JsonObject().add("positions_deleted", deleted).add("positions_kept", kept).text();
}

std::vector<Counted> delete_drive(Spi &spi, const DriveClosing &drive, std::optional<std::int64_t> &event_id)
{
    const std::vector<std::int64_t> detached = delete_row(spi, drive.id);
    const auto kept = static_cast<std::int64_t>(detached.size());
    Event event = deletion_of(drive, Positions::keep);
    event.summary = summary_of(0, kept);
    add_detached(event.changes, "positions", "drive_id", drive.id, detached);
    event_id = Journal(spi).record({event}).front();
    return counted(0, kept);
}

// The event is opened first: what happens to a million positions is journaled as it happens.
std::vector<Counted> delete_drive_and_positions(Spi &spi, const DriveClosing &drive,
                                                std::optional<std::int64_t> &event_id)
{
    Journal journal(spi);
    event_id = journal.open(deletion_of(drive, Positions::remove));
    const std::int64_t deleted = PositionDeleter(spi, journal, *event_id, drive.id).run();
    const std::vector<std::int64_t> detached = delete_row(spi, drive.id);
    const auto kept = static_cast<std::int64_t>(detached.size());
    std::vector<Change> changes;
    add_detached(changes, "positions", "drive_id", drive.id, detached);
    journal.add(*event_id, changes);
    journal.close(*event_id, summary_of(deleted, kept));
    return counted(deleted, kept);
}

// What delete_drive() would do, and what it would refuse.
std::vector<Counted> count_drive(Spi &spi, std::int64_t drive_id, Positions positions)
{
    require_unreferenced(spi, "drives", {drive_id});
    std::vector<std::int64_t> ids = ids_from(spi, find_positions, drive_id);
    const auto all = static_cast<std::int64_t>(ids.size());
    if (positions == Positions::keep)
        return counted(0, all);
    leave_to_charges(spi, ids);
    require_unreferenced(spi, "positions", ids);
    const auto deleted = static_cast<std::int64_t>(ids.size());
    return counted(deleted, all - deleted);
}

std::vector<Counted> delete_charge(Spi &spi, std::int64_t id, const std::string &row,
                                   std::optional<std::int64_t> &event_id)
{
    Event event;
    event.action = "delete_charge";
    event.arguments = JsonObject().add("charging_process_id", id).text();
    event.summary = "{}";
    event.changes.push_back({"charging_processes", {id}, "[" + row + "]", std::nullopt, false});
    Journal journal(spi);
    event_id = journal.open(event);

    require_unreferenced(spi, "charging_processes", {id});
    require_unreferenced(spi, "charges", ids_from(spi, find_charges, id));
    std::vector<Change> changes;
    DeletedRows deleted(changes, "charges");
    const auto charges =
        static_cast<std::int64_t>(spi.run(delete_charges, Values().integer(id), [&](const PassingRow &charge) {
            deleted.add(charge.integer(0), charge.text(1));
        }));
    deleted.finish();
    journal.add(*event_id, changes);
    if (spi.run(delete_charging_process, Values().integer(id)) != 1)
        raise_kept("delete charging process " + std::to_string(id));
    journal.close(*event_id, JsonObject().add("charges_deleted", charges).text());
    return {{"charging_processes", "deleted", 1}, {"charges", "deleted", charges}};
}

// What delete_charge() would do, and what it would refuse.
std::vector<Counted> count_charge(Spi &spi, std::int64_t id)
{
    const std::vector<std::int64_t> charges = ids_from(spi, find_charges, id);
    require_unreferenced(spi, "charging_processes", {id});
    require_unreferenced(spi, "charges", charges);
    return {{"charging_processes", "deleted", 1}, {"charges", "deleted", static_cast<std::int64_t>(charges.size())}};
}

void add_counted(ResultRows &result, const std::vector<Counted> &rows, const std::optional<std::int64_t> &event_id)
{
    for (const Counted &each : rows)
        result.add(Values().text(each.table).text(each.change).integer(each.rows).integer(event_id));
}

}  // namespace

}  // namespace pitstop::pg

PITSTOP_FUNCTION(pitstop_delete_drive)
{
    using namespace pitstop;
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    const Positions positions = positions_argument(text_argument(fcinfo, 1));
    const bool dry_run = boolean_argument(fcinfo, 2, "dry_run");
    if (!dry_run)
        require_ready("delete_drive");
    const TeslaMate teslamate = TeslaMate::configured();
    teslamate.require();
    const std::int64_t drive_id = require_id("drive", integer_argument(fcinfo, 0), teslamate.column("drives", "id"));

    Spi spi(teslamate.schema(), Access::read_write);
    const DriveClosings found =
        DriveCloser(spi, teslamate).lock({drive_id}, dry_run ? Locking::none : Locking::wait, false);
    if (found.empty())
        raise_unknown(spi, SessionKind::drive, drive_id);
    std::optional<std::int64_t> event_id;
    std::vector<Counted> rows;
    if (dry_run)
        rows = count_drive(spi, drive_id, positions);
    else if (positions == Positions::keep)
        rows = delete_drive(spi, found.front(), event_id);
    else
        rows = delete_drive_and_positions(spi, found.front(), event_id);
    add_counted(result, rows, event_id);
    return result.datum();
}

PITSTOP_FUNCTION(pitstop_delete_charge)
{
    using namespace pitstop;
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    const bool dry_run = boolean_argument(fcinfo, 1, "dry_run");
    if (!dry_run)
        require_ready("delete_charge");
    const TeslaMate teslamate = TeslaMate::configured();
    teslamate.require();
    const std::int64_t id =
        require_id("charging process", integer_argument(fcinfo, 0), teslamate.column("charging_processes", "id"));

    Spi spi(teslamate.schema(), Access::read_write);
    std::string charging_process;
    spi.run(dry_run ? find_charging_process : lock_charging_process, Values().integer(id),
            [&](const PassingRow &row) { charging_process = row.text(0); });
    if (charging_process.empty())
        raise_unknown(spi, SessionKind::charge, id);
    std::optional<std::int64_t> event_id;
    const std::vector<Counted> rows =
        dry_run ? count_charge(spi, id) : delete_charge(spi, id, charging_process, event_id);
    add_counted(result, rows, event_id);
    return result.datum();
}
