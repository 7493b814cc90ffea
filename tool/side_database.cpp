#include "side_database.hpp"

#include <map>

#include "tool/core/database_setting.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

// The first half of the advisory locks' keys; the second is the target's hash.
constexpr const char *lock_class = "1885959283";  // "pits"

constexpr const char *traits_sql_15 = R"(
SELECT pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, d.datlocprovider::text, d.daticulocale,
       NULL, r.rolname, t.spcname, pg_catalog.pg_database_size(d.oid)
  FROM pg_catalog.pg_database AS d
  JOIN pg_catalog.pg_roles AS r ON r.oid = d.datdba
  JOIN pg_catalog.pg_tablespace AS t ON t.oid = d.dattablespace
 WHERE d.datname = $1
)";

// The rules came with 16, the common name of both locales with 17.
std::string traits_sql(int server_version)
{
    std::string sql = traits_sql_15;
    if (server_version >= 160000)
        sql.replace(sql.find("NULL"), 4, "d.daticurules");
    if (server_version >= 170000)
        sql.replace(sql.find("d.daticulocale"), 14, "d.datlocale");
    return sql;
}

constexpr const char *grants_sql = R"(
SELECT CASE a.grantee WHEN 0 THEN NULL ELSE g.rolname END, a.privilege_type, a.is_grantable
  FROM pg_catalog.pg_database AS d
 CROSS JOIN LATERAL pg_catalog.aclexplode(d.datacl) AS a
  LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = a.grantee
 WHERE d.datname = $1
   AND a.grantee <> d.datdba
)";

constexpr const char *settings_sql = R"(
SELECT coalesce(r.rolname, ''), pg_catalog.unnest(s.setconfig)
  FROM pg_catalog.pg_db_role_setting AS s
  JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase
  LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
 WHERE d.datname = $1
)";

constexpr const char *under_way_sql = R"(
SELECT d.datname, pg_catalog.shobj_description(d.oid, 'pg_database'), r.rolname,
       r.rolsuper OR r.rolname = current_user
  FROM pg_catalog.pg_database AS d
  JOIN pg_catalog.pg_roles AS r ON r.oid = d.datdba
 ORDER BY d.oid
)";

constexpr const char *lives_sql = R"(
SELECT EXISTS (SELECT
                 FROM pg_catalog.pg_locks AS l
                WHERE l.locktype = 'advisory' AND l.granted
                  AND l.classid = $2::bigint::oid
                  AND l.objid = (pg_catalog.hashtext($1)::bigint & 4294967295)::oid)
)";

// A health check's session is gone before a renaming, which waits some seconds for others, gives up.
constexpr const char *sessions_sql = R"(
SELECT coalesce(a.usename, ''), a.application_name, coalesce(a.client_addr::text, 'local'),
       a.usesysid = d.datdba AND a.application_name = ''
  FROM pg_catalog.pg_stat_activity AS a
  JOIN pg_catalog.pg_database AS d ON d.oid = a.datid
 WHERE d.datname = $1
   AND a.pid <> pg_catalog.pg_backend_pid()
   AND a.backend_type = 'client backend'
   AND a.application_name <> 'pitstop health'
 ORDER BY a.backend_start
)";

// A grant is written after the defaults were taken away, so that what PUBLIC had lost stays lost.
void carry_grants(Session &session, const std::string &from, const std::string &to)
{
    const Rows kept = session.query("SELECT datacl IS NULL FROM pg_catalog.pg_database WHERE datname = $1", {from});
    if (kept.empty() || kept.truth(0, 0))
        return;
    const std::string on = " ON DATABASE " + quoted_identifier(to);
    session.execute("REVOKE ALL" + on + " FROM PUBLIC");
    const Rows grants = session.query(grants_sql, {from});
    for (std::size_t row = 0; row < grants.size(); ++row)
        session.execute("GRANT " + grants.text(row, 1) + on + " TO " +
                        (grants.is_null(row, 0) ? "PUBLIC" : quoted_identifier(grants.text(row, 0))) +
                        (grants.truth(row, 2) ? " WITH GRANT OPTION" : ""));
}

void carry_settings(Session &session, const std::string &from, const std::string &to)
{
    const Rows settings = session.query(settings_sql, {from});
    for (std::size_t row = 0; row < settings.size(); ++row)
        session.execute(setting_statement(to, settings.text(row, 0), settings.text(row, 1)));
}

void carry_owner_and_limit(Session &session, const std::string &from, const std::string &to)
{
    const Rows old = session.query("SELECT r.rolname, d.datconnlimit FROM pg_catalog.pg_database AS d JOIN "
                                   "pg_catalog.pg_roles AS r ON r.oid = d.datdba WHERE d.datname = $1",
                                   {from});
    const std::string alter = "ALTER DATABASE " + quoted_identifier(to);
    session.execute(alter + " OWNER TO " + quoted_identifier(old.text(0, 0)));
    session.execute(alter + " CONNECTION LIMIT " + std::to_string(old.number(0, 1)));
}

std::optional<std::string> comment_of(Session &session, const std::string &database)
{
    const Rows rows = session.query("SELECT pg_catalog.shobj_description(oid, 'pg_database') FROM "
                                    "pg_catalog.pg_database WHERE datname = $1",
                                    {database});
    if (rows.empty() || rows.is_null(0, 0))
        return std::nullopt;
    return rows.text(0, 0);
}

void rename_database(Session &session, const std::string &from, const std::string &to)
{
    session.execute("ALTER DATABASE " + quoted_identifier(from) + " RENAME TO " + quoted_identifier(to));
}

// The target and the moment that the name of a database without a record tells.
RestoreRecord record_by_name(const std::string &name)
{
    RestoreRecord record;
    record.is_scratch = is_scratch_name(name);
    const std::size_t at = name.rfind('_');
    // A scratch database stands for itself: its lock is its own.
    record.target = record.is_scratch ? name : name.substr(0, name.rfind('_', at - 1));
    record.started_at = parse_file_text(name.substr(at + 1)).value_or(Moment{});
    return record;
}

}  // namespace

std::optional<DatabaseTraits> traits_of(Session &maintenance, const std::string &database)
{
    const Rows rows = maintenance.query(traits_sql(maintenance.server_version()), {database});
    if (rows.empty())
        return std::nullopt;
    DatabaseTraits traits;
    traits.encoding = rows.text(0, 0);
    traits.collation = rows.text(0, 1);
    traits.ctype = rows.text(0, 2);
    traits.provider = rows.text(0, 3);
    if (!rows.is_null(0, 4))
        traits.locale = rows.text(0, 4);
    if (!rows.is_null(0, 5))
        traits.icu_rules = rows.text(0, 5);
    traits.owner = rows.text(0, 6);
    traits.tablespace = rows.text(0, 7);
    traits.bytes = static_cast<std::uint64_t>(rows.number(0, 8));
    return traits;
}

DatabaseTraits traits_of(const Manifest &manifest)
{
    DatabaseTraits traits;
    traits.encoding = manifest.encoding;
    traits.collation = manifest.collation;
    traits.ctype = manifest.ctype;
    return traits;
}

void create_database(Session &maintenance, const std::string &name, const DatabaseTraits &traits)
{
    std::string sql = "CREATE DATABASE " + quoted_identifier(name) + " TEMPLATE template0";
    const auto add = [&sql](const char *what, const std::string &value) {
        if (!value.empty())
            sql += std::string(" ") + what + " " + value;
    };
    const auto literal = [](const std::string &value) { return value.empty() ? value : quoted_literal(value); };
    add("ENCODING", literal(traits.encoding));
    add("LC_COLLATE", literal(traits.collation));
    add("LC_CTYPE", literal(traits.ctype));
    if (traits.provider == "i") {
        add("LOCALE_PROVIDER", "icu");
        add("ICU_LOCALE", literal(traits.locale.value_or("")));
        add("ICU_RULES", literal(traits.icu_rules.value_or("")));
    } else if (traits.provider == "b") {
        add("LOCALE_PROVIDER", "builtin");
        add("BUILTIN_LOCALE", literal(traits.locale.value_or("")));
    }
    add("TABLESPACE", traits.tablespace.empty() ? "" : quoted_identifier(traits.tablespace));
    maintenance.execute(sql);
}

void drop_database(Session &maintenance, const std::string &name)
{
    // FORCE: the sessions of a restore that was killed may linger there.
    maintenance.execute("DROP DATABASE IF EXISTS " + quoted_identifier(name) + " WITH (FORCE)");
}

void write_comment(Session &maintenance, const std::string &database, const std::optional<std::string> &comment)
{
    maintenance.execute("COMMENT ON DATABASE " + quoted_identifier(database) + " IS " +
                        (comment ? quoted_literal(*comment) : "NULL"));
}

void write_record(Session &maintenance, const std::string &database, const RestoreRecord &record)
{
    write_comment(maintenance, database, record_text(record));
}

std::vector<RestoreUnderWay> restores_under_way(Session &maintenance)
{
    std::vector<RestoreUnderWay> found;
    const Rows rows = maintenance.query(under_way_sql);
    std::map<std::string, std::string> owners;
    for (std::size_t row = 0; row < rows.size(); ++row)
        owners[rows.text(row, 0)] = rows.text(row, 2);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::string name = rows.text(row, 0);
        std::optional<RestoreRecord> record;
        if (!rows.is_null(row, 1))
            record = parse_record(rows.text(row, 1));
        else if (is_side_name(name) || is_scratch_name(name))
            record = record_by_name(name);
        // Whoever owns a database may comment it, and a tenant's comment must not speak of another's database.
        if (record && (rows.truth(row, 3) || owners[record->target] == rows.text(row, 2)))
            found.push_back({name, *record, false});
    }
    for (RestoreUnderWay &each : found)
        each.is_live = maintenance.query(lives_sql, {each.record.target, std::string(lock_class)}).truth(0, 0);
    return found;
}

void end_loads_in(Session &maintenance, const std::string &database)
{
    maintenance.query("SELECT pg_catalog.pg_terminate_backend(a.pid, 5000) FROM pg_catalog.pg_stat_activity AS a WHERE "
                      "a.datname = $1 AND a.pid <> pg_catalog.pg_backend_pid() AND a.usename = current_user AND "
                      "a.application_name = 'pitstop'",
                      {database});
}

bool is_of(const RestoreUnderWay &restore, const std::string &target)
{
    return !restore.record.is_scratch &&
           (restore.record.target == target || restore.database == side_name(target, restore.record.started_at));
}

bool try_lock_target(Session &maintenance, const std::string &target)
{
    return maintenance
        .query("SELECT pg_catalog.pg_try_advisory_lock($2::integer, pg_catalog.hashtext($1))",
               {target, std::string(lock_class)})
        .truth(0, 0);
}

std::vector<OtherSession> sessions_in(Session &maintenance, const std::string &database)
{
    std::vector<OtherSession> sessions;
    const Rows rows = maintenance.query(sessions_sql, {database});
    for (std::size_t row = 0; row < rows.size(); ++row)
        sessions.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2), rows.truth(row, 3)});
    return sessions;
}

void end_sessions_in(Session &maintenance, const std::string &database)
{
    // Autovacuum and workers leave by themselves for RENAME and DROP, and only a superuser may end them.
    maintenance.query("SELECT pg_catalog.pg_terminate_backend(a.pid, 5000) FROM pg_catalog.pg_stat_activity AS a WHERE "
                      "a.datname = $1 AND a.pid <> pg_catalog.pg_backend_pid() AND a.backend_type = 'client backend'",
                      {database});
}

Moment free_moment(Session &maintenance, const std::string &target, Moment now)
{
    while (traits_of(maintenance, side_name(target, now)) || traits_of(maintenance, before_name(target, now)))
        ++now.seconds;
    return now;
}

void try_carrying(Session &maintenance, const std::string &target)
{
    const Transaction rolled_back(maintenance);
    carry_grants(maintenance, target, target);
    carry_settings(maintenance, target, target);
    carry_owner_and_limit(maintenance, target, target);
}

void swap_databases(Session &maintenance, const std::string &target, const std::string &side,
                    const std::string &old_name, const RestoreRecord &record)
{
    Transaction transaction(maintenance);
    if (traits_of(maintenance, target)) {
        const std::optional<std::string> comment = comment_of(maintenance, target);
        rename_database(maintenance, target, old_name);
        rename_database(maintenance, side, target);
        carry_grants(maintenance, old_name, target);
        carry_settings(maintenance, old_name, target);
        carry_owner_and_limit(maintenance, old_name, target);
        write_comment(maintenance, target, comment);
        write_record(maintenance, old_name, record);
    } else {
        rename_database(maintenance, side, target);
        write_record(maintenance, target, record);
    }
    transaction.commit();
}

}  // namespace pitstop::tool
