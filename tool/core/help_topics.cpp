#include "tool/core/help_topics.hpp"

#include "tool/core/exit_code.hpp"

namespace pitstop::tool {

namespace {

TopicRow status(ExitCode code, const char *says)
{
    return {std::to_string(static_cast<int>(code)), says};
}

}  // namespace

const std::vector<TopicRow> &exit_statuses()
{
    static const std::vector<TopicRow> *const rows = new std::vector<TopicRow>{
        status(ExitCode::done, "all that was asked for is done"),
        status(ExitCode::failed, "something went wrong that is not named below: a file, a disk, a query"),
        status(ExitCode::usage, "an unknown command or option, or an argument that cannot be"),
        status(ExitCode::connection, "no connection to the server, or it was lost"),
        status(ExitCode::program, "pg_dump, pg_restore, age, rclone or a hook failed or is missing"),
        status(ExitCode::busy, "another pitstop is at work, or other sessions are connected"),
        status(ExitCode::not_proven, "a backup is damaged, or not what its manifest says"),
        status(ExitCode::refused, "a version, a role or a disk on which this cannot go well; nothing was touched"),
        status(ExitCode::partial, "some of it is done, some is not; the output says which"),
        {"130, 143", "ended by SIGINT or SIGTERM, after clearing up"},
    };
    return *rows;
}

const std::vector<TopicRow> &environment_variables()
{
    static const std::vector<TopicRow> *const rows = new std::vector<TopicRow>{
        {"DATABASE_HOST, DATABASE_PORT, DATABASE_NAME, DATABASE_USER, DATABASE_PASS",
         "where TeslaMate's database is, and who connects"},
        {"DATABASE_SOCKET_DIR", "the directory of the server's socket, in place of host and port"},
        {"DATABASE_SSL, DATABASE_SSL_CA_CERT_FILE, DATABASE_SSL_SNI",
         "encryption, true or noverify; the file with the authority's certificate; the name the certificate is for"},
        {"DATABASE_IPV6", "true: the host's IPv6 address is taken"},
        {"DATABASE_TIMEOUT", "how many milliseconds a query may take; a dump or a restore takes as long as it takes"},
        {"PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, PGPASSFILE, PGSERVICE, PGSSLMODE, ...",
         "libpq's own, where TeslaMate's are not set"},
        {"PITSTOP_BACKUP_DIR", "the directory of the backups, where none is given"},
        {"PITSTOP_PG_BINDIR",
         "the directory of pg_dump, pg_restore and psql; the only place where they are looked for"},
        {"NO_COLOR", "not empty: no bold type"},
    };
    return *rows;
}

std::string how_to_connect()
{
    return "Options overrule all else: --host, --port, --dbname, --user, --pg-service. Then come TeslaMate's "
           "DATABASE_* "
           "variables, from the environment or else from the file that --env-file names; then libpq's own ways: PG* "
           "variables, service file, password file.\n\n"
           "A password is never an option. It comes from DATABASE_PASS, PGPASSWORD or ~/.pgpass.";
}

std::string usage_of(const CommandRow &command)
{
    std::string usage = "pitstop " + command.name;
    for (const ArgumentRow &argument : command.arguments) {
        const std::string name = argument.name + (argument.repeatable ? "..." : "");
        usage += argument.required ? " " + name : " [" + name + "]";
    }
    return usage + " [OPTION...]";
}

}  // namespace pitstop::tool
