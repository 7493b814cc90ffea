// What people and programs read: results on standard output, everything else on standard error.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "invocation.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/text_table.hpp"

namespace pitstop::tool {

class Output {
public:
    explicit Output(const Invocation &invocation);
    ~Output();
    Output(const Output &) = delete;
    Output &operator=(const Output &) = delete;

    bool is_json() const noexcept { return json_; }
    bool is_quiet() const noexcept { return quiet_; }

    void say(const std::string &line);   // a result or a step; not with --json or --quiet
    void table(const TextTable &table);  // not with --json
    void warn(const std::string &message, const std::string &hint = {});  // always, to standard error
    // Once: schema_version and command are put in front. Printed with --json, and kept for hooks.
    void json(nlohmann::ordered_json result);
    const nlohmann::ordered_json &result() const noexcept { return *result_; }

    // A line that the next one replaces; on a terminal only, and not with --json or --quiet.
    bool shows_progress() const noexcept { return progress_; }
    unsigned columns() const noexcept;
    void progress(const std::string &line);
    void end_progress();

private:
    std::string command_;
    std::unique_ptr<nlohmann::ordered_json> result_;
    bool json_;
    bool quiet_;
    bool progress_;
    bool bold_;
    bool line_is_open_ = false;
};

nlohmann::ordered_json error_json(const Failure &failure, const std::string &command);

// "pitstop: message", DETAIL and HINT on standard error; with --json an object with "error" on standard output too.
void print_failure(const Failure &failure, const std::string &command, bool json);

}  // namespace pitstop::tool
