#include "verify_restore.hpp"

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <thread>

#include "preflight.hpp"
#include "restore.hpp"
#include "scratch_server.hpp"
#include "signals.hpp"
#include "step.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr unsigned most_jobs = 4;

// The database goes with its owner, however the proof ends.
class ScratchDatabase {
public:
    ScratchDatabase(Session &maintenance, const Connection &connection, const std::string &of)
        : maintenance_(maintenance), connection_(connection), name_(scratch_name(of, Moment{std::time(nullptr)}))
    {
        // Before it is there: so nobody takes it for one that a killed run left.
        if (!try_lock_target(maintenance_, name_))
            throw Failure(ExitCode::busy, "another verify of this second is under way");
        DatabaseTraits traits;
        traits.encoding = "UTF8";
        // Rows and keys are the same under every collation, and this one is everywhere.
        traits.collation = "C";
        traits.ctype = "C";
        create_database(maintenance_, name_, traits);
        RestoreRecord record;
        record.target = name_;
        record.started_at = Moment{std::time(nullptr)};
        record.is_scratch = true;
        record.pid = ::getpid();
        write_record(maintenance_, name_, record);
    }
    ~ScratchDatabase()
    {
        const Unstoppable to_its_end;
        try {
            if (maintenance_.is_open())
                drop_database(maintenance_, name_);
            else
                drop_over_again();
        } catch (const std::exception &) {
            // The next verify finds it by its name, and drops it.
        }
    }
    ScratchDatabase(const ScratchDatabase &) = delete;
    ScratchDatabase &operator=(const ScratchDatabase &) = delete;

    const std::string &name() const noexcept { return name_; }

private:
    void drop_over_again() const
    {
        Session again = connection_.open_maintenance();
        drop_database(again, name_);
    }

    Session &maintenance_;
    const Connection &connection_;
    std::string name_;
};

void clear_abandoned(Session &maintenance)
{
    for (const RestoreUnderWay &each : restores_under_way(maintenance)) {
        if (each.record.is_scratch && !each.is_live)
            drop_database(maintenance, each.database);
    }
}

void create_roles(Session &maintenance, const std::set<std::string> &roles)
{
    for (const std::string &role : roles) {
        if (role != "postgres")
            maintenance.execute("CREATE ROLE " + quoted_identifier(role));
    }
}

bool has_all_roles(Session &maintenance, const std::set<std::string> &roles)
{
    return maintenance
        .query("SELECT NOT EXISTS (SELECT FROM pg_catalog.unnest($1::text[]) AS w (name) WHERE NOT EXISTS (SELECT FROM "
               "pg_catalog.pg_roles AS r WHERE r.rolname = w.name))",
               {array_text({roles.begin(), roles.end()})})
        .truth(0, 0);
}

void require_possible(const PreflightQuestion &question)
{
    std::vector<PreflightFinding> findings = look_ahead(question);
    // A role that is missing is no matter here: the scratch database has no owners then.
    findings.erase(std::remove_if(findings.begin(), findings.end(),
                                  [](const PreflightFinding &each) { return each.what == "roles in the dump"; }),
                   findings.end());
    require_clear(findings, question.target);
}

// What cannot be loaded is not proven, unless it was the server that gave out.
void load_or_refute(const Load &loading, Session &maintenance, Output &output)
{
    try {
        load(loading, output);
    } catch (const Failure &failure) {
        const bool is_full = failure.detail().find("No space left on device") != std::string::npos;
        if (failure.code() != ExitCode::program || is_full)
            throw;
        maintenance.execute("SELECT");
        throw Failure(ExitCode::not_proven, failure.what(), failure.detail(), failure.hint());
    }
}

void restore_and_compare(const DumpSource &dump, const Expected &expected, const LoadingPrograms &programs,
                         const Connection &connection, Session &maintenance, const std::string &of, bool owns_server,
                         Output &output)
{
    if (owns_server)
        create_roles(maintenance, expected.facts.roles);
    const unsigned jobs = std::min(std::max(1U, std::thread::hardware_concurrency()), most_jobs);
    const ScratchDatabase scratch(maintenance, connection, of);
    begin_step(output, "restore into a scratch database");
    load_or_refute({dump, connection, scratch.name(), programs, most_streams(expected, jobs), expected.rows,
                    !has_all_roles(maintenance, expected.facts.roles)},
                   maintenance, output);
    connection.open(scratch.name()).execute("ANALYZE");
    begin_step(output, "compare");
    require_same(expected, connection, scratch.name(), jobs);
}

}  // namespace

Proof prove_by_restoring(const Invocation &invocation, Output &output, const WantedBackup &wanted)
{
    const std::optional<std::string> bin = invocation.value("--scratch-bin");
    std::unique_ptr<ScratchServer> server;
    if (bin) {
        begin_step(output, "start a scratch server");
        server = std::make_unique<ScratchServer>(*bin);
    }
    const Connection connection = server ? server->connection() : Connection::of(invocation);
    Session maintenance = connection.open_maintenance();
    clear_abandoned(maintenance);
    const LoadingPrograms programs = programs_for_loading(maintenance.server_version() / 10000);
    const std::string of = wanted.backup ? wanted.backup->manifest.database : "dump";

    Proof proof;
    proof.how = "restore";
    proof.server = maintenance.server_version_text();
    proof.at = Moment{std::time(nullptr)};
    try {
        const DumpSource dump = DumpSource::open(wanted.path, invocation.value("--identity"));
        const Expected expected = expect(dump, wanted.backup, programs);
        require_possible({connection, maintenance, dump, expected, of, std::nullopt, false, false, false, false});
        restore_and_compare(dump, expected, programs, connection, maintenance, of, server != nullptr, output);
        proof.passed = true;
    } catch (const Failure &failure) {
        // A program that is missing, or a key that does not fit, says nothing about the backup.
        if (failure.code() != ExitCode::not_proven)
            throw;
        proof.finding = failure.what() + (failure.detail().empty() ? "" : ": " + failure.detail());
    }
    return proof;
}

}  // namespace pitstop::tool
