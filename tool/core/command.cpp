#include "tool/core/command.hpp"

#include <algorithm>

namespace pitstop::tool {

namespace {

using Complete = OptionRow::Complete;

OptionRow flag(const char *name, const char *summary)
{
    return {name, "", "", summary, false, Complete::nothing, {}};
}

OptionRow option(const char *name, const char *value, const char *summary, Complete complete = Complete::nothing)
{
    return {name, "", value, summary, false, complete, {}};
}

OptionRow repeatable(OptionRow row)
{
    row.repeatable = true;
    return row;
}

OptionRow choice(const char *name, const char *value, const char *summary, std::vector<std::string> choices)
{
    return {name, "", value, summary, false, Complete::nothing, std::move(choices)};
}

OptionRow backup_dir()
{
    return option("--backup-dir", "DIR", "where the backups are; else PITSTOP_BACKUP_DIR", Complete::directory);
}

OptionRow identity()
{
    return option("--identity", "FILE", "the key of age that opens an encrypted backup", Complete::file);
}

OptionRow strict()
{
    return flag("--strict", "an id that does not exist is an error and no warning");
}

std::vector<OptionRow> hooks()
{
    return {
        repeatable(option("--hook-before", "COMMAND", "run before; when it fails, nothing is done")),
        repeatable(option("--hook-after", "COMMAND", "run when it is done, with the result as JSON on its input")),
        repeatable(option("--hook-on-failure", "COMMAND", "run when it failed, with the error as JSON on its input")),
    };
}

std::vector<OptionRow> joined(std::vector<OptionRow> first, const std::vector<OptionRow> &second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

CommandRow backup()
{
    return {
        "backup",
        "dump the database into a backup that is proven to be whole",
        "Runs pg_dump of the server's own version and reads the archive back while it is written. Every table is "
        "counted "
        "in the dump's own snapshot; the counts, checksums and versions go into a manifest beside the archive. Only a "
        "backup that was proven gets its name; whatever stops it before, nothing but a temporary file is left, which "
        "the "
        "next backup clears away.\n\n"
        "TARGET is a directory, which gets a name with the time in it, or a file's name with an ending, such as "
        "x.dump; without it PITSTOP_BACKUP_DIR "
        "is taken. The archive is an ordinary one: pg_restore restores it on a server that knows nothing of pitstop.",
        {{"TARGET", "a directory, or the new file's name", false, false, Complete::directory}},
        joined({option("--jobs", "N", "dump N tables at a time, into a directory of files"),
                repeatable(
                    option("--encrypt", "RECIPIENT", "encrypt for this recipient of age; no plain file is written")),
                repeatable(option("--copy-to", "PLACE",
                                  "copy it, and check the copy: rclone:REMOTE:PATH or command:COMMAND"))},
               hooks()),
        {{"pitstop backup --env-file .env /backups", "back up the database that TeslaMate's .env names"},
         {"pitstop backup /backups --encrypt age1… --copy-to rclone:nas:teslamate",
          "encrypted, with a copy elsewhere"}},
        true,
        true};
}

CommandRow restore()
{
    return {
        "restore",
        "restore a backup beside the database, prove it, then swap the two",
        "Looks at everything that could go wrong before it touches anything. Then it restores into a new database, "
        "compares that with the manifest, and gives it the old one's name in one transaction. The old database stays, "
        "as NAME_before_TIME, unless --drop-old is given. Whatever goes wrong on the way, the database under its name "
        "is "
        "whole: the old one, or the new one that was proven.\n\n"
        "BACKUP is a path, a name that `pitstop list` shows, or nothing for the newest proven backup. Any dump of "
        "pg_dump can be restored: custom, directory, tar or SQL, plain or compressed with gzip or zstd.\n\n"
        "After a restore that was killed, --continue goes on with it and --abort clears it away, from any machine.",
        {{"BACKUP", "a path, or a name from `pitstop list`", false, false, Complete::backup}},
        joined({backup_dir(), identity(),
                option("--into", "NAME", "restore into a new database NAME, and swap nothing"),
                flag("--in-place", "TeslaMate's documented way: empty the database and load it, in one transaction"),
                flag("--drop-old", "drop the old database after the swap"),
                flag("--disconnect", "end the sessions of others that are in the way"),
                option("--service", "SERVICE",
                       "stop and start around it: systemd:UNIT, compose:NAME[@DIR] or command:STOP;START"),
                option("--health-url", "URL", "wait after the start until this answers with 2xx"),
                option("--jobs", "N",
                       "load N tables or indexes at a time; else as many as there are processors, 4 at most"),
                flag("--continue", "go on with a restore that was interrupted"),
                flag("--abort", "clear away a restore that was interrupted")},
               hooks()),
        {{"pitstop restore --dry-run", "say what would be done with the newest backup"},
         {"pitstop restore --service compose:teslamate@/srv/teslamate", "stop TeslaMate, restore, start it again"},
         {"pitstop restore old.sql.gz --into teslamate_old", "look into an old dump"}},
        true,
        true};
}

std::vector<CommandRow> backup_commands()
{
    return {
        backup(),
        {"list",
         "show the backups, how old they are and how they were proven",
         "Shows every backup of the directory, the newest last, and the restores that are under way on the server when "
         "it "
         "can be reached.",
         {},
         {backup_dir()},
         {{"pitstop list --backup-dir /backups", "what is there"}},
         true,
         false},
        {"verify",
         "prove a backup again: read it, or restore it and compare",
         "Reads the backup from the disk, compares its checksums and reads the archive to its end. With --restore it "
         "is "
         "restored into a scratch database, every table's rows are counted and compared with the manifest, and the "
         "scratch "
         "database is dropped. The result is written into the manifest.",
         {{"BACKUP", "a path, or a name from `pitstop list`", false, false, Complete::backup}},
         {backup_dir(), identity(), flag("--restore", "restore it into a scratch database, and compare"),
          option("--scratch-bin", "DIR", "restore into a scratch server started from this directory's programs",
                 Complete::directory)},
         {{"pitstop verify", "read the newest backup"},
          {"pitstop verify --restore --scratch-bin /usr/lib/postgresql/18/bin", "would PostgreSQL 18 take it?"}},
         true,
         false},
        {"expire",
         "delete the backups that nobody needs any more",
         "Keeps the newest ones, and the newest of each day, week and month, up to the numbers given. Only proven "
         "backups "
         "count. The newest proven one is never deleted, nor are those that somebody works on.",
         {},
         {backup_dir(), option("--keep-last", "N", "how many of the newest to keep (7)"),
          option("--keep-daily", "N", "of how many days (7)"), option("--keep-weekly", "N", "of how many weeks (5)"),
          option("--keep-monthly", "N", "of how many months (12)"),
          option("--minimum", "N", "never keep fewer proven backups than this (3)")},
         {{"pitstop expire --dry-run", "what would go, and why the rest stays"}},
         false,
         true},
        restore(),
    };
}

std::vector<CommandRow> maintenance_commands()
{
    return {
        {"check",
         "do the versions of PostgreSQL and TeslaMate fit?",
         "What pitstop.check_postgres() and pitstop.check_teslamate() find. Exit status 7 when something is refused.",
         {},
         {},
         {{"pitstop check --env-file .env", "the database that TeslaMate's .env names"}},
         true,
         false},
        {"incomplete",
         "list drives and charges that never got an end",
         "What pitstop.incomplete() finds.",
         {},
         {},
         {{"pitstop incomplete", "the oldest first"}},
         true,
         false},
        {"close-drive",
         "close drives as TeslaMate closes them",
         "Calls pitstop.close_drive() for each id. A drive's id is at the end of its address in Grafana.",
         {{"ID", "the drive's id", true, true, Complete::nothing}},
         {strict()},
         {{"pitstop close-drive 9999", "close one drive"}},
         true,
         true},
        {"close-charge",
         "close charging processes as TeslaMate closes them",
         "Calls pitstop.close_charge() for each id.",
         {{"ID", "the charging process's id", true, true, Complete::nothing}},
         {strict()},
         {{"pitstop close-charge 5001", "close one charge"}},
         true,
         true},
        {"close-stale",
         "close everything that was forgotten, but for what is going on",
         "Calls pitstop.close_stale(). Exit status 8 when something could not be closed.",
         {},
         {option("--older-than", "INTERVAL", "only what was last seen longer ago (6 hours)")},
         {{"pitstop close-stale --dry-run", "what would be closed"}},
         true,
         true},
        {"delete-drive",
         "delete drives",
         "Calls pitstop.delete_drive() for each id.",
         {{"ID", "the drive's id", true, true, Complete::nothing}},
         {strict(), choice("--positions", "WHAT", "keep the drive's positions, as TeslaMate does, or delete them",
                           {"keep", "delete"})},
         {{"pitstop delete-drive 17 --dry-run", "what would go"}},
         true,
         true},
        {"delete-charge",
         "delete charging processes",
         "Calls pitstop.delete_charge() for each id.",
         {{"ID", "the charging process's id", true, true, Complete::nothing}},
         {strict()},
         {{"pitstop delete-charge 21", "delete one charge"}},
         true,
         true},
        {"undo",
         "put back what a command changed",
         "Calls pitstop.undo() for each event. Every command that changes something shows its event's id.",
         {{"EVENT", "the event's id", true, true, Complete::nothing}},
         {strict()},
         {{"pitstop undo 130", "take event 130 back"}},
         true,
         true},
        {"repair-addresses",
         "look up the addresses that are missing",
         "Wakes the worker in the server, and shows its state.",
         {},
         {option("--max-lookups", "N", "send no more requests than this")},
         {{"pitstop repair-addresses", "all of them"}},
         true,
         false},
    };
}

std::vector<OptionRow> health_options()
{
    return {
        option("--config", "FILE", "thresholds, checks and alerts, in TOML", Complete::file),
        backup_dir(),
        repeatable(option("--threshold", "CHECK=W:C", "from where a check warns and is critical: backup=36h:7d")),
        repeatable(option("--disable", "CHECK", "leave this check out")),
    };
}

std::vector<CommandRow> health_commands()
{
    return {
        {"health",
         "say once whether all is well",
         "Looks at everything once: the connection, versions, the age of each car's data, open sessions, addresses, "
         "backups, "
         "disks, sizes, dead rows, indexes, transactions, collations. Exit status 0 when all is well, 1 for a warning, "
         "2 when "
         "something is critical, 3 when something could not be looked at: as plugins of Nagios, and as Docker's "
         "HEALTHCHECK "
         "wants it.",
         {},
         joined({flag("--nagios", "print one line with performance data"),
                 flag("--prometheus", "print the metrics in Prometheus' text format")},
                health_options()),
         {{"pitstop health", "a table"}, {"pitstop health --quiet --disable backup", "the exit status alone"}},
         true,
         false},
        {"serve",
         "answer health probes, with a page and metrics",
         "Looks at everything again and again, each check on a timer of its own, and answers HTTP: /health_check (200, "
         "as "
         "TeslaMate's own), /livez, /readyz, /health (JSON), /metrics (Prometheus) and / (a page). On any address but "
         "loopback or a unix socket a token is needed for all but the first two, as Bearer or as the password of "
         "Basic.\n\n"
         "SIGHUP reads the configuration again, SIGTERM ends it.",
         {},
         joined({option("--listen", "ADDRESS", "127.0.0.1:4001, [::1]:4001, :4001 or unix:/path; else PITSTOP_LISTEN"),
                 option("--token-file", "FILE", "a file with the token that others need", Complete::file),
                 option("--state-dir", "DIR", "where alerts are remembered over a restart; else STATE_DIRECTORY",
                        Complete::directory)},
                health_options()),
         {{"pitstop serve --env-file .env --backup-dir /backups", "the page at http://127.0.0.1:4001/"},
          {"pitstop serve --listen :4001 --token-file /etc/pitstop/token", "for others, with a token"}},
         true,
         false},
    };
}

std::vector<CommandRow> shell_commands()
{
    return {
        {"completion",
         "print completion for a shell",
         "Prints what a shell needs to complete pitstop's commands and options.",
         {{"SHELL", "bash, zsh or fish", true, false, Complete::nothing, {"bash", "zsh", "fish"}}},
         {},
         {{"pitstop completion bash > /etc/bash_completion.d/pitstop", "for bash"}},
         false,
         false},
        {"man",
         "print the manual page",
         "Prints the manual page, in roff.",
         {},
         {},
         {{"pitstop man | man -l -", "read it"}},
         false,
         false},
    };
}

std::vector<CommandRow> all_commands()
{
    std::vector<CommandRow> all;
    const auto add = [&all](const char *group, const std::vector<CommandRow> &commands) {
        for (const CommandRow &command : commands) {
            all.push_back(command);
            all.back().group = group;
        }
    };
    add("Backups", backup_commands());
    add("Maintenance", maintenance_commands());
    add("Health", health_commands());
    add("Shell", shell_commands());
    return all;
}

}  // namespace

const std::vector<CommandRow> &command_table()
{
    static const std::vector<CommandRow> *const table = new std::vector<CommandRow>(all_commands());
    return *table;
}

const std::vector<OptionRow> &connection_options()
{
    static const std::vector<OptionRow> *const options = new std::vector<OptionRow>{
        option("--env-file", "FILE", "TeslaMate's .env, read as data", Complete::file),
        {"--host", "-H", "HOST", "the server's host, or the directory of its socket", false, Complete::nothing, {}},
        {"--port", "-p", "PORT", "the server's port", false, Complete::nothing, {}},
        {"--dbname", "-d", "NAME", "the database, or a connection string", false, Complete::database, {}},
        {"--user", "-U", "NAME", "the role to connect as", false, Complete::nothing, {}},
        option("--pg-service", "NAME", "a service of libpq's service file"),
    };
    return *options;
}

const std::vector<OptionRow> &common_options()
{
    static const std::vector<OptionRow> *const options = new std::vector<OptionRow>{
        flag("--json", "print the result as JSON"),
        {"--quiet", "-q", "", "print nothing but warnings and errors", false, Complete::nothing, {}},
        {"--help", "-h", "", "show this help", false, Complete::nothing, {}},
    };
    return *options;
}

std::vector<OptionRow> options_of(const CommandRow &command)
{
    std::vector<OptionRow> options = command.options;
    if (command.changes)
        options.push_back({"--dry-run", "-n", "", "only say what would be done", false, Complete::nothing, {}});
    if (command.connects)
        options = joined(std::move(options), connection_options());
    return joined(std::move(options), common_options());
}

const CommandRow *find_command(const std::string &name)
{
    const auto &table = command_table();
    const auto found =
        std::find_if(table.begin(), table.end(), [&name](const CommandRow &each) { return each.name == name; });
    return found == table.end() ? nullptr : &*found;
}

}  // namespace pitstop::tool
