// Which TeslaMates a database holds, as the settings of its roles and of itself say, and which of them want their addresses
// repaired. pg_db_role_setting can only be read within a database.
#pragma once

#include <string>
#include <vector>

#include "pg/spi.hpp"

namespace pitstop::pg {

struct Tenant {
    std::string schema;
    std::string language;  // pitstop.language; empty: TeslaMate's own setting
};

// Those with pitstop.repair on, by name. Each schema once: the database's own pitstop.teslamate_schema, and what any role
// has set for this database or for all; a role's repair and language go with its schema.
std::vector<Tenant> tenants_to_repair(Spi &spi);

// Whether pitstop.repair is on for this database or one of its roles, whatever this session has seen of it.
bool is_repair_set(Spi &spi);

}  // namespace pitstop::pg
