// The commands that list, check and close all at once: one call of the extension's each.
#include <nlohmann/json.hpp>
#include <vector>

#include "commands.hpp"
#include "extension_session.hpp"
#include "result_table.hpp"

namespace pitstop::tool {

namespace {

using Right = ExtensionSession::Right;

void show(Output &output, const ResultTable &result)
{
    if (!output.is_quiet() && !result.empty())
        output.table(result.table());
}

std::size_t column_of(const Rows &rows, const std::string &name)
{
    std::size_t column = 0;
    while (rows.column_name(column) != name)
        ++column;
    return column;
}

std::vector<std::size_t> rows_with(const Rows &rows, const std::string &column, const std::string &value)
{
    std::vector<std::size_t> found;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (rows.text(row, column_of(rows, column)) == value)
            found.push_back(row);
    }
    return found;
}

}  // namespace

ExitCode run_check(const Invocation &invocation, Output &output)
{
    ExtensionSession session(invocation, Right::read);
    ResultTable result;
    bool is_refused = false;
    for (const char *function : {"check_postgres", "check_teslamate"}) {
        const Rows rows = session.call(std::string("SELECT * FROM pitstop.") + function + "()");
        is_refused = is_refused || !rows_with(rows, "status", "refused").empty();
        result.add(rows);
    }
    show(output, result);
    output.json({{"results", result.json()}});
    return is_refused ? ExitCode::refused : ExitCode::done;
}

ExitCode run_incomplete(const Invocation &invocation, Output &output)
{
    ExtensionSession session(invocation, Right::read);
    ResultTable result;
    result.add(session.call("SELECT * FROM pitstop.incomplete()"));
    if (result.empty())
        output.say("Nothing is open: every drive and charge has its end.");
    show(output, result);
    output.json({{"results", result.json()}});
    return ExitCode::done;
}

ExitCode run_close_stale(const Invocation &invocation, Output &output)
{
    constexpr const char *invalid_datetime = "22007";
    constexpr const char *invalid_argument = "22023";
    const std::string dry_run = invocation.is_dry_run() ? "true" : "false";
    const std::optional<std::string> older_than = invocation.value("--older-than");
    ExtensionSession session(invocation, Right::change);
    Rows rows;
    try {
        rows = older_than ? session.call("SELECT * FROM pitstop.close_stale(older_than => $1, dry_run => $2)",
                                         {older_than, dry_run})
                          : session.call("SELECT * FROM pitstop.close_stale(dry_run => $1)", {dry_run});
    } catch (const SqlError &error) {
        if (error.sqlstate() == invalid_datetime || error.sqlstate() == invalid_argument)
            throw Failure(ExitCode::usage, error.what(), error.detail(),
                          "--older-than takes 6 hours, 1 day, 90 minutes.");
        throw;
    }
    ResultTable result;
    result.add(rows);
    if (result.empty())
        output.say("Nothing is open: every drive and charge has its end.");
    show(output, result);
    if (invocation.is_dry_run())
        output.say("This was a dry run: nothing was changed.");
    output.json({{"dry_run", invocation.is_dry_run()}, {"results", result.json()}});
    const std::vector<std::size_t> failed = rows_with(rows, "outcome", "failed");
    if (output.is_quiet()) {
        // Without the table, nobody would see why.
        for (const std::size_t row : failed)
            output.warn("could not close " + rows.text(row, column_of(rows, "kind")) + " " +
                        rows.text(row, column_of(rows, "id")) + ": " + rows.text(row, column_of(rows, "reason")));
    }
    return failed.empty() ? ExitCode::done : ExitCode::partial;
}

ExitCode run_repair_addresses(const Invocation &invocation, Output &output)
{
    constexpr unsigned most_lookups = 1'000'000'000;
    Parameters max_lookups = {std::nullopt};
    if (const auto number = invocation.number("--max-lookups", 1, most_lookups))
        max_lookups = {std::to_string(*number)};
    ExtensionSession session(invocation, Right::change);
    const Rows begun = session.call("SELECT state, message FROM pitstop.repair_addresses($1)", max_lookups);
    ResultTable state;
    state.add(session.call("SELECT * FROM pitstop.address_repair()"));
    output.say(begun.text(0, 0) + ": " + begun.text(0, 1));
    show(output, state);
    output.json({{"state", begun.text(0, 0)}, {"message", begun.text(0, 1)}, {"results", state.json()}});
    return ExitCode::done;
}

}  // namespace pitstop::tool
