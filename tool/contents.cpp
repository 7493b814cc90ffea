#include "contents.hpp"

#include <poll.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "signals.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

// Schemas whose objects a backup holds; `n` is pg_namespace.
#define OUR_SCHEMAS \
    "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pitstop') AND n.nspname !~ '^pg_(toast|temp)'"
#define NOT_OF_AN_EXTENSION(catalog, object)                                        \
    "NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid = '" catalog \
    "'::regclass AND d.objid = " object " AND d.deptype = 'e')"

std::string qualified(const TableName &table)
{
    return quoted_identifier(table.schema) + "." + quoted_identifier(table.name);
}

std::string shown(const TableName &table)
{
    return table.schema == "public" ? table.name : table.schema + "." + table.name;
}

std::uint64_t count_of(Session &session, const char *sql)
{
    return static_cast<std::uint64_t>(session.query(sql).number(0, 0));
}

// Rows of a table, in the order of pg_class: what a count of all of them may cost is known by their pages.
constexpr const char *tables_sql = R"(
SELECT n.nspname, c.relname
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r'
   AND c.relpersistence <> 't'
   AND )" OUR_SCHEMAS R"(
   AND )" NOT_OF_AN_EXTENSION("pg_catalog.pg_class", "c.oid") R"(
 ORDER BY c.relpages DESC, n.nspname, c.relname
)";

// Indexes that hold; one that a killed CREATE INDEX CONCURRENTLY left invalid is restored as a valid one, and counts too.
constexpr const char *indexes_sql = R"(
SELECT count(*)
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid
 WHERE )" OUR_SCHEMAS R"(
   AND )" NOT_OF_AN_EXTENSION("pg_catalog.pg_class", "i.indrelid") R"(
)";

// Without NOT NULL, which is a constraint of its own from 18 on.
constexpr const char *constraints_sql = R"(
SELECT count(*)
  FROM pg_catalog.pg_constraint AS k
  JOIN pg_catalog.pg_namespace AS n ON n.oid = k.connamespace
 WHERE k.contype <> 'n'
   AND )" OUR_SCHEMAS R"(
   AND )" NOT_OF_AN_EXTENSION("pg_catalog.pg_class", "k.conrelid") R"(
   AND )" NOT_OF_AN_EXTENSION("pg_catalog.pg_type", "k.contypid") R"(
)";

// Statistics that are older than the rows tell of an order that may be gone: with one row in a hundred moved from one end to the
// other the correlation falls by 0.06, which is within the tolerance below.
constexpr const char *order_sql = R"(
SELECT s.attname, s.correlation
  FROM pg_catalog.pg_stats AS s
 WHERE s.schemaname = $1
   AND s.tablename = $2
   AND NOT s.inherited
   AND s.correlation IS NOT NULL
   AND EXISTS (SELECT
                 FROM pg_catalog.pg_index AS i
                 JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
                 JOIN pg_catalog.pg_am AS m ON m.oid = x.relam AND m.amname = 'brin'
                 JOIN pg_catalog.pg_class AS t ON t.oid = i.indrelid
                 JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
                 JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = ANY (i.indkey)
                WHERE n.nspname = s.schemaname AND t.relname = s.tablename AND a.attname = s.attname
                  AND pg_catalog.pg_stat_get_mod_since_analyze(t.oid) <= t.reltuples / 100)
 ORDER BY s.attname
)";

// TeslaMate's newest migration; 0 where there is no such table, wherever it is.
std::int64_t newest_migration(Session &session)
{
    const Rows place =
        session.query("SELECT n.nspname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON "
                      "n.oid = c.relnamespace WHERE c.relname = 'schema_migrations' AND c.relkind = 'r' "
                      "ORDER BY n.nspname <> 'public', n.nspname LIMIT 1");
    if (place.empty())
        return 0;
    return session.query("SELECT coalesce(max(version), 0) FROM " + qualified({place.text(0, 0), "schema_migrations"}))
        .number(0, 0);
}

// Statistics of a sample differ a little from one ANALYZE to the next. Two halves loaded at once come out far below this.
constexpr double order_tolerance = 0.1;

void compare_order(Session &session, const TableName &table, const TableCount &expected,
                   std::vector<std::string> &found)
{
    if (expected.order.empty())
        return;
    std::map<std::string, double> now;
    for (const ColumnOrder &order : order_of(session, table))
        now[order.column] = order.correlation;
    for (const ColumnOrder &order : expected.order) {
        const auto there = now.find(order.column);
        if (there != now.end() && std::fabs(there->second) < std::fabs(order.correlation) - order_tolerance)
            found.push_back("the rows of table " + shown(table) +
                            " are not in the order in which they were, by column " + order.column);
    }
}

// Counts one table on each session, the largest first, and gives a session the next one when it is done.
std::map<TableName, std::uint64_t> count_all(std::vector<Session> &sessions, const std::vector<TableName> &tables)
{
    std::map<TableName, std::uint64_t> counts;
    std::vector<std::optional<TableName>> at(sessions.size());
    std::size_t next = 0;
    const auto start_next = [&](std::size_t each) {
        at[each].reset();
        if (next == tables.size())
            return;
        sessions[each].send(counting_statement(tables[next]));
        at[each] = tables[next++];
    };
    for (std::size_t each = 0; each < sessions.size(); ++each)
        start_next(each);
    while (counts.size() < tables.size()) {
        std::vector<struct pollfd> wanted = {{signal_descriptor(), POLLIN, 0}};
        for (std::size_t each = 0; each < sessions.size(); ++each) {
            if (at[each])
                wanted.push_back({sessions[each].descriptor(), POLLIN, 0});
        }
        ::poll(wanted.data(), wanted.size(), -1);
        require_going_on();
        for (std::size_t each = 0; each < sessions.size(); ++each) {
            if (!at[each] || !sessions[each].is_ready())
                continue;
            counts[*at[each]] = static_cast<std::uint64_t>(sessions[each].finish().number(0, 0));
            start_next(each);
        }
    }
    return counts;
}

void compare_tables(std::vector<Session> &sessions, const std::vector<TableName> &there,
                    const std::map<TableName, std::uint64_t> &expected, std::vector<std::string> &found)
{
    std::vector<TableName> tables;
    std::copy_if(there.begin(), there.end(), std::back_inserter(tables),
                 [&expected](const TableName &table) { return expected.count(table) > 0; });
    const std::map<TableName, std::uint64_t> counts = count_all(sessions, tables);
    for (const auto &[table, rows] : expected) {
        const auto counted = counts.find(table);
        if (counted == counts.end())
            found.push_back("table " + shown(table) + " is missing");
        else if (counted->second != rows)
            found.push_back("table " + shown(table) + " has " + count_text(counted->second) + " rows instead of " +
                            count_text(rows));
    }
}

void compare_objects(Session &session, const Manifest &manifest, std::vector<std::string> &found)
{
    const auto compare = [&found](const char *what, std::uint64_t now, std::uint64_t expected) {
        if (now != expected)
            found.push_back("there are " + count_text(now) + " " + what + " instead of " + count_text(expected));
    };
    compare("indexes", count_of(session, indexes_sql), manifest.indexes);
    compare("constraints", count_of(session, constraints_sql), manifest.constraints);
    if (const std::int64_t migration = newest_migration(session); migration != manifest.teslamate_migration)
        found.push_back("TeslaMate's newest migration is " + std::to_string(migration) + " instead of " +
                        std::to_string(manifest.teslamate_migration));
}

}  // namespace

std::vector<TableName> tables_of(Session &session)
{
    const Rows rows = session.query(tables_sql);
    std::vector<TableName> tables;
    for (std::size_t row = 0; row < rows.size(); ++row)
        tables.push_back({rows.text(row, 0), rows.text(row, 1)});
    return tables;
}

void lock_tables(Session &session, const std::vector<TableName> &tables)
{
    if (tables.empty())
        return;
    std::string list;
    for (const TableName &table : tables)
        list += (list.empty() ? "ONLY " : ", ONLY ") + qualified(table);
    session.execute("LOCK TABLE " + list + " IN ACCESS SHARE MODE");
}

std::string counting_statement(const TableName &table)
{
    return "SELECT count(*) FROM ONLY " + qualified(table);
}

std::vector<ColumnOrder> order_of(Session &session, const TableName &table)
{
    std::vector<ColumnOrder> order;
    const Rows rows = session.query(order_sql, {table.schema, table.name});
    for (std::size_t row = 0; row < rows.size(); ++row)
        order.push_back({rows.text(row, 0), std::stod(rows.text(row, 1))});
    return order;
}

void describe_database(Session &session, Manifest &manifest)
{
    const Rows database = session.query("SELECT d.datname, pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, "
                                        "d.datctype FROM pg_catalog.pg_database AS d "
                                        "WHERE d.datname = pg_catalog.current_database()");
    manifest.database = database.text(0, 0);
    manifest.encoding = database.text(0, 1);
    manifest.collation = database.text(0, 2);
    manifest.ctype = database.text(0, 3);
    manifest.server_version = session.server_version_text();
    manifest.server_version_number = session.server_version();
    manifest.teslamate_migration = newest_migration(session);
    manifest.indexes = count_of(session, indexes_sql);
    manifest.constraints = count_of(session, constraints_sql);
    const Rows extensions = session.query("SELECT extname, extversion FROM pg_catalog.pg_extension ORDER BY extname");
    manifest.extensions.clear();
    for (std::size_t row = 0; row < extensions.size(); ++row)
        manifest.extensions.push_back({extensions.text(row, 0), extensions.text(row, 1)});
}

std::vector<std::string> differences(std::vector<Session> &sessions, const Manifest &manifest)
{
    std::vector<std::string> found;
    const std::vector<TableName> there = tables_of(sessions.at(0));
    for (const TableName &table : there) {
        if (manifest.tables.count(table) == 0)
            found.push_back("table " + shown(table) + " is not in the manifest");
    }
    std::map<TableName, std::uint64_t> expected;
    for (const auto &[table, count] : manifest.tables)
        expected[table] = count.rows;
    compare_tables(sessions, there, expected, found);
    for (const auto &[table, count] : manifest.tables)
        compare_order(sessions.at(0), table, count, found);
    compare_objects(sessions.at(0), manifest, found);
    return found;
}

std::vector<std::string> differences(std::vector<Session> &sessions,
                                     const std::map<TableName, std::uint64_t> &copied_rows)
{
    std::vector<std::string> found;
    std::map<TableName, std::uint64_t> expected;
    for (const auto &[table, rows] : copied_rows) {
        // The tables of an extension hold what its script put there, too.
        if (table.schema != "pitstop")
            expected[table] = rows;
    }
    compare_tables(sessions, tables_of(sessions.at(0)), expected, found);
    return found;
}

}  // namespace pitstop::tool
