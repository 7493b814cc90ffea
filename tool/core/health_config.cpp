#include "tool/core/health_config.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>

// Debian's package is built as a shared library; with the headers alone the program needs no more than to be built.
#undef TOML_HEADER_ONLY
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
// toml++ 3.3 asserts what any file may break ("[= 1"), although it has an error for it; and with NDEBUG clang may assume it.
#undef NDEBUG
#define TOML_ASSERT(expr) static_assert(true)
#include <toml++/toml.h>

#include "tool/core/failure.hpp"
#include "tool/core/lifted_text.hpp"
#include "tool/core/quantity.hpp"
#include "tool/core/utf8.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// toml++ 3.3 goes down one call for each dot of a key, however many there are: this much fits twice onto a usual stack.
constexpr std::size_t largest_config = 16'384;

// "a", "b" and "c"
template <typename Words>
std::string listed(const Words &words)
{
    std::string text;
    for (auto word = std::begin(words); word != std::end(words); ++word) {
        if (word != std::begin(words))
            text += std::next(word) == std::end(words) ? " and " : ", ";
        text.append("\"").append(*word) += '"';
    }
    return text;
}

[[noreturn]] void fail(const std::string &where, const std::string &what, std::string hint)
{
    throw Failure(ExitCode::usage, where + ' ' + what, {}, std::move(hint));
}

const HealthCheck &need_check(std::string_view where, std::string_view code)
{
    if (const HealthCheck *const check = find_health_check(code))
        return *check;
    std::vector<std::string> codes;
    for (const HealthCheck *each = health_checks_begin(); each != health_checks_end(); ++each)
        codes.emplace_back(each->code);
    fail(std::string(where), "names no check", "There are " + listed(codes) + '.');
}

// ---- thresholds

struct Form {
    std::string_view unit;
    std::optional<double> (*parse)(std::string_view) noexcept;
    const char *name;
    const char *hint;
};

constexpr Form forms[] = {
    {"s", parse_duration, "duration", R"(Write a number and ms, s, min, h or d, such as "36h".)"},
    {"bytes", parse_size, "size", R"(Write a number and kB, MB, GB or TB, such as "5GB".)"},
    {"ratio", parse_ratio, "share", R"(Write a number from 0 to 1, or a percentage, such as "30%".)"},
    {"", parse_count, "count", "Write a whole number, such as 100."},
};

const Form &form_of(const HealthCheck &check)
{
    return *std::find_if(std::begin(forms), std::end(forms), [&](const Form &form) { return form.unit == check.unit; });
}

[[noreturn]] void fail_form(const std::string &where, const Form &form)
{
    fail(where, std::string("is no ") + form.name, form.hint);
}

double need_quantity(const std::string &where, const Form &form, std::string_view text)
{
    if (const auto amount = form.parse(text))
        return *amount;
    fail_form(where, form);
}

Thresholds &thresholds_in(HealthPlan &plan, const HealthCheck &check)
{
    return plan.thresholds.try_emplace(std::string(check.code), check.thresholds).first->second;
}

void require_order(const std::string &where, const HealthCheck &check, const Thresholds &thresholds)
{
    if (!thresholds.warning || !thresholds.critical)
        return;
    const double warning = *thresholds.warning;
    const double critical = *thresholds.critical;
    if (check.low_is_bad ? critical <= warning : critical >= warning)
        return;
    throw Failure(ExitCode::usage, where + " has its thresholds in the wrong order",
                  "It would be critical from " + value_text(critical, check.unit) + ", and a warning only from " +
                      value_text(warning, check.unit) + '.',
                  std::string("Give both, and make critical the ") + (check.low_is_bad ? "smaller" : "larger") +
                      " one.");
}

// ---- the file

// A value of the file, and what it is called in errors.
class Value {
public:
    Value(const toml::key &key, const toml::node &node, const std::string &parent = {})
        : node_(node), name_(parent + (parent.empty() ? "" : ".") + lowered(key.str())), line_(key.source().begin.line)
    {
    }

    std::string where() const { return "line " + std::to_string(line_) + " of the config file: \"" + shown() + '"'; }

    [[noreturn]] void refuse(std::initializer_list<const char *> possible) const
    {
        fail(where(), "is no key that is known here", "Possible are " + listed(possible) + '.');
    }

    // Calls `read` with each value in it.
    template <typename Read>
    void each(Read &&read) const
    {
        const toml::table *const table = node_.as_table();
        if (table == nullptr)
            fail(where(), "is no table", "Write [" + shown() + "] on a line, and its keys below.");
        for (auto &&[key, node] : *table)
            read(key.str(), Value(key, node, name_));
    }

    std::string text() const
    {
        const toml::value<std::string> *const text = node_.as_string();
        if (text == nullptr || text->get().empty() || text->get().find('\0') != std::string::npos)
            fail(where(), "is no text", "Write it in quotes.");
        return lowered(text->get());
    }

    bool truth() const
    {
        const toml::value<bool> *const truth = node_.as_boolean();
        if (truth == nullptr)
            fail(where(), "is neither true nor false", "Write true or false, without quotes.");
        return truth->get();
    }

    // Shares and counts are numbers of TOML's; the others have a unit, and are texts.
    double quantity(const Form &form) const
    {
        const bool is_count = form.unit.empty();
        if (const toml::value<std::string> *const text = node_.as_string(); text != nullptr && !is_count)
            return need_quantity(where(), form, text->get());
        const bool is_number = is_count || form.unit == "ratio";
        const std::optional<double> number = is_number ? this->number(!is_count) : std::nullopt;
        if (!number)
            fail_form(where(), form);
        return need_quantity(where(), form, number_text(*number));
    }

    seconds duration(seconds least, seconds most) const
    {
        const seconds span(std::llround(quantity(forms[0])));
        if (span < least || span > most)
            fail(where(), "is beyond what is possible",
                 "It may be from " + span_text(least) + " to " + span_text(most) + '.');
        return span;
    }

private:
    std::string shown() const
    {
        constexpr std::size_t longest = 80;
        return printable(first_bytes(name_, longest));
    }

    std::optional<double> number(bool with_places) const
    {
        if (const toml::value<std::int64_t> *const whole = node_.as_integer())
            return static_cast<double>(whole->get());
        if (const toml::value<double> *const broken = node_.as_floating_point(); broken != nullptr && with_places)
            return broken->get();
        return std::nullopt;
    }

    const toml::node &node_;
    std::string name_;
    std::size_t line_;
};

void read_check(const Value &value, std::string_view code, HealthPlan &plan)
{
    const HealthCheck &check = need_check(value.where(), code);
    value.each([&](std::string_view key, const Value &setting) {
        if (key == "warning")
            thresholds_in(plan, check).warning = setting.quantity(form_of(check));
        else if (key == "critical")
            thresholds_in(plan, check).critical = setting.quantity(form_of(check));
        else if (key != "enabled")
            setting.refuse({"warning", "critical", "enabled"});
        else if (!setting.truth())
            disable_check(plan, code);
    });
    if (const auto found = plan.thresholds.find(std::string(code)); found != plan.thresholds.end())
        require_order(value.where(), check, found->second);
}

std::string webhook_of(const Value &value)
{
    const std::string text = value.text();
    const bool is_http = text.rfind("http://", 0) == 0 || text.rfind("https://", 0) == 0;
    const bool is_clean = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (!is_http || !is_clean)
        fail(value.where(), "is no web address", "Write it with http:// or https://, and without spaces.");
    return text;
}

void read_alerts(const Value &value, AlertPlan &plan)
{
    value.each([&](std::string_view key, const Value &setting) {
        if (key == "webhook")
            plan.webhook = webhook_of(setting);
        else if (key == "command")
            plan.command = setting.text();
        else if (key == "hold_off")
            plan.hold_off = setting.duration(seconds(0), hours(24));
        else if (key == "repeat_every")
            plan.repeat_every = setting.duration(minutes(1), hours(24 * 366));
        else
            setting.refuse({"webhook", "command", "hold_off", "repeat_every"});
    });
    if (!plan.webhook.empty() && !plan.command.empty())
        fail(value.where(), "has a webhook and a command", "Keep one of them; a command may call curl.");
}

void read_key(std::string_view key, const Value &value, HealthConfig &config)
{
    if (key == "listen")
        config.listen = value.text();
    else if (key == "token_file")
        config.token_file = value.text();
    else if (key == "backup_dir")
        config.backup_dir = value.text();
    else if (key == "checks")
        value.each([&](std::string_view code, const Value &check) { read_check(check, code, config.plan); });
    else if (key == "alerts")
        read_alerts(value, config.alerts);
    else
        value.refuse({"listen", "token_file", "backup_dir", "checks", "alerts"});
}

[[noreturn]] void fail_toml(std::size_t line, std::string detail)
{
    throw Failure(ExitCode::usage, "line " + std::to_string(line) + " of the config file is not TOML",
                  std::move(detail),
                  "Texts, durations and sizes stand in straight quotes; docs/health.md has an example.");
}

toml::table parse_toml(std::string_view text)
{
    if (text.size() > largest_config)
        throw Failure(ExitCode::usage, "the config file is larger than " + size_text(largest_config), {},
                      "docs/health.md has an example of one.");
    const auto lifted_text = lifted(text);
    if (!lifted_text)
        throw Failure(ExitCode::usage, "the config file has characters for private use", {}, "Write it as plain text.");
    try {
        return toml::parse(*lifted_text);
    } catch (const toml::parse_error &error) {
        constexpr std::size_t longest = 200;
        fail_toml(error.source().begin.line, printable(first_bytes(lowered(error.description()), longest)) + '.');
    }
}

}  // namespace

HealthConfig parse_health_config(std::string_view text)
{
    const toml::table root = parse_toml(text);
    HealthConfig config;
    for (auto &&[key, node] : root)
        read_key(key.str(), Value(key, node), config);
    return config;
}

void set_threshold(HealthPlan &plan, std::string_view option)
{
    const std::string where = "--threshold \"" + printable(option) + '"';
    const std::size_t equals = option.find('=');
    const std::string_view amounts = equals == std::string_view::npos ? "" : option.substr(equals + 1);
    if (amounts.empty() || amounts == ":")
        fail(where, "is not CHECK=WARNING:CRITICAL", "Write it as in --threshold backup=36h:7d.");

    const HealthCheck &check = need_check(where, option.substr(0, equals));
    const std::size_t colon = std::min(amounts.find(':'), amounts.size());
    const std::string_view warning = amounts.substr(0, colon);
    const std::string_view critical = amounts.substr(std::min(colon + 1, amounts.size()));
    Thresholds &thresholds = thresholds_in(plan, check);
    if (!warning.empty())
        thresholds.warning = need_quantity(where, form_of(check), warning);
    if (!critical.empty())
        thresholds.critical = need_quantity(where, form_of(check), critical);
    require_order(where, check, thresholds);
}

void disable_check(HealthPlan &plan, std::string_view code)
{
    const HealthCheck &check = need_check("--disable \"" + printable(code) + '"', code);
    if (std::find(plan.disabled.begin(), plan.disabled.end(), check.code) == plan.disabled.end())
        plan.disabled.emplace_back(check.code);
}

}  // namespace pitstop::tool
