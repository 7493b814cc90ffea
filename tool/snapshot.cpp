#include "snapshot.hpp"

#include <algorithm>
#include <optional>

#include "contents.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr int most_attempts = 10;
constexpr const char *undefined_table = "42P01";
constexpr const char *undefined_schema = "3F000";

// What a migration or somebody's script changes. Equal before the locks and in the snapshot, it did not change in between.
struct Shape {
    std::vector<TableName> tables;
    std::string migrations;

    bool operator==(const Shape &other) const
    {
        const auto sorted = [](std::vector<TableName> names) {
            std::sort(names.begin(), names.end());
            return names;
        };
        return migrations == other.migrations && sorted(tables) == sorted(other.tables);
    }
};

Shape shape_of(Session &session)
{
    Shape shape;
    shape.tables = tables_of(session);
    for (const TableName &table : shape.tables) {
        if (table.name == "schema_migrations")
            shape.migrations +=
                session.value("SELECT coalesce(string_agg(version::text, ',' ORDER BY version), '') FROM " +
                              quoted_identifier(table.schema) + ".schema_migrations") +
                ";";
    }
    return shape;
}

std::uint64_t estimated_rows(Session &session)
{
    return static_cast<std::uint64_t>(
        session
            .query(
                "SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint FROM pg_catalog.pg_class AS c JOIN "
                "pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' "
                "AND n.nspname <> 'information_schema'")
            .number(0, 0));
}

// Nothing when a table went before it could be locked, or came before the snapshot.
std::optional<Snapshot> try_snapshot(const Connection &connection)
{
    Snapshot snapshot{connection.open(), {}, {}, 0};
    Session &session = snapshot.session;
    // A dump of a large database takes longer than anybody's timeouts for queries.
    session.execute("SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
                    "SET row_security = off");
    const Shape before = shape_of(session);
    session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    try {
        // LOCK itself takes no snapshot: the one below is younger than the locks.
        lock_tables(session, before.tables);
    } catch (const SqlError &error) {
        if (error.sqlstate() == undefined_table || error.sqlstate() == undefined_schema)
            return std::nullopt;
        throw;
    }
    snapshot.id = session.value("SELECT pg_catalog.pg_export_snapshot()");
    if (!(shape_of(session) == before))
        return std::nullopt;
    snapshot.tables = before.tables;
    snapshot.estimated_rows = estimated_rows(session);
    return snapshot;
}

}  // namespace

Snapshot take_snapshot(const Connection &connection)
{
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        if (std::optional<Snapshot> snapshot = try_snapshot(connection))
            return std::move(*snapshot);
    }
    throw Failure(ExitCode::failed, "could not begin the dump: tables or migrations change all the time", {},
                  "Wait until TeslaMate has started, then try again.");
}

RowCounting::RowCounting(const Connection &connection, const Snapshot &snapshot)
    : session_(connection.open()), tables_(snapshot.tables)
{
    session_.execute("SET statement_timeout = 0; SET row_security = off; SET lock_timeout = " +
                     std::to_string(lock_patience_ms));
    session_.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    session_.execute("SET TRANSACTION SNAPSHOT " + quoted_literal(snapshot.id));
    begin_next();
}

void RowCounting::begin_next()
{
    if (next_ < tables_.size())
        session_.send(counting_statement(tables_[next_]));
    ++next_;
}

void RowCounting::take()
{
    counts_[tables_[next_ - 1]].rows = static_cast<std::uint64_t>(session_.finish().number(0, 0));
    begin_next();
}

void RowCounting::go_on()
{
    while (!is_done() && session_.is_ready())
        take();
}

std::map<TableName, TableCount> RowCounting::finish()
{
    while (!is_done())
        take();
    for (auto &[table, count] : counts_)
        count.order = order_of(session_, table);
    return std::move(counts_);
}

}  // namespace pitstop::tool
