#include "pg/tenants.hpp"

#include <map>

#include "pg/boundary.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "utils/builtins.h"
#include "utils/guc.h"
}

namespace pitstop::pg {

namespace {

// A role's settings for this database go before its settings for all. Roles without the setting of a schema work on the
// database's own.
constexpr Statement role_settings{R"(
    SELECT s.setrole::bigint, split_part(c.entry, '=', 1), substr(c.entry, strpos(c.entry, '=') + 1)
      FROM pg_db_role_setting AS s
     CROSS JOIN LATERAL unnest(s.setconfig) AS c (entry)
     WHERE s.setrole <> 0
       AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))
       AND c.entry ~ '^pitstop\.(teslamate_schema|repair|language)='
     ORDER BY s.setdatabase
)"};

constexpr Statement repair_settings{R"(
    SELECT substr(c.entry, strpos(c.entry, '=') + 1)
      FROM pg_db_role_setting AS s
     CROSS JOIN LATERAL unnest(s.setconfig) AS c (entry)
     WHERE s.setdatabase IN (0, (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))
       AND c.entry LIKE 'pitstop.repair=%'
)"};

struct OfRole {
    std::string schema;
    bool repair = false;
    std::string language;
};

bool is_on(const std::string &value)
{
    const char *const text = value.c_str();
    return call([text]() noexcept {
        bool on = false;
        return parse_bool(text, &on) && on;
    });
}

}  // namespace

std::vector<Tenant> tenants_to_repair(Spi &spi)
{
    const OfRole everybody{teslamate_schema_setting(), repair_setting(), language_setting()};
    std::map<std::int64_t, OfRole> roles;
    spi.run(role_settings, Values(), [&](const PassingRow &row) {
        OfRole &role = roles.try_emplace(row.integer(0), everybody).first->second;
        const std::string name = row.text(1);
        if (name == "pitstop.teslamate_schema")
            role.schema = row.text(2);
        else if (name == "pitstop.repair")
            role.repair = is_on(row.text(2));
        else
            role.language = row.text(2);
    });
    // What a role says of the database's own schema is that role's affair.
    std::map<std::string, OfRole> schemas{{everybody.schema, everybody}};
    for (const auto &[id, role] : roles)
        schemas.try_emplace(role.schema, role);
    std::vector<Tenant> tenants;
    for (const auto &[schema, settings] : schemas)
        if (settings.repair)
            tenants.push_back({schema, settings.language});
    return tenants;
}

bool is_repair_set(Spi &spi)
{
    bool is_set = false;
    spi.run(repair_settings, Values(), [&](const PassingRow &row) { is_set = is_set || is_on(row.text(0)); });
    return is_set;
}

}  // namespace pitstop::pg
