#include "pg/drives.hpp"

#include <unordered_map>

#include "core/error.hpp"
#include "pg/checks.hpp"
#include "pg/drive_removal.hpp"
#include "pg/json.hpp"

namespace pitstop::pg {

namespace {

constexpr Statement find_drives{R"(
    SELECT d.id, d.end_date IS NULL, to_json(d)
      FROM {schema}.drives AS d
      JOIN unnest($1) AS wanted (id) ON wanted.id = d.id
     ORDER BY d.id
)"};

constexpr Statement lock_drives{R"(
    SELECT d.id, d.end_date IS NULL, to_json(d)
      FROM {schema}.drives AS d
      JOIN unnest($1) AS wanted (id) ON wanted.id = d.id
     ORDER BY d.id
       FOR UPDATE OF d
)"};

constexpr Statement lock_free_drives{R"(
    SELECT d.id, d.end_date IS NULL, to_json(d)
      FROM {schema}.drives AS d
      JOIN unnest($1) AS wanted (id) ON wanted.id = d.id
     ORDER BY d.id
       FOR UPDATE OF d SKIP LOCKED
)"};

// Unsorted: the summary takes them as they lie on disk.
constexpr Statement positions_of_one{R"(
    SELECT p.drive_id, p.id, p.date, p.odometer, p.speed, p.power, p.elevation, p.outside_temp, p.inside_temp,
           p.ideal_battery_range_km, p.rated_battery_range_km
      FROM {schema}.positions AS p
     WHERE p.drive_id = $1
)"};

// DISTINCT: the planner has to know that the ids are the side to be hashed, not nine million positions.
constexpr Statement positions_of_many{R"(
    SELECT p.drive_id, p.id, p.date, p.odometer, p.speed, p.power, p.elevation, p.outside_temp, p.inside_temp,
           p.ideal_battery_range_km, p.rated_battery_range_km
      FROM (SELECT DISTINCT id FROM unnest($1) AS w (id)) AS wanted
      JOIN {schema}.positions AS p ON p.drive_id = wanted.id
)",
                                      Planning::each_time};

constexpr Statement all_geofences{R"(
    SELECT g.id, g.latitude, g.longitude, g.radius
      FROM {schema}.geofences AS g
)"};

// Locked as the foreign key will lock them: a position that is deleted at this moment is noticed here.
constexpr Statement places_of_positions{R"(
    SELECT p.id, p.latitude, p.longitude, p.latitude::text, p.longitude::text
      FROM unnest($1) AS wanted (id)
      JOIN {schema}.positions AS p ON p.id = wanted.id
       FOR KEY SHARE OF p
)"};

// A position in no geofence leaves the drive's old one in place, as TeslaMate does; so does one without a known address. One
// that is known for these very coordinates is written as TeslaMate writes what it has looked up.
constexpr Statement update_drives{R"(
    UPDATE {schema}.drives AS d
       SET start_date = c.start_date,
           end_date = c.end_date,
           start_km = c.start_km,
           end_km = c.end_km,
           distance = c.distance,
           duration_min = c.duration_min,
           speed_max = c.speed_max,
           power_max = c.power_max,
           power_min = c.power_min,
           ascent = c.ascent,
           descent = c.descent,
           start_position_id = c.start_position_id,
           end_position_id = c.end_position_id,
           outside_temp_avg = c.outside_temp,
           inside_temp_avg = c.inside_temp,
           start_ideal_range_km = c.start_ideal_range,
           end_ideal_range_km = c.end_ideal_range,
           start_rated_range_km = c.start_rated_range,
           end_rated_range_km = c.end_rated_range,
           start_geofence_id = coalesce(c.start_geofence_id, d.start_geofence_id),
           end_geofence_id = coalesce(c.end_geofence_id, d.end_geofence_id),
           start_address_id = CASE WHEN c.start_is_exact THEN c.start_address_id
                                   ELSE coalesce(d.start_address_id, c.start_address_id) END,
           end_address_id = CASE WHEN c.end_is_exact THEN c.end_address_id
                                 ELSE coalesce(d.end_address_id, c.end_address_id) END
      FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
                  $24, $25, $26)
           AS c (id, start_date, end_date, start_km, end_km, distance, duration_min, speed_max, power_max, power_min,
                 ascent, descent, start_position_id, end_position_id, outside_temp, inside_temp, start_ideal_range,
                 end_ideal_range, start_rated_range, end_rated_range, start_geofence_id, end_geofence_id,
                 start_address_id, start_is_exact, end_address_id, end_is_exact)
     WHERE d.id = c.id
 RETURNING d.id, to_json(d)
)"};

Position position_in(const PassingRow &row)
{
    Position position;
    position.id = row.integer(1);
    position.date = row.time(2);
    position.odometer = row.optional_number(3);
    position.speed = row.optional_integer(4);
    position.power = row.optional_integer(5);
    position.elevation = row.optional_integer(6);
    position.outside_temp = row.optional_decimal(7);
    position.inside_temp = row.optional_decimal(8);
    position.ideal_range = row.optional_decimal(9);
    position.rated_range = row.optional_decimal(10);
    return position;
}

// A value that cannot be read fails its own drive, once it is decided, and no other.
void add_position(DriveClosing &drive, const PassingRow &row)
{
    try {
        drive.summary.add(position_in(row));
    } catch (const DomainError &error) {
        drive.unreadable = error;
    }
}

std::unordered_map<std::int64_t, DriveClosing *> by_id(DriveClosings &drives)
{
    std::unordered_map<std::int64_t, DriveClosing *> index;
    for (DriveClosing &drive : drives)
        index.emplace(drive.id, &drive);
    return index;
}

[[noreturn]] void raise_position_gone(std::int64_t drive_id, std::int64_t position_id)
{
    throw DomainError(DomainError::Kind::wrong_state,
                      "position " + std::to_string(position_id) + " of drive " + std::to_string(drive_id) +
                          " was deleted while the drive was being closed",
                      "Another session deleted it at the same moment; nothing was changed.", "Call again.");
}

std::vector<std::int64_t> ids_of(const std::vector<const DriveClosing *> &drives)
{
    std::vector<std::int64_t> ids;
    for (const DriveClosing *drive : drives)
        ids.push_back(drive->id);
    return ids;
}

Values update_parameters(const std::vector<const DriveClosing *> &drives)
{
    using D = const DriveClosing *;
    using Id = std::int64_t;
    Values values;
    values.integers(ids_of(drives));
    values.times(column_of<UtcTime>(drives, [](D d) { return d->facts->start_date; }));
    values.times(column_of<UtcTime>(drives, [](D d) { return d->facts->end_date; }));
    values.numbers(column_of<double>(drives, [](D d) { return d->facts->start_km; }));
    values.numbers(column_of<double>(drives, [](D d) { return d->facts->end_km; }));
    values.numbers(column_of<double>(drives, [](D d) { return d->facts->distance; }));
    values.integers(column_of<Id>(drives, [](D d) { return d->facts->duration_min; }));
    values.integers(column_of<Id>(drives, [](D d) { return d->facts->speed_max; }));
    values.integers(column_of<Id>(drives, [](D d) { return d->facts->power_max; }));
    values.integers(column_of<Id>(drives, [](D d) { return d->facts->power_min; }));
    values.integers(column_of<Id>(drives, [](D d) { return d->facts->ascent; }));
    values.integers(column_of<Id>(drives, [](D d) { return d->facts->descent; }));
    values.integers(column_of<Id>(drives, [](D d) { return d->facts->start_position_id; }));
    values.integers(column_of<Id>(drives, [](D d) { return d->facts->end_position_id; }));
    values.decimals(column_of<Decimal>(drives, [](D d) { return d->row.outside_temp; }));
    values.decimals(column_of<Decimal>(drives, [](D d) { return d->row.inside_temp; }));
    values.decimals(column_of<Decimal>(drives, [](D d) { return d->row.start_ideal_range; }));
    values.decimals(column_of<Decimal>(drives, [](D d) { return d->row.end_ideal_range; }));
    values.decimals(column_of<Decimal>(drives, [](D d) { return d->row.start_rated_range; }));
    values.decimals(column_of<Decimal>(drives, [](D d) { return d->row.end_rated_range; }));
    values.integers(column_of<Id>(drives, [](D d) { return d->row.start_geofence_id; }));
    values.integers(column_of<Id>(drives, [](D d) { return d->row.end_geofence_id; }));
    values.integers(column_of<Id>(drives, [](D d) { return d->row.start_address.id; }));
    values.booleans(column_of<bool>(drives, [](D d) { return d->row.start_address.exact; }));
    values.integers(column_of<Id>(drives, [](D d) { return d->row.end_address.id; }));
    values.booleans(column_of<bool>(drives, [](D d) { return d->row.end_address.exact; }));
    return values;
}

}  // namespace

const char *name_of(Outcome outcome) noexcept
{
    switch (outcome) {
    case Outcome::closed: return "closed";
    case Outcome::deleted: return "deleted";
    case Outcome::failed: return "failed";
    }
    return "failed";
}

DriveClosings DriveCloser::lock(const std::vector<std::int64_t> &ids, Locking locking, bool only_open)
{
    const Statement &statement = locking == Locking::none   ? find_drives
                                 : locking == Locking::wait ? lock_drives
                                                            : lock_free_drives;
    DriveClosings drives;
    spi_.run(statement, Values().integers(ids), [&](const PassingRow &row) {
        if (only_open && !row.boolean(1))
            return;
        DriveClosing &drive = drives.emplace_back();
        drive.id = row.integer(0);
        drive.before = row.text(2);
    });
    return drives;
}

void DriveCloser::summarize(DriveClosings &drives)
{
    if (drives.size() == 1)
        summarize_one(drives.front());
    else if (!drives.empty())
        summarize_many(drives);
    for (DriveClosing &drive : drives) {
        drive.positions = drive.summary.positions();
        if (drive.positions > 0)
            drive.newest_position = drive.summary.last_date();
    }
}

void DriveCloser::summarize_one(DriveClosing &drive)
{
    spi_.run(positions_of_one, Values().integer(drive.id),
             [&drive](const PassingRow &row) { add_position(drive, row); });
}

void DriveCloser::summarize_many(DriveClosings &drives)
{
    std::vector<std::int64_t> ids;
    for (const DriveClosing &drive : drives)
        ids.push_back(drive.id);
    const auto index = by_id(drives);
    DriveClosing *current = &drives.front();  // the rows of a drive follow each other
    spi_.run(positions_of_many, Values().integers(ids), [&](const PassingRow &row) {
        if (const std::int64_t id = row.integer(0); id != current->id)
            current = index.at(id);
        add_position(*current, row);
    });
}

void DriveCloser::decide(DriveClosing &drive)
{
    if (drive.unreadable)
        throw *drive.unreadable;
    const auto result = drive.summary.result(drive.id);
    drive.summary = DriveSummary();
    if (const auto *none = std::get_if<NoDrive>(&result)) {
        drive.outcome = Outcome::deleted;
        drive.reason = none->reason;
        drive.facts = none->facts;
        return;
    }
    drive.outcome = Outcome::closed;
    drive.facts = std::get<DriveFacts>(result);
    fit(drive);
}

// Speeds, powers, positions and climbs come from columns as wide as the drive's own, or wider once these are widened.
void DriveCloser::fit(DriveClosing &drive) const
{
    const auto target = [&](const char *column) {
        return Target{"drive", drive.id, "drives", column, teslamate_.column("drives", column)};
    };
    const DriveFacts &facts = *drive.facts;
    require_fit_as_integer(target("duration_min"), facts.duration_min);
    require_fit(target("speed_max"), facts.speed_max);
    require_fit(target("power_max"), facts.power_max);
    require_fit(target("power_min"), facts.power_min);
    require_fit(target("start_position_id"), facts.start_position_id);
    require_fit(target("end_position_id"), facts.end_position_id);
    drive.row.outside_temp = fitted(target("outside_temp_avg"), facts.outside_temp);
    drive.row.inside_temp = fitted(target("inside_temp_avg"), facts.inside_temp);
    drive.row.start_ideal_range = fitted(target("start_ideal_range_km"), facts.start_ideal_range);
    drive.row.end_ideal_range = fitted(target("end_ideal_range_km"), facts.end_ideal_range);
    drive.row.start_rated_range = fitted(target("start_rated_range_km"), facts.start_rated_range);
    drive.row.end_rated_range = fitted(target("end_rated_range_km"), facts.end_rated_range);
}

void DriveCloser::write(DriveClosings &drives)
{
    locate(drives);
    update(drives);
    remove(drives);
}

void DriveCloser::locate(DriveClosings &drives)
{
    std::vector<std::int64_t> ends;
    for (const DriveClosing &drive : drives)
        if (drive.outcome == Outcome::closed)
            ends.insert(ends.end(), {drive.facts->start_position_id, drive.facts->end_position_id});
    if (ends.empty())
        return;
    std::vector<Geofence> geofences;
    spi_.run(all_geofences, Values(), [&](const PassingRow &row) {
        geofences.push_back({row.integer(0), row.number(1), row.number(2), row.number(3)});
    });
    std::unordered_map<std::int64_t, std::optional<std::int64_t>> geofence_of;
    std::vector<std::int64_t> positions;
    std::vector<WantedPlace> places;
    spi_.run(places_of_positions, Values().integers(ends), [&](const PassingRow &row) {
        const Coordinates coordinates{row.number(1), row.number(2)};
        geofence_of[row.integer(0)] = geofence_at(geofences, coordinates.latitude, coordinates.longitude);
        positions.push_back(row.integer(0));
        places.push_back({row.text(3), row.text(4), coordinates});
    });
    const auto at = [&](const DriveClosing &drive, std::int64_t position_id) {
        const auto found = geofence_of.find(position_id);
        if (found == geofence_of.end())
            raise_position_gone(drive.id, position_id);
        return found->second;
    };
    for (DriveClosing &drive : drives) {
        if (drive.outcome != Outcome::closed)
            continue;
        drive.row.start_geofence_id = at(drive, drive.facts->start_position_id);
        drive.row.end_geofence_id = at(drive, drive.facts->end_position_id);
    }
    take_known_addresses(drives, positions, places);
}

void DriveCloser::take_known_addresses(DriveClosings &drives, const std::vector<std::int64_t> &positions,
                                       const std::vector<WantedPlace> &places)
{
    const std::vector<KnownAddress> addresses = known_addresses(spi_, places);
    std::unordered_map<std::int64_t, KnownAddress> address_at;
    for (std::size_t i = 0; i < positions.size(); ++i)
        address_at[positions[i]] = addresses[i];
    for (DriveClosing &drive : drives) {
        if (drive.outcome != Outcome::closed)
            continue;
        drive.row.start_address = address_at[drive.facts->start_position_id];
        drive.row.end_address = address_at[drive.facts->end_position_id];
    }
}

void DriveCloser::update(DriveClosings &drives)
{
    std::vector<const DriveClosing *> kept;
    for (const DriveClosing &drive : drives)
        if (drive.outcome == Outcome::closed)
            kept.push_back(&drive);
    if (kept.empty())
        return;
    const auto index = by_id(drives);
    const std::uint64_t written = spi_.run(update_drives, update_parameters(kept), [&](const PassingRow &row) {
        index.at(row.integer(0))->after = row.text(1);
    });
    if (written != kept.size())
        raise_kept("change " + named(SessionKind::drive, kept.size(), kept.front()->id));
}

void DriveCloser::remove(DriveClosings &drives)
{
    std::vector<std::int64_t> gone;
    std::vector<std::int64_t> with_positions;
    for (const DriveClosing &drive : drives) {
        if (drive.outcome != Outcome::deleted)
            continue;
        gone.push_back(drive.id);
        if (drive.positions > 0)
            with_positions.push_back(drive.id);
    }
    const auto index = by_id(drives);
    for (const auto &[drive_id, positions] : detach_positions(spi_, with_positions))
        index.at(drive_id)->detached_positions = positions;
    delete_drive_rows(spi_, gone);
}

Event event_of(const DriveClosing &drive, const std::string &action)
{
    Event event;
    event.action = action;
    event.arguments = JsonObject().add("drive_id", drive.id).text();
    JsonObject summary;
    summary.add("outcome", std::string(name_of(drive.outcome)));
    if (drive.outcome == Outcome::closed) {
        event.summary = summary.text();
        event.changes.push_back(updated_row("drives", drive.id, drive.before, drive.after));
        return event;
    }
    const auto positions = static_cast<std::int64_t>(drive.detached_positions.size());
    event.summary = summary.add("reason", drive.reason).add("positions_kept", positions).text();
    event.changes.push_back({"drives", {drive.id}, "[" + drive.before + "]", std::nullopt, false});
    add_detached(event.changes, "positions", "drive_id", drive.id, drive.detached_positions);
    return event;
}

}  // namespace pitstop::pg
