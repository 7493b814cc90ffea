#include "pg/repair.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "pg/addresses.hpp"
#include "pg/journal.hpp"
#include "pg/json.hpp"

namespace pitstop::pg {

namespace {

constexpr std::int64_t page_size = 500;

// TeslaMate's row Unknown, where we do not know when it was given to a row: as long as an answer of our own.
// By the primary keys, from the newest on; the positions are looked up only for the rows that are returned.
constexpr Statement drives_below{R"(
    SELECT d.id, d.start_address_id, d.end_address_id, d.start_position_id, d.end_position_id, ps.latitude::text,
           ps.longitude::text, ps.latitude, ps.longitude, pe.latitude::text, pe.longitude::text, pe.latitude, pe.longitude,
           d.start_date < (now() AT TIME ZONE 'UTC') - interval '30 days'
      FROM (SELECT t.id, t.start_address_id, t.end_address_id, t.start_position_id, t.end_position_id, t.start_date
              FROM {schema}.drives AS t
             WHERE t.id < $1
               AND t.start_position_id IS NOT NULL
               AND t.end_position_id IS NOT NULL
               AND (t.start_address_id IS NULL OR t.end_address_id IS NULL OR t.start_address_id = $2 OR
                    t.end_address_id = $2)
             ORDER BY t.id DESC
             LIMIT $3) AS d
      LEFT JOIN {schema}.positions AS ps ON ps.id = d.start_position_id
      LEFT JOIN {schema}.positions AS pe ON pe.id = d.end_position_id
     ORDER BY d.id DESC
)"};

constexpr Statement charges_below{R"(
    SELECT c.id, c.address_id, c.position_id, p.latitude::text, p.longitude::text, p.latitude, p.longitude,
           c.start_date < (now() AT TIME ZONE 'UTC') - interval '30 days'
      FROM (SELECT t.id, t.address_id, t.position_id, t.start_date
              FROM {schema}.charging_processes AS t
             WHERE t.id < $1
               AND (t.address_id IS NULL OR t.address_id = $2)
             ORDER BY t.id DESC
             LIMIT $3) AS c
      LEFT JOIN {schema}.positions AS p ON p.id = c.position_id
     ORDER BY c.id DESC
)"};

// A row that was changed since it was read is left for the next run.
constexpr Statement fill_drives{R"(
    UPDATE {schema}.drives AS d
       SET start_address_id = coalesce(f.start_address_id, d.start_address_id),
           end_address_id = coalesce(f.end_address_id, d.end_address_id)
      FROM unnest($1, $2, $3, $4, $5, $6, $7)
           AS f (id, start_position_id, end_position_id, old_start_address_id, old_end_address_id, start_address_id,
                 end_address_id)
     WHERE d.id = f.id
       AND (f.start_address_id IS NULL OR (d.start_address_id IS NOT DISTINCT FROM f.old_start_address_id AND
                                           d.start_position_id = f.start_position_id))
       AND (f.end_address_id IS NULL OR (d.end_address_id IS NOT DISTINCT FROM f.old_end_address_id AND
                                         d.end_position_id = f.end_position_id))
 RETURNING d.id
)"};

constexpr Statement fill_charges{R"(
    UPDATE {schema}.charging_processes AS c
       SET address_id = f.address_id
      FROM unnest($1, $2, $3, $4) AS f (id, position_id, old_address_id, address_id)
     WHERE c.id = f.id
       AND c.address_id IS NOT DISTINCT FROM f.old_address_id
       AND c.position_id = f.position_id
 RETURNING c.id
)"};

// What somebody took back, he does not want again.
constexpr Statement undone_rows{R"(
    SELECT r."table", generate_series(lower(k), upper(k) - 1)
      FROM pitstop.event AS e
      JOIN pitstop.event_row AS r ON r.event_id = e.event_id
     CROSS JOIN LATERAL unnest(r.key) AS k
     WHERE e.undone_at IS NOT NULL
       AND e.teslamate_schema = $1
       AND e.action = 'repair_addresses'
       AND r."table" IN ('drives', 'charging_processes')
)"};

void add_end(Gap &gap, std::size_t column, const std::optional<std::int64_t> &old_address,
             const std::optional<std::int64_t> &unknown, std::int64_t position_id, const PassingRow &row, int first)
{
    const bool is_missing = !old_address || old_address == unknown;
    if (!is_missing || row.is_null(first))
        return;
    const Coordinates coordinates{row.number(first + 2), row.number(first + 3)};
    // A numeric can be NaN, which is near nothing, not even itself: it would be asked for again and again.
    if (!std::isfinite(coordinates.latitude) || !std::isfinite(coordinates.longitude))
        return;
    Gap::End &end = gap.ends.emplace_back();
    end.column = column;
    end.old_address = old_address;
    end.position_id = position_id;
    end.place = {row.text(first), row.text(first + 1), coordinates};
}

const Gap::End *end_in(const Gap &gap, std::size_t column)
{
    for (const Gap::End &end : gap.ends)
        if (end.column == column && end.new_address)
            return &end;
    return nullptr;
}

std::vector<std::optional<std::int64_t>> column_of_ends(const std::vector<Gap> &gaps, std::size_t column,
                                                        std::optional<std::int64_t> (*get)(const Gap::End &))
{
    std::vector<std::optional<std::int64_t>> values;
    for (const Gap &gap : gaps) {
        const Gap::End *const end = end_in(gap, column);
        values.push_back(end == nullptr ? std::nullopt : get(*end));
    }
    return values;
}

std::optional<std::int64_t> position_of(const Gap::End &end)
{
    return end.position_id;
}

std::optional<std::int64_t> old_address_of(const Gap::End &end)
{
    return end.old_address;
}

std::optional<std::int64_t> new_address_of(const Gap::End &end)
{
    return end.new_address;
}

std::string json_of(const std::optional<std::int64_t> &id)
{
    return id ? std::to_string(*id) : "null";
}

// One change for all rows that got the same addresses in the place of the same.
std::vector<Change> changes_of(const std::vector<Gap> &gaps, const std::set<std::int64_t> &written, bool are_drives)
{
    std::map<std::pair<std::string, std::string>, std::vector<std::int64_t>> same;
    for (const Gap &gap : gaps) {
        if (written.count(gap.id) == 0)
            continue;
        std::string before, after;
        for (const Gap::End &end : gap.ends) {
            if (!end.new_address)
                continue;
            const std::string name = !are_drives       ? "address_id"
                                     : end.column == 0 ? "start_address_id"
                                                       : "end_address_id";
            const std::string separator = before.empty() ? "{\"" : ", \"";
            before += separator + name + "\": " + json_of(end.old_address);
            after += separator + name + "\": " + json_of(end.new_address);
        }
        same[{before + "}", after + "}"}].push_back(gap.id);
    }
    std::vector<Change> changes;
    const std::string table = are_drives ? "drives" : "charging_processes";
    for (const auto &[values, ids] : same)
        for (std::size_t from = 0; from < ids.size(); from += rows_per_chunk) {
            const auto first = ids.begin() + static_cast<std::ptrdiff_t>(from);
            const auto last = ids.begin() + static_cast<std::ptrdiff_t>(std::min(from + rows_per_chunk, ids.size()));
            changes.push_back({table, {first, last}, values.first, values.second, false});
        }
    return changes;
}

std::int64_t ends_filled(const Gap &gap)
{
    return std::count_if(gap.ends.begin(), gap.ends.end(),
                         [](const Gap::End &end) { return end.new_address.has_value(); });
}

void next_phase(RunState &run)
{
    run.phase = run.phase == RunState::Phase::drives ? RunState::Phase::charges : RunState::Phase::done;
    run.cursor = 0;
    run.rows = 0;
}

}  // namespace

Repair::Repair(Spi &spi, const TeslaMate &teslamate, RepairOptions options)
    : spi_(spi), teslamate_(teslamate), options_(std::move(options)), unknown_(find_unknown_address(spi))
{
    read_undone();
}

void Repair::read_undone()
{
    const AsOwner owner;
    spi_.run(undone_rows, Values().text(spi_.schema()), [&](const PassingRow &row) {
        (row.text(0) == "drives" ? undone_drives_ : undone_charges_).insert(row.integer(1));
    });
}

bool Repair::leaves_alone(const RunState &run, std::int64_t id) const
{
    return (run.phase == RunState::Phase::drives ? undone_drives_ : undone_charges_).count(id) > 0;
}

std::vector<Gap> Repair::gaps_below(const RunState &run, std::int64_t at_most)
{
    std::vector<Gap> gaps;
    Values parameters;
    parameters.integer(run.cursor > 0 ? run.cursor : std::numeric_limits<std::int64_t>::max())
        .integer(unknown_)
        .integer(at_most);
    const auto mark = [](Gap &gap, bool is_old) {
        for (Gap::End &end : gap.ends)
            end.is_old = is_old;
    };
    if (run.phase == RunState::Phase::drives)
        spi_.run(drives_below, std::move(parameters), [&](const PassingRow &row) {
            Gap &gap = gaps.emplace_back();
            gap.id = row.integer(0);
            if (row.is_null(5) || row.is_null(9))
                return;
            add_end(gap, 0, row.optional_integer(1), unknown_, row.integer(3), row, 5);
            add_end(gap, 1, row.optional_integer(2), unknown_, row.integer(4), row, 9);
            mark(gap, row.boolean(13));
        });
    else
        spi_.run(charges_below, std::move(parameters), [&](const PassingRow &row) {
            Gap &gap = gaps.emplace_back();
            gap.id = row.integer(0);
            if (row.is_null(3))
                return;
            add_end(gap, 0, row.optional_integer(1), unknown_, row.integer(2), row, 3);
            mark(gap, row.boolean(7));
        });
    return gaps;
}

// An address that is missing, or a row Unknown whose time is over.
bool Repair::is_to_be_asked(const Gap::End &end, const KnownPlace &known) const
{
    return known.answer == KnownPlace::Answer::not_asked && (!end.old_address || known.was_asked || end.is_old);
}

bool Repair::is_collected(const WantedPlace &place) const
{
    return std::any_of(collected_.begin(), collected_.end(), [&](const Coordinates &other) {
        return distance_m(other, place.coordinates) <= options_.reuse_distance_m;
    });
}

Repair::Step Repair::take(Gap &gap, const std::vector<KnownPlace> &known, std::size_t first, std::size_t room)
{
    Step step = Step::passed;
    for (std::size_t i = 0; i < gap.ends.size(); ++i) {
        Gap::End &end = gap.ends[i];
        const KnownPlace &place = known[first + i];
        if (place.answer == KnownPlace::Answer::found) {
            end.new_address = place.address_id;
        } else if (place.no_such_place && !end.old_address) {
            unknown_ = unknown_address(spi_, teslamate_);
            end.new_address = unknown_;
        } else if (is_to_be_asked(end, place) && room > 0) {
            step = Step::waits;
            if (is_collected(end.place))
                continue;
            if (questions_.size() == room)
                return Step::no_room;
            questions_.push_back({end.place.latitude, end.place.longitude, options_.language, {}, 0});
            collected_.push_back(end.place.coordinates);
        }
    }
    return step;
}

std::vector<Question> Repair::advance(RunState &run)
{
    const std::int64_t left = run.max_lookups < 0 ? std::numeric_limits<std::int64_t>::max()
                                                  : std::max<std::int64_t>(run.max_lookups - run.lookups, 0);
    const std::size_t room = std::min(options_.most_questions, static_cast<std::size_t>(left));
    while (run.phase != RunState::Phase::done) {
        // The limit may have been lowered since the run began.
        std::vector<Gap> gaps = gaps_below(run, std::clamp<std::int64_t>(options_.row_limit - run.rows, 0, page_size));
        const std::int64_t first_waiting = fill_page(run, gaps, room);
        if (first_waiting != 0) {
            run.rows += std::count_if(gaps.begin(), gaps.end(), [&](const Gap &gap) { return gap.id > first_waiting; });
            run.cursor = first_waiting + 1;
            return std::move(questions_);
        }
        const auto rows = static_cast<std::int64_t>(gaps.size());
        run.rows += rows;
        run.cursor = gaps.empty() ? 0 : gaps.back().id;
        if (rows == page_size && run.rows < options_.row_limit)
            break;
        next_phase(run);
    }
    return {};
}

// The first row that has a question; 0 when none has.
std::int64_t Repair::fill_page(RunState &run, std::vector<Gap> &gaps, std::size_t room)
{
    std::vector<WantedPlace> wanted;
    for (Gap &gap : gaps) {
        if (leaves_alone(run, gap.id))
            gap.ends.clear();
        for (const Gap::End &end : gap.ends)
            wanted.push_back(end.place);
    }
    const std::vector<KnownPlace> known = find_known_places(spi_, wanted, options_.language, options_.reuse_distance_m);

    std::int64_t first_waiting = 0;
    std::size_t first = 0;
    for (Gap &gap : gaps) {
        const Step step = take(gap, known, first, room);
        first += gap.ends.size();
        if (step != Step::passed && first_waiting == 0)
            first_waiting = gap.id;
        if (step == Step::no_room)
            break;
    }
    fill(run, gaps);
    return first_waiting;
}

void Repair::fill(RunState &run, const std::vector<Gap> &gaps)
{
    const bool are_drives = run.phase == RunState::Phase::drives;
    std::vector<Gap> filled;
    for (const Gap &gap : gaps)
        if (ends_filled(gap) > 0)
            filled.push_back(gap);
    if (filled.empty())
        return;
    std::vector<std::int64_t> ids;
    for (const Gap &gap : filled)
        ids.push_back(gap.id);
    Values values;
    values.integers(ids);
    values.integers(column_of_ends(filled, 0, position_of));
    if (are_drives)
        values.integers(column_of_ends(filled, 1, position_of));
    values.integers(column_of_ends(filled, 0, old_address_of));
    if (are_drives)
        values.integers(column_of_ends(filled, 1, old_address_of));
    values.integers(column_of_ends(filled, 0, new_address_of));
    if (are_drives)
        values.integers(column_of_ends(filled, 1, new_address_of));
    std::set<std::int64_t> written;
    spi_.run(are_drives ? fill_drives : fill_charges, std::move(values),
             [&](const PassingRow &row) { written.insert(row.integer(0)); });
    if (written.empty())
        return;
    for (const Gap &gap : filled)
        if (written.count(gap.id) > 0)
            (are_drives ? run.drives_filled : run.charges_filled) += ends_filled(gap);
    Event event;
    event.action = "repair_addresses";
    event.arguments = "{}";
    event.summary = JsonObject()
                        .add("ends_of_drives", run.drives_filled)
                        .add("charging_processes", run.charges_filled)
                        .add("lookups", run.lookups)
                        .text();
    event.changes = changes_of(filled, written, are_drives);
    run.event_id = Journal(spi_).resume(run.event_id, std::move(event));
}

}  // namespace pitstop::pg
