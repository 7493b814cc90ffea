#include "load.hpp"

#include <charconv>
#include <random>

#include "copy_watch.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

ProgramCall pg_restore_call(const Load &load)
{
    ProgramCall call;
    call.argv = {load.programs.pg_restore.path, "--dbname=" + load.connection.conninfo(load.database), "--no-password",
                 "--exit-on-error"};
    if (load.without_owners)
        call.argv.insert(call.argv.end(), {"--no-owner", "--no-privileges"});
    call.environment = load.connection.environment();
    return call;
}

ProgramCall psql_call(const Load &load)
{
    ProgramCall call;
    call.argv = {load.programs.psql.path,
                 "--dbname=" + load.connection.conninfo(load.database),
                 "--no-password",
                 "--no-psqlrc",
                 "--quiet",
                 "--output=/dev/null",
                 "--set=ON_ERROR_STOP=1",
                 "--file=-"};
    call.environment = load.connection.environment();
    return call;
}

std::string doing(const Load &load)
{
    return "restore into database \"" + printable(load.database) + "\"";
}

// Feeds a program. When both ends go wrong, the program's own words say more: it ended first.
void feed_program(const ProgramCall &call, ByteSource &source, const std::string &what)
{
    Pipe pipe;
    ChildProcess child(call, {pipe.read_end.get(), -1});
    pipe.read_end.reset();
    feed(source, std::move(pipe.write_end));
    child.require_success(what);
}

void run_program(const ProgramCall &call, const std::string &what)
{
    ChildProcess child(call, {});
    child.require_success(what);
}

// What only psql and this program know.
std::string random_token()
{
    constexpr int words = 4;
    std::random_device random;
    std::string token;
    for (int word = 0; word < words; ++word)
        token += "r" + std::to_string(random());
    return token;
}

// The transaction is ours: psql's own --single-transaction commits what it has got when its input ends early, as it does when
// this program is killed in the middle of the dump. Inside of \restrict psql runs no command that a dump may hold, such as one
// for the shell: a dump of pg_dump has none, and another one comes from somebody else.
void feed_psql(const Load &load, std::unique_ptr<ByteSource> source)
{
    std::string before = "BEGIN;\n";
    std::string after = "\nCOMMIT;\n";
    if (knows_restrict(load.programs.psql)) {
        const std::string token = random_token();
        before = "\\restrict " + token + "\n" + before;
        after += "\\unrestrict " + token + "\n";
    }
    const std::unique_ptr<ByteSource> whole = between(std::move(before), std::move(source), std::move(after));
    feed_program(psql_call(load), *whole, doing(load));
}

}  // namespace

LoadingPrograms programs_for_loading(int server_major)
{
    return {program_for("pg_restore", server_major), program_for("psql", server_major)};
}

bool knows_restrict(const PostgresProgram &psql)
{
    int minor = 0;
    if (const std::size_t dot = psql.version.find('.'); dot != std::string::npos)
        std::from_chars(psql.version.data() + dot + 1, psql.version.data() + psql.version.size(), minor);
    switch (psql.major) {
    case 15: return minor >= 14;
    case 16: return minor >= 10;
    case 17: return minor >= 6;
    default: return psql.major >= 18;
    }
}

void load(const Load &load, Output &output)
{
    const CopyWatch watch(load.connection, load.database, load.rows, "restoring", output);
    if (load.dump.is_plain()) {
        feed_psql(load, filtered(load.dump.bytes()));
        return;
    }
    ProgramCall call = pg_restore_call(load);
    if (!load.dump.is_a_file_of_pg_restore()) {
        feed_program(call, *load.dump.bytes(), doing(load));
        return;
    }
    // pg_restore refuses several streams from a tar archive.
    if (load.jobs > 1 && load.dump.format() != DumpFormat::tar)
        call.argv.push_back("--jobs=" + std::to_string(load.jobs));
    call.argv.push_back(load.dump.path());
    run_program(call, doing(load));
}

void load_in_one_transaction(const Load &load, const std::string &before, const std::string &after, Output &output)
{
    const CopyWatch watch(load.connection, load.database, load.rows, "restoring", output);
    feed_psql(load, between(before, filtered(load.dump.sql(load.programs.pg_restore.path)), after));
}

}  // namespace pitstop::tool
