#include "companion.hpp"

#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr const char *insufficient_privilege = "42501";

// Tables and sequences that the extension marked for dumps, tables first in the order in which their keys refer to each other.
constexpr const char *tables_sql = R"(
SELECT pg_catalog.quote_ident(c.relname), c.relkind = 'S',
       (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute AS a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '')
  FROM pg_catalog.pg_extension AS e
 CROSS JOIN LATERAL pg_catalog.unnest(e.extconfig) WITH ORDINALITY AS m (relation, place)
  JOIN pg_catalog.pg_class AS c ON c.oid = m.relation
 WHERE e.extname = 'pitstop'
 ORDER BY c.relkind = 'S', m.place
)";

// What grant_reader() and grant_operator() gave, on whatever is the extension's, each guarded by the role's existence.
constexpr const char *grants_sql = R"(
WITH granted AS (
    SELECT 'SCHEMA pitstop' AS object, a.grantee, a.privilege_type AS privilege, n.nspowner AS owner
      FROM pg_catalog.pg_namespace AS n
     CROSS JOIN LATERAL pg_catalog.aclexplode(n.nspacl) AS a
     WHERE n.nspname = 'pitstop'
    UNION ALL
    SELECT 'FUNCTION ' || p.oid::regprocedure, a.grantee, a.privilege_type, p.proowner
      FROM pg_catalog.pg_proc AS p
     CROSS JOIN LATERAL pg_catalog.aclexplode(p.proacl) AS a
     WHERE p.pronamespace = 'pitstop'::regnamespace
    UNION ALL
    SELECT 'TABLE ' || c.oid::regclass, a.grantee, a.privilege_type, c.relowner
      FROM pg_catalog.pg_class AS c
     CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
     WHERE c.relnamespace = 'pitstop'::regnamespace AND c.relkind = 'r'
)
SELECT r.rolname, pg_catalog.format('GRANT %s ON %s TO %I', g.privilege, g.object, r.rolname)
  FROM granted AS g
  JOIN pg_catalog.pg_roles AS r ON r.oid = g.grantee
 WHERE g.grantee <> g.owner
 ORDER BY 1, 2
)";

std::string rows_of(Session &session, const std::string &table, const std::string &columns)
{
    const std::string qualified = "pitstop." + table + " (" + columns + ")";
    // What the extension's script may have put there already goes: the backup's rows are the whole of it.
    return "COPY " + qualified + " FROM stdin;\n" +
           session.copy_out("COPY (SELECT " + columns + " FROM ONLY pitstop." + table + ") TO STDOUT") + "\\.\n";
}

std::string position_of(Session &session, const std::string &sequence)
{
    const Rows state = session.query("SELECT last_value, is_called FROM pitstop." + sequence);
    return "SELECT pg_catalog.setval(" + quoted_literal("pitstop." + sequence) + ", " + state.text(0, 0) + ", " +
           (state.truth(0, 1) ? "true" : "false") + ");\n";
}

std::string grants_of(Session &session)
{
    std::string sql;
    const Rows grants = session.query(grants_sql);
    for (std::size_t row = 0; row < grants.size(); ++row)
        sql += "DO $grant$ BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = " +
               quoted_literal(grants.text(row, 0)) + ") THEN EXECUTE " + quoted_literal(grants.text(row, 1)) +
               "; END IF; END $grant$;\n";
    return sql;
}

std::string companion_sql(Session &session, const std::string &version)
{
    std::string tables;
    std::string contents;
    const Rows rows = session.query(tables_sql);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::string name = rows.text(row, 0);
        if (rows.truth(row, 1)) {
            contents += position_of(session, name);
            continue;
        }
        tables += (tables.empty() ? "" : ", ") + ("pitstop." + name);
        contents += rows_of(session, name, rows.text(row, 2));
    }
    return "-- What pitstop " + version +
           " kept in this database. \"pitstop restore\" loads it; so does psql.\n"
           "SET client_min_messages = warning;\n"
           "CREATE EXTENSION IF NOT EXISTS pitstop;\n" +
           (tables.empty() ? "" : "TRUNCATE " + tables + ";\n") + contents + grants_of(session);
}

}  // namespace

Companion read_companion(Session &session)
{
    const Rows extension = session.query("SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'pitstop'");
    if (extension.empty())
        return {};
    // A failed query would end the transaction, and the snapshot with it.
    session.execute("SAVEPOINT companion");
    try {
        return {companion_sql(session, extension.text(0, 0)), {}};
    } catch (const SqlError &error) {
        if (error.sqlstate() != insufficient_privilege)
            throw;
        session.execute("ROLLBACK TO SAVEPOINT companion");
        return {{},
                "pitstop's journal is not in the backup: role \"" + printable(session.user()) + "\" may not read it (" +
                    error.what() + ")"};
    }
}

}  // namespace pitstop::tool
