// pitstop.grant_reader(role), grant_operator(role), revoke_all(role): who may call what.
//
// PUBLIC may call nothing. Functions run with the caller's rights on TeslaMate's tables, so a role needs both:
// the functions, and the tables behind them. Both lists are here and nowhere else.

#include "core/error.hpp"
#include "pg/checks.hpp"
#include "pg/result.hpp"
#include "pg/rights.hpp"
#include "pg/spi.hpp"
#include "pg/teslamate.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
}

namespace pitstop::pg {

namespace {

constexpr const char *reader_functions[] = {
    "incomplete()",
    "check_postgres()",
    "check_teslamate()",
    "seconds_since_last_migration()",
    "migrations()",
    "address_repair()",
    "observe(text)",
    "doctor()",
    "health()",
    "backups()",
    "measures(text, interval)",
};

constexpr const char *operator_functions[] = {
    "close_drive(bigint)",
    "close_charge(bigint)",
    "close_stale(interval, boolean)",
    "delete_drive(bigint, text, boolean)",
    "delete_charge(bigint, boolean)",
    "undo(bigint)",
    "repair_addresses(integer)",
    "refresh_addresses(text)",
    "reset_geocoder()",
    "disk_space()",
    "record_backups(text, text, jsonb)",
    "record_measures(jsonb)",
};

struct TableRights {
    const char *table;
    const char *rights;
};

constexpr TableRights reader_tables[] = {
    {"drives", "SELECT"},
    {"charging_processes", "SELECT"},
    {"positions", "SELECT"},
    {"charges", "SELECT"},
    {"settings", "SELECT"},
    {"schema_migrations", "SELECT"},
    {"addresses", "SELECT"},
    {"states", "SELECT"},
    {"cars", "SELECT (id, settings_id)"},
    {"car_settings", "SELECT (id, enabled)"},
};

constexpr TableRights operator_tables[] = {
    {"drives", "INSERT, UPDATE, DELETE"},
    {"positions", "INSERT, UPDATE, DELETE"},
    {"charging_processes", "INSERT, UPDATE, DELETE"},
    {"charges", "INSERT, DELETE"},
    {"cars", "SELECT, UPDATE (efficiency, updated_at)"},
    {"car_settings", "SELECT"},
    {"geofences", "SELECT"},
};

Oid oid_of_role(const std::string &role)
{
    const char *const name = role.c_str();
    return call([name]() noexcept { return get_role_oid(name, true); });
}

std::string require_role(const std::optional<std::string> &role)
{
    if (!role)
        throw DomainError(DomainError::Kind::invalid_argument, "the role is NULL", "A grant goes to one role.",
                          "Give its name, such as 'grafana'.");
    if (call([name = role->c_str()]() noexcept { return pg_strcasecmp(name, "public"); }) == 0)
        throw DomainError(DomainError::Kind::invalid_argument, "the role is PUBLIC",
                          "These functions change years of data; not everybody may call them.",
                          "Give the name of one role, such as 'grafana'.");
    if (!OidIsValid(oid_of_role(*role)))
        throw DomainError(DomainError::Kind::undefined_object, "role \"" + *role + "\" does not exist",
                          "The name is taken as it is, in upper and lower case.",
                          "Make it with CREATE ROLE, or correct the name.");
    return *role;
}

// A plain GRANT by somebody else only warns and gives nothing.
void require_owner(const char *function)
{
    const bool is_owner = call([]() noexcept {
        const Oid relation = get_relname_relid("event", get_namespace_oid("pitstop", false));
        return owns(relation, GetUserId());
    });
    if (!is_owner)
        throw DomainError(DomainError::Kind::not_allowed,
                          std::string("permission denied for pitstop.") + function + "()",
                          "Only the owner of the extension hands out and takes back its functions.",
                          "Ask whoever ran CREATE EXTENSION pitstop.");
}

// Taking its own rights from the owner of TeslaMate's tables would stop TeslaMate.
void require_not_owner(const TeslaMate &teslamate, const std::string &role)
{
    const char *const schema = teslamate.schema().c_str();
    const Oid role_oid = oid_of_role(role);
    const bool is_owner = call([schema, role_oid]() noexcept {
        const Oid relation = get_relname_relid("drives", get_namespace_oid(schema, false));
        return owns(relation, role_oid);
    });
    if (is_owner)
        throw DomainError(DomainError::Kind::invalid_argument, "role \"" + role + "\" owns TeslaMate's tables",
                          "It has its rights as their owner, and TeslaMate needs them.",
                          "Revoke single functions with REVOKE EXECUTE if it shall not call them.");
}

// Whether the role has any right left on the tables of TeslaMate's schema, so that it still needs the schema.
constexpr Statement rights_on_tables{R"(
    SELECT 1
      FROM pg_class AS c
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
     CROSS JOIN aclexplode(c.relacl) AS a
      JOIN pg_roles AS r ON r.oid = a.grantee
     WHERE n.nspname = $1
       AND r.rolname = $2
     LIMIT 1
)"};

class Rights {
public:
    Rights(Spi &spi, const std::string &role) : spi_(spi), name_(role), role_(quoted(role)) {}

    void grant_schemas() { run("GRANT USAGE ON SCHEMA pitstop, " + quoted(spi_.schema()) + " TO " + role_); }

    template <std::size_t Count>
    void grant_functions(const char *const (&functions)[Count])
    {
        for (const char *function : functions)
            run(std::string("GRANT EXECUTE ON FUNCTION pitstop.") + function + " TO " + role_);
    }

    template <std::size_t Count>
    void grant_tables(const TableRights (&tables)[Count])
    {
        for (const TableRights &table : tables)
            run(std::string("GRANT ") + table.rights + " ON " + spi_.qualified(table.table) + " TO " + role_);
    }

    template <std::size_t Count>
    void revoke_tables(const TableRights (&tables)[Count])
    {
        for (const TableRights &table : tables)
            run(std::string("REVOKE ") + table.rights + " ON " + spi_.qualified(table.table) + " FROM " + role_);
    }

    // Exactly what was granted; other rights of the role, on other tables of TeslaMate's too, stay as they are.
    void revoke()
    {
        run("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA pitstop FROM " + role_);
        run("REVOKE ALL ON SCHEMA pitstop FROM " + role_);
        revoke_tables(operator_tables);
        revoke_tables(reader_tables);
        if (spi_.run(rights_on_tables, Values().text(spi_.schema()).text(name_)) == 0)
            run("REVOKE USAGE ON SCHEMA " + quoted(spi_.schema()) + " FROM " + role_);
    }

private:
    void run(const std::string &statement) { spi_.run_once(statement, Values()); }

    Spi &spi_;
    std::string name_;
    std::string role_;
};

struct Request {
    TeslaMate teslamate;
    std::string role;
};

Request require_request(FunctionCallInfo fcinfo, const char *function)
{
    require_writable(function);
    const std::string role = require_role(text_argument(fcinfo, 0));
    require_owner(function);
    Request request{TeslaMate::configured(), role};
    request.teslamate.require();
    return request;
}

}  // namespace

}  // namespace pitstop::pg

PITSTOP_FUNCTION(pitstop_grant_reader)
{
    using namespace pitstop::pg;
    const Request request = require_request(fcinfo, "grant_reader");
    Spi spi(request.teslamate.schema(), Access::read_write);
    Rights rights(spi, request.role);
    rights.grant_schemas();
    rights.grant_functions(reader_functions);
    rights.grant_tables(reader_tables);
    PG_RETURN_VOID();
}

PITSTOP_FUNCTION(pitstop_grant_operator)
{
    using namespace pitstop::pg;
    const Request request = require_request(fcinfo, "grant_operator");
    Spi spi(request.teslamate.schema(), Access::read_write);
    Rights rights(spi, request.role);
    rights.grant_schemas();
    rights.grant_functions(reader_functions);
    rights.grant_functions(operator_functions);
    rights.grant_tables(reader_tables);
    rights.grant_tables(operator_tables);
    PG_RETURN_VOID();
}

PITSTOP_FUNCTION(pitstop_revoke_all)
{
    using namespace pitstop::pg;
    const Request request = require_request(fcinfo, "revoke_all");
    require_not_owner(request.teslamate, request.role);
    Spi spi(request.teslamate.schema(), Access::read_write);
    Rights(spi, request.role).revoke();
    PG_RETURN_VOID();
}
