#include "preflight.hpp"

#include <algorithm>
#include <vector>

#include "file.hpp"
#include "sha256.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using Status = PreflightFinding::Status;
using Findings = std::vector<PreflightFinding>;

constexpr std::size_t chunk_bytes = 1 << 18;

// A compressed archive of a TeslaMate database grows to some six times its size; ten leaves room for the WAL.
constexpr std::uint64_t growth = 10;

void require_checksums(const StoredBackup &backup)
{
    for (const BackupFile &file : backup.manifest.files) {
        const std::string path = backup.path(file.name);
        if (!exists(path))
            throw Failure(ExitCode::not_proven, "\"" + printable(path) + "\" is missing", {},
                          "Restore another backup; \"pitstop list\" shows them.");
        const FileDigest digest = digest_of_file(path);
        if (digest.bytes != file.bytes || digest.sha256 != file.sha256)
            throw Failure(ExitCode::not_proven,
                          "\"" + printable(path) + "\" is not what was written: its checksum differs", {},
                          "Restore another backup; \"pitstop list\" shows them.");
    }
}

DumpFacts facts_of_schema(const DumpSource &dump, const std::string &pg_restore)
{
    DumpText text;
    const std::unique_ptr<ByteSource> source = dump.sql(pg_restore, {"--schema-only"});
    std::vector<char> buffer(chunk_bytes);
    while (const std::size_t got = source->read(buffer.data(), buffer.size()))
        text.add({buffer.data(), got});
    return text.finish();
}

PreflightFinding of_version(const PreflightQuestion &question)
{
    const int server = question.maintenance.server_version() / 10000;
    const int dumped = question.expected.server_major;
    PreflightFinding finding{
        "server version", Status::ok, "PostgreSQL " + question.maintenance.server_version_text(), {}};
    if (dumped == 0) {
        finding.says += "; the dump does not say where it is from";
    } else if (dumped > server) {
        finding.status = Status::refused;
        finding.says += ", and the dump is of PostgreSQL " + std::to_string(dumped) + ", which is newer";
        finding.hint = "Restore on a server of PostgreSQL " + std::to_string(dumped) + " or later.";
    } else {
        finding.says += "; the dump is of " + std::to_string(dumped);
    }
    return finding;
}

std::int64_t installed_migration(const PreflightQuestion &question)
{
    Session session = question.connection.open(question.target);
    if (session.query("SELECT FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass('public.schema_migrations')")
            .empty())
        return 0;
    return session.query("SELECT coalesce(max(version), 0) FROM public.schema_migrations").number(0, 0);
}

PreflightFinding of_schema(const PreflightQuestion &question)
{
    const std::int64_t dumped = question.expected.teslamate_migration;
    PreflightFinding finding{"TeslaMate's schema", Status::ok, {}, {}};
    if (dumped == 0) {
        finding.status = Status::warning;
        finding.says = "the dump has no TeslaMate in it";
        return finding;
    }
    finding.says = "migration " + std::to_string(dumped);
    if (!question.old || !question.replaces)
        return finding;
    const std::int64_t installed = installed_migration(question);
    if (installed == 0 || installed == dumped)
        return finding;
    if (dumped < installed) {
        finding.status = Status::warning;
        finding.says +=
            ", older than the database's " + std::to_string(installed) + ": TeslaMate migrates it when it starts";
        return finding;
    }
    finding.status = Status::refused;
    finding.says += ", newer than the database's " + std::to_string(installed) + ": this TeslaMate does not know it";
    finding.hint = "Update TeslaMate first, or restore beside it with --into.";
    return finding;
}

// Of the file system that the database is on; nothing without the extension, or without a right to it.
std::optional<std::uint64_t> free_on_server(const PreflightQuestion &question)
{
    try {
        Session session =
            question.connection.open(question.old ? question.target : question.connection.database_name());
        const std::string space =
            question.old && !question.old->tablespace.empty() && question.old->tablespace != "pg_default"
                ? "tablespace " + question.old->tablespace
                : "data directory";
        const Rows rows =
            session.query("SELECT free_bytes FROM pitstop.disk_space() ORDER BY name <> $1 LIMIT 1", {space});
        return rows.empty() || rows.is_null(0, 0) ? std::nullopt
                                                  : std::optional(static_cast<std::uint64_t>(rows.number(0, 0)));
    } catch (const SqlError &) {
        return std::nullopt;
    } catch (const Failure &failure) {
        if (failure.code() != ExitCode::connection)
            throw;
        return std::nullopt;
    }
}

std::uint64_t bytes_of(const std::string &path)
{
    if (!is_directory(path))
        return size_of_file(path);
    std::uint64_t sum = 0;
    for (const std::string &name : names_in(path))
        sum += size_of_file(join_path(path, name));
    return sum;
}

PreflightFinding of_disk(const PreflightQuestion &question)
{
    const std::uint64_t by_old = question.old ? question.old->bytes : 0;
    const std::uint64_t by_dump =
        bytes_of(question.dump.path()) * (question.dump.is_plain() && question.dump.is_bare() ? 2 : growth);
    // An old database tells best, unless next to nothing is in it any more.
    const std::uint64_t needed = by_old > by_dump / growth ? by_old : by_dump;
    const std::optional<std::uint64_t> available = free_on_server(question);
    PreflightFinding finding{"disk space", Status::ok, "about " + size_text(needed) + " needed", {}};
    if (!available) {
        finding.status = Status::warning;
        finding.says += ", what is free is unknown";
        finding.hint = "With the extension pitstop in the database the server tells. Look with df on the server.";
    } else {
        finding.says += ", " + size_text(*available) + " free";
        if (*available < needed) {
            finding.status = Status::refused;
            finding.hint =
                "Make room on the server. Databases of earlier restores (…_before_…) take as much as this one.";
        }
    }
    return finding;
}

PreflightFinding of_rights(const PreflightQuestion &question)
{
    const Rows role = question.maintenance.query(
        "SELECT r.rolname, r.rolsuper, r.rolcreatedb, $1 = '' OR pg_catalog.pg_has_role(r.oid, o.oid, 'MEMBER') FROM "
        "pg_catalog.pg_roles AS r LEFT JOIN pg_catalog.pg_roles AS o ON o.rolname = $1 WHERE r.rolname = current_user",
        {question.old ? question.old->owner : ""});
    const std::string name = quoted_identifier(role.text(0, 0));
    PreflightFinding finding{"rights", Status::ok, "role " + name, {}};
    if (role.truth(0, 1))
        finding.says += " is a superuser";
    else if (!role.truth(0, 2)) {
        finding.status = Status::refused;
        finding.says += " may not create databases";
        finding.hint = "Let a superuser run ALTER ROLE " + name + " CREATEDB, or connect as one with --user.";
    } else if (question.replaces && !role.truth(0, 3)) {
        finding.status = Status::refused;
        finding.says += " does not own the database \"" + printable(question.target) + "\"";
        finding.hint =
            "Connect as its owner, " + quoted_identifier(question.old->owner) + ", or as a superuser, with --user.";
    } else {
        finding.says += " may create databases and owns this one";
    }
    return finding;
}

// Settings that a superuser gave to the database, say: found here, and not when all is loaded.
PreflightFinding of_carrying(const PreflightQuestion &question)
{
    PreflightFinding finding{"settings and grants", Status::ok, "can be carried over", {}};
    try {
        try_carrying(question.maintenance, question.target);
    } catch (const SqlError &error) {
        if (error.code() == ExitCode::connection)
            throw;
        finding.status = Status::refused;
        finding.says = std::string("of the database cannot be carried over: ") + error.what();
        finding.hint = "Run the restore as a superuser: --user postgres, in Docker --user teslamate.";
    }
    return finding;
}

PreflightFinding of_roles(const PreflightQuestion &question)
{
    const auto &roles = question.expected.facts.roles;
    const Rows missing = question.maintenance.query("SELECT w.name FROM pg_catalog.unnest($1::text[]) AS w (name) "
                                                    "WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r "
                                                    "WHERE r.rolname = w.name) ORDER BY 1",
                                                    {array_text({roles.begin(), roles.end()})});
    PreflightFinding finding{
        "roles in the dump", Status::ok, roles.empty() ? "none" : "all " + std::to_string(roles.size()) + " exist", {}};
    if (missing.empty())
        return finding;
    finding.status = Status::refused;
    finding.says.clear();
    finding.hint = "Let a superuser create them:";
    for (std::size_t row = 0; row < missing.size(); ++row) {
        const std::string name = quoted_identifier(missing.text(row, 0));
        finding.says += (row > 0 ? ", " : "") + name;
        finding.hint += " CREATE ROLE " + name + ";";
    }
    finding.says += missing.size() == 1 ? " does not exist" : " do not exist";
    return finding;
}

// cube is trusted: a database's owner may create it. earthdistance is not: a superuser must.
PreflightFinding of_extensions(const PreflightQuestion &question)
{
    const Rows rows = question.maintenance.query(
        "SELECT w.name, a.name IS NOT NULL, coalesce(v.superuser AND NOT v.trusted, false), r.rolsuper FROM "
        "pg_catalog.unnest($1::text[]) AS w (name) CROSS JOIN pg_catalog.pg_roles AS r LEFT JOIN "
        "pg_catalog.pg_available_extensions AS a ON a.name = w.name LEFT JOIN "
        "pg_catalog.pg_available_extension_versions AS v ON v.name = a.name AND v.version = a.default_version WHERE "
        "r.rolname = current_user ORDER BY 1",
        {array_text(question.expected.extensions)});
    PreflightFinding finding{"extensions", Status::ok, {}, {}};
    std::string missing;
    std::string untrusted;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::string name = rows.text(row, 0);
        finding.says += (finding.says.empty() ? "" : ", ") + name;
        if (!rows.truth(row, 1))
            missing += (missing.empty() ? "" : ", ") + name;
        else if (rows.truth(row, 2) && !rows.truth(row, 3))
            untrusted += (untrusted.empty() ? "" : ", ") + name;
    }
    if (finding.says.empty())
        finding.says = "none";
    else
        finding.says += " can be created";
    if (!missing.empty()) {
        finding.status = Status::refused;
        finding.says = missing + " is not installed on the server";
        finding.hint = "Install it there; cube and earthdistance are in Debian's postgresql-" +
                       std::to_string(question.maintenance.server_version() / 10000) + " package.";
    } else if (!untrusted.empty()) {
        finding.status = Status::refused;
        finding.says = untrusted + " can be created by a superuser only";
        finding.hint = "Run the restore as a superuser: --user postgres, in Docker --user teslamate.";
    }
    return finding;
}

PreflightFinding of_sessions(const PreflightQuestion &question)
{
    PreflightFinding finding{"other sessions", Status::ok, "none", {}};
    std::string others;
    std::size_t teslamate = 0;
    for (const OtherSession &each : sessions_in(question.maintenance, question.target)) {
        if (each.is_teslamate)
            ++teslamate;
        else
            others += (others.empty() ? "" : ", ") +
                      (each.program.empty() ? "a program without a name" : "\"" + printable(each.program) + "\"") +
                      " of role " + printable(each.user) + " (" + each.address + ")";
    }
    if (others.empty() && teslamate == 0)
        return finding;
    finding.says = others;
    if (teslamate > 0)
        finding.says +=
            (others.empty() ? "" : "; ") + std::string("TeslaMate, ") + plural(teslamate, "session", "sessions");
    if (question.disconnect) {
        finding.says += ": will be ended";
    } else if (!others.empty()) {
        finding.status = Status::busy;
        finding.hint = "Close those programs, or end their sessions with --disconnect.";
    } else if (question.stops_service) {
        finding.says += ": ends with its service";
    } else {
        finding.status = Status::busy;
        finding.hint = "Name TeslaMate's service with --service, or stop it yourself before the restore.";
    }
    return finding;
}

}  // namespace

const char *name_of(PreflightFinding::Status status) noexcept
{
    switch (status) {
    case Status::ok: return "ok";
    case Status::warning: return "warning";
    case Status::refused: return "refused";
    case Status::busy: return "busy";
    }
    return "";
}

Expected expect(const DumpSource &dump, const std::optional<StoredBackup> &backup, const LoadingPrograms &programs)
{
    Expected expected;
    if (backup) {
        const Manifest *const manifest = &backup->manifest;
        require_checksums(*backup);
        expected.manifest = *manifest;
        expected.facts = facts_of_schema(dump, programs.pg_restore.path);
        expected.teslamate_migration = manifest->teslamate_migration;
        expected.server_major = manifest->server_version_number / 10000;
        expected.rows = total_rows(*manifest);
    } else {
        expected.facts = dump.read_through(programs.pg_restore.path);
        if (expected.facts.changes_database)
            throw Failure(ExitCode::refused, "\"" + printable(dump.path()) + "\" would load into other databases",
                          "It holds \\connect or CREATE DATABASE, as pg_dumpall and pg_dump --create write them.",
                          "Take those lines out with an editor, and restore what is left.");
        expected.teslamate_migration = expected.facts.teslamate_migration;
        expected.server_major = expected.facts.server_major;
        for (const auto &[table, rows] : expected.facts.copied_rows)
            expected.rows += rows;
    }
    expected.extensions.assign(expected.facts.extensions.begin(), expected.facts.extensions.end());
    return expected;
}

bool brings_pitstop(const Expected &expected)
{
    return !expected.manifest && expected.facts.extensions.count("pitstop") > 0;
}

unsigned most_streams(const Expected &expected, unsigned wanted)
{
    return brings_pitstop(expected) ? 1 : wanted;
}

std::vector<PreflightFinding> look_ahead(const PreflightQuestion &question)
{
    Findings findings = {{"the dump", Status::ok, question.dump.description() + ", whole", {}},
                         of_version(question),
                         of_schema(question),
                         of_disk(question),
                         of_rights(question),
                         of_roles(question),
                         of_extensions(question)};
    if (question.replaces && question.old) {
        if (!question.in_place)
            findings.push_back(of_carrying(question));
        findings.push_back(of_sessions(question));
    }
    return findings;
}

void require_clear(const std::vector<PreflightFinding> &findings, const std::string &target)
{
    std::string detail;
    std::string hint;
    ExitCode code = ExitCode::done;
    for (const PreflightFinding &finding : findings) {
        if (finding.status != Status::refused && finding.status != Status::busy)
            continue;
        if (code != ExitCode::refused)
            code = finding.status == Status::busy ? ExitCode::busy : ExitCode::refused;
        detail += (detail.empty() ? "" : "\n") + finding.what + ": " + finding.says;
        hint += (hint.empty() ? "" : "\n") + finding.hint;
    }
    if (code == ExitCode::done)
        return;
    throw Failure(code,
                  "cannot restore into database \"" + printable(target) + "\"" +
                      (code == ExitCode::busy ? " while others are connected" : "") + "; nothing was touched",
                  detail, hint);
}

}  // namespace pitstop::tool
