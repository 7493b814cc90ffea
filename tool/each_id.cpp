// The commands that take ids: one call of the extension's for each, as TeslaMate's maintenance scripts have it.
#include <charconv>
#include <functional>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "extension_session.hpp"
#include "result_table.hpp"
#include "signals.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr const char *no_data_found = "P0002";

// All of them before anything is done.
std::vector<std::string> require_ids(const Invocation &invocation)
{
    for (const std::string &text : invocation.arguments()) {
        std::int64_t id = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
        if (error == std::errc::result_out_of_range)
            throw Failure(ExitCode::usage, "\"" + printable(text) + "\" is too large for an id", {},
                          "Look for a digit too many.");
        if (error != std::errc() || end != text.data() + text.size())
            throw Failure(ExitCode::usage, "\"" + printable(text) + "\" is not an integer",
                          "Nothing was done, for the other ids either.",
                          "\"pitstop help " + invocation.command().name + "\" says where to find the id.");
    }
    return invocation.arguments();
}

// What became of the ids, one after the other.
class Outcomes {
public:
    Outcomes(const Invocation &invocation, Output &output) : output_(output), is_strict_(invocation.has("--strict")) {}

    void add(const Rows &rows, const std::set<std::string> &hidden)
    {
        ++done_;
        result_.add(rows, hidden);
    }

    void add_failure(const std::string &id, const Failure &failure, bool is_unknown)
    {
        const bool is_warning = is_unknown && !is_strict_;
        if (is_warning)
            output_.warn(failure.what(), failure.hint());
        else
            print_failure(failure, {}, false);
        // What the first failure was, all of them count as when nothing was done.
        if (!is_warning && failed_ == ExitCode::done)
            failed_ = failure.code();
        problems_.push_back({{"id", std::stoll(id)},
                             {"severity", is_warning ? "warning" : "error"},
                             {"message", failure.what()},
                             {"detail", failure.detail()},
                             {"hint", failure.hint()}});
    }

    // Once, whatever ended the loop: what was changed can only be undone by those who know its event.
    void show(bool is_dry_run)
    {
        if (!output_.is_quiet() && !result_.empty())
            output_.table(result_.table());
        if (is_dry_run && done_ > 0)
            output_.say("This was a dry run: nothing was changed.");
        output_.json({{"dry_run", is_dry_run}, {"results", result_.json()}, {"problems", problems_}});
    }

    ExitCode exit_code() const noexcept { return failed_ != ExitCode::done && done_ > 0 ? ExitCode::partial : failed_; }

private:
    Output &output_;
    bool is_strict_;
    ResultTable result_;
    nlohmann::ordered_json problems_ = nlohmann::ordered_json::array();
    std::size_t done_ = 0;
    ExitCode failed_ = ExitCode::done;
};

using Call = std::function<Rows(ExtensionSession &session, const std::string &id)>;

ExitCode for_each_id(const Invocation &invocation, Output &output, const Call &call,
                     const std::set<std::string> &hidden = {})
{
    const std::vector<std::string> ids = require_ids(invocation);
    ExtensionSession session(invocation, ExtensionSession::Right::change);
    Outcomes outcomes(invocation, output);
    for (const std::string &id : ids) {
        try {
            outcomes.add(call(session, id), hidden);
        } catch (const SqlError &error) {
            outcomes.add_failure(id, error, error.sqlstate() == no_data_found);
            if (error.code() == ExitCode::connection)
                break;
        } catch (const Failure &failure) {
            // No extension, no right, no answer: the next id would not fare better.
            outcomes.add_failure(id, failure, false);
            break;
        } catch (const Interrupted &) {
            outcomes.show(invocation.is_dry_run());
            throw;
        }
    }
    outcomes.show(invocation.is_dry_run());
    return outcomes.exit_code();
}

// For functions without a dry run of their own.
ExitCode for_each_id_or_rolled_back(const Invocation &invocation, Output &output, const std::string &sql,
                                    const std::set<std::string> &hidden_in_dry_run)
{
    if (!invocation.is_dry_run())
        return for_each_id(invocation, output, [&sql](ExtensionSession &session, const std::string &id) {
            return session.call(sql, {id});
        });
    return for_each_id(
        invocation, output,
        [&sql](ExtensionSession &session, const std::string &id) { return session.try_out(sql, {id}); },
        hidden_in_dry_run);
}

}  // namespace

ExitCode run_close_drive(const Invocation &invocation, Output &output)
{
    return for_each_id_or_rolled_back(invocation, output, "SELECT * FROM pitstop.close_drive($1)", {"event_id"});
}

ExitCode run_close_charge(const Invocation &invocation, Output &output)
{
    return for_each_id_or_rolled_back(invocation, output, "SELECT * FROM pitstop.close_charge($1)", {"event_id"});
}

ExitCode run_undo(const Invocation &invocation, Output &output)
{
    return for_each_id_or_rolled_back(invocation, output, "SELECT * FROM pitstop.undo($1)", {});
}

ExitCode run_delete_drive(const Invocation &invocation, Output &output)
{
    const std::string positions = invocation.value("--positions").value_or("keep");
    const std::string dry_run = invocation.is_dry_run() ? "true" : "false";
    return for_each_id(invocation, output, [&](ExtensionSession &session, const std::string &id) {
        return session.call("SELECT $1::bigint AS drive_id, d.* FROM pitstop.delete_drive($1, $2, $3) AS d",
                            {id, positions, dry_run});
    });
}

ExitCode run_delete_charge(const Invocation &invocation, Output &output)
{
    const std::string dry_run = invocation.is_dry_run() ? "true" : "false";
    return for_each_id(invocation, output, [&](ExtensionSession &session, const std::string &id) {
        return session.call("SELECT $1::bigint AS charging_process_id, d.* FROM pitstop.delete_charge($1, $2) AS d",
                            {id, dry_run});
    });
}

}  // namespace pitstop::tool
