// The database beside the one that is restored: made, recorded in the cluster, and swapped in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "session.hpp"
#include "tool/core/manifest.hpp"
#include "tool/core/restore_record.hpp"

namespace pitstop::tool {

// What CREATE DATABASE takes, and what belongs to the name rather than to the content.
struct DatabaseTraits {
    std::string encoding;
    std::string collation;
    std::string ctype;
    std::string provider = "c";         // c: libc, i: icu, b: builtin
    std::optional<std::string> locale;  // of icu or builtin
    std::optional<std::string> icu_rules;
    std::string owner;       // empty: whoever creates it
    std::string tablespace;  // empty: the default one
    std::uint64_t bytes = 0;
};

std::optional<DatabaseTraits> traits_of(Session &maintenance, const std::string &database);
DatabaseTraits traits_of(const Manifest &manifest);

void create_database(Session &maintenance, const std::string &name, const DatabaseTraits &traits);
void drop_database(Session &maintenance, const std::string &name);
void write_record(Session &maintenance, const std::string &database, const RestoreRecord &record);
void write_comment(Session &maintenance, const std::string &database, const std::optional<std::string> &comment);

struct RestoreUnderWay {
    std::string database;  // the side database; the old one after the swap
    RestoreRecord record;
    bool is_live = false;  // its restore still runs, somewhere
};

// Found by their comments, where the database is this role's, a superuser's, or its target's owner's; or by their names where they were killed before they had one. The oldest first.
std::vector<RestoreUnderWay> restores_under_way(Session &maintenance);

// Whether it is a restore of that database. A name that was cut tells its target only so.
bool is_of(const RestoreUnderWay &restore, const std::string &target);

// Held by a restore's maintenance session as long as it lives: one restore of a database at a time, from whatever machine.
bool try_lock_target(Session &maintenance, const std::string &target);

// Other sessions in a database. TeslaMate's own are told by their role, the database's owner, and that they name no program.
struct OtherSession {
    std::string user;
    std::string program;
    std::string address;
    bool is_teslamate = false;
};
std::vector<OtherSession> sessions_in(Session &maintenance, const std::string &database);
void end_sessions_in(Session &maintenance, const std::string &database);
// Those of loads of ours whose program is gone: the server goes on with their statement, and keeps the locks.
void end_loads_in(Session &maintenance, const std::string &database);

// The first moment from `now` on at which the names beside `target` are free.
Moment free_moment(Session &maintenance, const std::string &target, Moment now);

// Whether this role may give what belongs to the name to another database: gives it to `target` itself, and rolls back. Raises
// SqlError.
void try_carrying(Session &maintenance, const std::string &target);

// In one transaction: `target` becomes `old_name`, `side` becomes `target` and gets the old one's settings, grants, owner,
// connection limit and comment; the record goes to the old one. Without a target `side` is only renamed, and keeps the record. Raises SqlError
// 55006 while others are connected.
void swap_databases(Session &maintenance, const std::string &target, const std::string &side,
                    const std::string &old_name, const RestoreRecord &record);

}  // namespace pitstop::tool
