#include "extension_session.hpp"

#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr const char *undefined_schema = "3F000";
constexpr const char *undefined_function = "42883";
constexpr const char *insufficient_privilege = "42501";

}  // namespace

ExtensionSession::ExtensionSession(const Invocation &invocation, Right right)
    : connection_(Connection::of(invocation)), right_(right), session_(connection_.open())
{
    // Whatever the database's own settings say: dates as the program takes them apart.
    session_.query("SET datestyle TO ISO", {}, connection_.query_timeout());
}

Rows ExtensionSession::call(const std::string &sql, const Parameters &parameters)
{
    try {
        return session_.query(sql, parameters, connection_.query_timeout());
    } catch (const SqlError &error) {
        if (error.sqlstate() == undefined_schema || error.sqlstate() == undefined_function)
            require_extension();
        // The extension's own refusals come with a hint.
        if (error.sqlstate() == insufficient_privilege && error.hint().empty())
            fail_without_right(error);
        throw;
    }
}

Rows ExtensionSession::try_out(const std::string &sql, const Parameters &parameters)
{
    const Transaction transaction(session_);
    return call(sql, parameters);
}

void ExtensionSession::require_extension()
{
    // In a dry run the transaction is in its aborted state.
    if (session_.is_open())
        session_.query("ROLLBACK", {}, connection_.query_timeout());
    const Rows found =
        session_.query("SELECT (SELECT extversion FROM pg_extension WHERE extname = 'pitstop'),"
                       "       (SELECT default_version FROM pg_available_extensions WHERE name = 'pitstop')",
                       {}, connection_.query_timeout());
    const std::string database = "database \"" + printable(session_.database()) + "\"";
    const std::string server = "The server is PostgreSQL " + session_.server_version_text();
    if (found.text(0, 0) == PITSTOP_VERSION)
        return;  // it is something else that is missing
    if (!found.is_null(0, 0))
        throw Failure(ExitCode::refused,
                      "the extension pitstop in " + database + " is " + found.text(0, 0) +
                          ", which is too old for this",
                      server + "; pitstop, the program, is " PITSTOP_VERSION ".",
                      "Install the extension of this version on the server, then run ALTER EXTENSION pitstop UPDATE "
                      "there, as its owner.");
    if (!found.is_null(0, 1))
        throw Failure(ExitCode::refused, "the extension pitstop is not installed in " + database,
                      server + ", and has pitstop " + found.text(0, 1) + " ready to be installed.",
                      "As a superuser, in that database: CREATE EXTENSION pitstop. If TeslaMate's database is another "
                      "one, name it with --dbname.");
    throw Failure(ExitCode::refused, "the extension pitstop is not installed in " + database,
                  server + ", and has no pitstop to install.",
                  "Install the extension on the server as README.md says, then run CREATE EXTENSION pitstop as a "
                  "superuser in TeslaMate's database.");
}

void ExtensionSession::fail_without_right(const SqlError &error)
{
    const std::string function = right_ == Right::read ? "grant_reader" : "grant_operator";
    throw Failure(ExitCode::refused, error.what(), error.detail(),
                  "Role \"" + printable(session_.user()) +
                      "\" may not do this. Let the extension's owner run SELECT pitstop." + function + "(" +
                      quoted_literal(printable(session_.user())) + "), or connect as another role with --user.");
}

}  // namespace pitstop::tool
