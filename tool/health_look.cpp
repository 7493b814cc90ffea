#include "health_look.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>

#include "backups.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char *undefined_schema = "3F000";
constexpr const char *undefined_function = "42883";
constexpr std::size_t most_backups = 100;

// What is left of a check's time.
class Patience {
public:
    explicit Patience(milliseconds all) : end_(steady_clock::now() + all) {}

    milliseconds left() const
    {
        return std::max(milliseconds(1), std::chrono::duration_cast<milliseconds>(end_ - steady_clock::now()));
    }

private:
    steady_clock::time_point end_;
};

std::optional<double> number_in(const Rows &rows, std::size_t row, std::size_t column)
{
    if (rows.is_null(row, column))
        return std::nullopt;
    const std::string text = rows.text(row, column);
    double value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    return end.ec == std::errc() ? std::optional(value) : std::nullopt;
}

// {1,2,3}, as PostgreSQL writes an array of numbers.
std::vector<std::int64_t> ids_in(const std::string &text)
{
    std::vector<std::int64_t> ids;
    const char *at = text.data();
    const char *const end = at + text.size();
    while (at != end) {
        std::int64_t id = 0;
        const auto read = std::from_chars(at, end, id);
        if (read.ec == std::errc())
            ids.push_back(id);
        at = read.ec == std::errc() ? read.ptr : at + 1;
    }
    return ids;
}

[[noreturn]] void fail_without_extension(const Session &session)
{
    throw Failure(ExitCode::refused,
                  "the extension pitstop " PITSTOP_VERSION " is not installed in database \"" +
                      printable(session.database()) + "\"",
                  {}, "As a superuser, in that database: CREATE EXTENSION pitstop, or ALTER EXTENSION pitstop UPDATE.");
}

// Ends on the server, too, when this program no longer listens.
Rows asked(Session &session, const std::string &sql, const Parameters &parameters, const Patience &patience)
{
    try {
        session.query("SELECT set_config('statement_timeout', $1, false)", {std::to_string(patience.left().count())},
                      patience.left());
        return session.query(sql, parameters, patience.left());
    } catch (const SqlError &error) {
        if (error.sqlstate() == undefined_schema || error.sqlstate() == undefined_function)
            fail_without_extension(session);
        throw;
    }
}

Look look_at_connection(const HealthTarget &target, const Patience &patience)
{
    const auto begin = steady_clock::now();
    Session session = target.connection.open_briefly(patience.left());
    session.query("SELECT 1", {}, patience.left());
    const std::chrono::duration<double> taken = steady_clock::now() - begin;
    Look look;
    look.database = session.database();
    look.observations.push_back(
        {{}, taken.count(), {}, "PostgreSQL " + session.server_version_text() + " answers.", {}});
    return look;
}

Look look_at_server(const HealthCheck &check, const HealthTarget &target, const Patience &patience)
{
    Session session = target.connection.open_briefly(patience.left());
    const Rows rows = asked(session, "SELECT subject, value, verdict, note, examples FROM pitstop.observe($1)",
                            {std::string(check.code)}, patience);
    Look look;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto verdict = rows.is_null(row, 2) ? std::nullopt : health_status_of(rows.text(row, 2));
        look.observations.push_back(
            {rows.text(row, 0), number_in(rows, row, 1), verdict, rows.text(row, 3), ids_in(rows.text(row, 4))});
    }
    return look;
}

// ---- backups

Observation judged(const std::vector<BackupReport> &backups, Moment now)
{
    const auto proven =
        std::find_if(backups.begin(), backups.end(), [](const BackupReport &backup) { return backup.proven; });
    if (proven == backups.end())
        return {{}, {}, HealthStatus::critical, "There is no proven backup.", {}};
    const auto age = std::max<std::int64_t>(0, now.seconds - proven->started_at.seconds);
    Observation observation{{}, static_cast<double>(age), {}, "\"" + printable(proven->name) + "\" is proven.", {}};
    if (const auto newer = proven - backups.begin(); newer > 0)
        observation.note +=
            " " + plural(static_cast<std::uint64_t>(newer), "newer one is", "newer ones are") + " not proven.";
    return observation;
}

// Those of the database that is looked at: a directory may have others' as well.
std::vector<BackupReport> backups_in(const std::string &directory, const Connection &connection)
{
    const BackupDirectory found = backups_of(look_into(directory), connection.named_database());
    std::vector<BackupReport> backups;
    for (auto each = found.backups.rbegin(); each != found.backups.rend() && backups.size() < most_backups; ++each) {
        const Proof *const proof = newest_proof(each->manifest);
        backups.push_back({each->manifest.name, each->manifest.started_at, total_bytes(each->manifest),
                           is_proven(each->manifest), proof != nullptr ? proof->how : ""});
    }
    return backups;
}

std::vector<BackupReport> recorded_backups(const HealthTarget &target, const Patience &patience)
{
    Session session = target.connection.open_briefly(patience.left());
    const Rows rows = asked(session,
                            "SELECT name, extract(epoch FROM started_at)::bigint, coalesce(bytes, 0), "
                            "proven_at IS NOT NULL, coalesce(proven_how, '') FROM pitstop.backups() "
                            // What nobody has looked into for days, while others were, may be gone with its machine.
                            "WHERE recorded_at > (SELECT max(recorded_at) FROM pitstop.backups()) - interval '2 days' "
                            "ORDER BY started_at DESC LIMIT $1",
                            {std::to_string(most_backups)}, patience);
    std::vector<BackupReport> backups;
    for (std::size_t row = 0; row < rows.size(); ++row)
        backups.push_back({rows.text(row, 0), Moment{rows.number(row, 1)},
                           static_cast<std::uint64_t>(rows.number(row, 2)), rows.truth(row, 3), rows.text(row, 4)});
    return backups;
}

Look look_at_backups(const HealthTarget &target, const Patience &patience)
{
    Look look;
    look.backups =
        target.backup_dir ? backups_in(*target.backup_dir, target.connection) : recorded_backups(target, patience);
    look.observations.push_back(judged(look.backups, Moment{std::time(nullptr)}));
    return look;
}

Look look_at_backup_disk(const HealthTarget &target)
{
    Look look;
    if (!target.backup_dir) {
        look.observations.push_back({{}, {}, HealthStatus::ok, "No directory of backups is named.", {}});
        return look;
    }
    struct statvfs found = {};
    if (::statvfs(target.backup_dir->c_str(), &found) != 0)
        throw Failure(ExitCode::failed, "could not look at the disk of \"" + printable(*target.backup_dir) +
                                            "\": " + std::strerror(errno));
    const double free_bytes = static_cast<double>(found.f_bavail) * static_cast<double>(found.f_frsize);
    look.observations.push_back({{}, free_bytes, {}, {}, {}});
    return look;
}

}  // namespace

Look look_at(const HealthCheck &check, const HealthTarget &target)
{
    const Patience patience(check.timeout);
    if (check.source == HealthCheck::Source::server)
        return look_at_server(check, target, patience);
    if (check.code == "backup")
        return look_at_backups(target, patience);
    if (check.code == "disk_backups")
        return look_at_backup_disk(target);
    return look_at_connection(target, patience);
}

std::vector<SeriesReport> read_series(const HealthTarget &target)
{
    // One point for six hours is as fine as the page's charts are.
    constexpr const char *sql =
        "SELECT extract(epoch FROM date_bin('6 hours', at, '2000-01-01'))::bigint, sum(value) / count(DISTINCT at) "
        "FROM pitstop.measures($1, '30 days') GROUP BY 1 ORDER BY 1";
    const Patience patience(std::chrono::seconds(10));
    Session session = target.connection.open_briefly(patience.left());
    std::vector<SeriesReport> all;
    for (const char *code : {"addresses", "database_size"}) {
        const Rows rows = asked(session, sql, {code}, patience);
        SeriesReport series{code, {}};
        for (std::size_t row = 0; row < rows.size(); ++row)
            series.points.emplace_back(Moment{rows.number(row, 0)}, number_in(rows, row, 1).value_or(0));
        all.push_back(std::move(series));
    }
    return all;
}

}  // namespace pitstop::tool
