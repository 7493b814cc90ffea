#include "pg/transaction.hpp"

#include <string>

#include "core/error.hpp"
#include "pg/rights.hpp"
#include "pg/spi.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/namespace.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
}

namespace pitstop::pg {

namespace {

// The end of the transaction takes these back. Whatever ALTER DATABASE or ALTER ROLE set does not reach in here.
void use_own_settings() noexcept
{
    NewGUCNestLevel();
    constexpr const char *settings[][2] = {
        {"search_path", "pg_catalog, pg_temp"},
        {"row_security", "off"},
        {"extra_float_digits", "1"},
        {"lock_timeout", "1s"},
        {"DateStyle", "ISO"},
        {"default_transaction_deferrable", "off"},
    };
    for (const auto &[name, value] : settings)
        set_config_option(name, value, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

// The tables that the repair writes, with all that runs when it does.
constexpr Statement foreign_triggers{R"(
    SELECT c.relname, t.tgname
      FROM pg_trigger AS t
      JOIN pg_class AS c ON c.oid = t.tgrelid
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = $1
       AND c.relname IN ('addresses', 'drives', 'charging_processes')
       AND NOT t.tgisinternal
     UNION ALL
    SELECT c.relname, r.rulename
      FROM pg_rewrite AS r
      JOIN pg_class AS c ON c.oid = r.ev_class
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = $1
       AND c.relname IN ('addresses', 'drives', 'charging_processes')
     ORDER BY 1, 2
)"};

constexpr Statement owners{R"(
    SELECT DISTINCT c.relowner::bigint
      FROM pg_class AS c
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = $1
       AND c.relname IN ('addresses', 'drives', 'charging_processes', 'positions', 'settings')
)"};

}  // namespace

namespace detail {

void begin_transaction(const char *activity)
{
    call([activity]() noexcept {
        SetCurrentStatementStartTimestamp();
        pgstat_report_activity(STATE_RUNNING, activity);
        StartTransactionCommand();
        PushActiveSnapshot(GetTransactionSnapshot());
        use_own_settings();
    });
}

// The user is not switched back before: a deferred trigger runs within the commit, and must not run as the worker.
void commit_transaction()
{
    call([]() noexcept {
        PopActiveSnapshot();
        CommitTransactionCommand();
        SetUserIdAndSecContext(GetSessionUserId(), 0);
        pgstat_report_stat(true);  // workers have no main loop that does it
        pgstat_report_activity(STATE_IDLE, nullptr);
    });
}

void abort_transaction() noexcept
{
    AbortCurrentTransaction();  // puts the user back
    pgstat_report_activity(STATE_IDLE, nullptr);
}

}  // namespace detail

void become_owner(Oid role)
{
    call([role]() noexcept {
        SetUserIdAndSecContext(role, SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
    });
}

Oid safe_owner_of(const char *schema)
{
    Spi spi(schema, Access::read_only);
    Oid owner = InvalidOid;
    const std::uint64_t found = spi.run(owners, Values().text(schema),
                                        [&](const PassingRow &row) { owner = static_cast<Oid>(row.integer(0)); });
    if (found != 1)
        throw DomainError(DomainError::Kind::wrong_state,
                          std::string("TeslaMate's tables in schema \"") + schema + "\" have " +
                              (found == 0 ? "no owner" : "several owners"),
                          "The address repair works as their owner.",
                          "Give all of them to the role that TeslaMate connects as, with ALTER TABLE … OWNER TO.");
    if (!call([owner]() noexcept { return superuser_arg(owner); }))
        return owner;
    std::string table, trigger;
    spi.run(foreign_triggers, Values().text(schema), [&](const PassingRow &row) {
        if (table.empty()) {
            table = row.text(0);
            trigger = row.text(1);
        }
    });
    if (!table.empty())
        throw DomainError(DomainError::Kind::wrong_state,
                          "trigger \"" + trigger + "\" is on TeslaMate's table " + table +
                              ", whose owner is a superuser",
                          "Whoever made that trigger would have it run with a superuser's rights.",
                          "Drop the trigger, or give TeslaMate's tables to a role that is no superuser.");
    return owner;
}

}  // namespace pitstop::pg
