// Everything that could go wrong with a restore, looked at before anything is touched.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "backups.hpp"
#include "connecting.hpp"
#include "dump_source.hpp"
#include "load.hpp"
#include "side_database.hpp"
#include "tool/core/manifest.hpp"

namespace pitstop::tool {

struct PreflightFinding {
    enum class Status { ok, warning, refused, busy };
    std::string what;
    Status status = Status::ok;
    std::string says;
    std::string hint;
};

const char *name_of(PreflightFinding::Status status) noexcept;

// What is known of a dump before it is loaded.
struct Expected {
    std::optional<Manifest> manifest;  // of a backup of pitstop's
    DumpFacts facts;                   // of any other dump; of a backup only its roles
    std::int64_t teslamate_migration = 0;
    int server_major = 0;
    std::vector<std::string> extensions;
    std::uint64_t rows = 0;
};

// Reads what has to be read: the checksums of a backup, or all of another dump. Failure (not_proven) where it is damaged.
Expected expect(const DumpSource &dump, const std::optional<StoredBackup> &backup, const LoadingPrograms &programs);

// Whether the dump has the extension pitstop in it, with its journal: pg_dump's of a whole database, and no backup of ours.
bool brings_pitstop(const Expected &expected);
// In how many streams it may be loaded: the journal's tables refer to each other from the moment that the extension is there.
unsigned most_streams(const Expected &expected, unsigned wanted);

struct PreflightQuestion {
    const Connection &connection;
    Session &maintenance;
    const DumpSource &dump;
    const Expected &expected;
    std::string target;
    std::optional<DatabaseTraits> old;  // of the target; nothing when there is none
    bool replaces = true;               // the target: not with --into
    bool in_place = false;
    bool disconnect = false;
    bool stops_service = false;
};

std::vector<PreflightFinding> look_ahead(const PreflightQuestion &question);

// Raises Failure: busy when only sessions are in the way, else refused; with every finding that is not well in its detail.
void require_clear(const std::vector<PreflightFinding> &findings, const std::string &target);

}  // namespace pitstop::tool
