// A restore: what was asked for, and the run that does it. The database under the target's name is whole at every moment.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

#include "backups.hpp"
#include "preflight.hpp"
#include "service.hpp"

namespace pitstop::tool {

struct RestoreRequest {
    std::string source;  // as it was given, made absolute: for --continue
    std::optional<StoredBackup> backup;
    std::optional<std::string> identity;  // the file with age's key
    std::string target;
    bool replaces = true;  // not with --into
    bool in_place = false;
    bool drop_old = false;
    bool disconnect = false;
    std::optional<Service> service;
    std::optional<std::string> health_url;
    unsigned jobs = 1;
    std::vector<std::string> replaced;  // side databases of earlier tries: they go once the new one is recorded
};

struct RestoreResult {
    std::string target;
    std::optional<std::string> old_database;  // where the old one is now
    std::optional<std::uint64_t> rows;        // unknown when an earlier run has loaded them
    bool was_counted = false;                 // rows were compared with what the dump holds
    std::vector<std::string> warnings;
    bool is_partial = false;  // the database is there, but the service or the old one is not as asked for
};

nlohmann::ordered_json json_of(const RestoreResult &result);

// Loads, proves and swaps; the preflight is over, the target's lock is held by `maintenance`. On a failure everything is as it
// was, but for what the failure's detail names.
RestoreResult run_restore_beside(const RestoreRequest &request, const DumpSource &dump, const Expected &expected,
                                 const Connection &connection, Session &maintenance, Output &output);

// TeslaMate's documented way in one transaction: empties the target and loads it.
RestoreResult run_restore_in_place(const RestoreRequest &request, const DumpSource &dump, const Expected &expected,
                                   const Connection &connection, Session &maintenance, Output &output);

class StoppedService;

// From where the side database is proven: swap, start the service, drop the old one.
void finish_restore(const RestoreRequest &request, const std::string &side, RestoreRecord record,
                    StoppedService &service, const Connection &connection, Session &maintenance, Output &output,
                    RestoreResult &result);
// From where the swap is done. The record is in the comment of `recorded`: the old database, or the target when there was none,
// or the mark of a restore in place. A signal does not keep it from its end: whoever calls looks for one then.
void finish_swapped(const RestoreRequest &request, const std::string &recorded, const RestoreRecord &record,
                    const Connection &connection, Session &maintenance, Output &output, RestoreResult &result);

// The connection may have been lost while something else was done; the lock on the target goes with it, and is taken anew.
void require_connected(const Connection &connection, Session &maintenance, const std::string &target);

// --continue and --abort.
ExitCode continue_restore(const Invocation &invocation, Output &output);
ExitCode abort_restore(const Invocation &invocation, Output &output);

// The whole of it, from the preflight on: what `restore` and --continue share.
ExitCode restore_from_start(const RestoreRequest &request, bool is_dry_run, const Connection &connection,
                            Session &maintenance, Output &output);
RestoreRequest read_request(const Invocation &invocation, const std::optional<std::string> &backup, std::string target);
// Tells what came of it; raises Interrupted when a signal came after the swap.
ExitCode conclude(const RestoreResult &result, Output &output);

// Loads pitstop's own tables from the file beside a backup, where the extension is available; else says why not.
std::optional<std::string> load_companion(const RestoreRequest &request, const std::string &database,
                                          const Connection &connection, const LoadingPrograms &programs,
                                          Output &output);

// Counts and compares; raises Failure (not_proven) with all differences.
void require_same(const Expected &expected, const Connection &connection, const std::string &database,
                  unsigned sessions);

}  // namespace pitstop::tool
