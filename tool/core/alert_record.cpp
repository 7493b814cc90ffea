#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

#include "core/checked_json.hpp"
#include "tool/core/alert.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

constexpr std::size_t longest_record = 1'000'000;
constexpr std::int64_t record_version = 1;
constexpr seconds longest_pause{3600};
constexpr std::int64_t last_date_s = 253'402'300'799;  // 9999-12-31T23:59:59Z

[[noreturn]] void fail(const std::string &what)
{
    throw Failure(ExitCode::failed, "the record of alerts is damaged", what,
                  "Delete it to begin anew: what is wrong at present is then told once more.");
}

// As far as parse_iso() reads them: a clock may stand anywhere.
std::string date_text(Moment moment)
{
    return iso_text({std::clamp<std::int64_t>(moment.seconds, 0, last_date_s)});
}

// The steady clock begins with the process: what outlives it is told as a date.
std::string date_text(seconds steady, const Instant &now)
{
    return date_text(Moment{now.date.seconds - (now.steady - steady).count()});
}

const Json &member(const Json &object, const char *name)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    if (found == object.end())
        fail(std::string("Its member \"") + name + "\" is missing.");
    return *found;
}

[[noreturn]] void fail_member(const char *name)
{
    fail(std::string("Its member \"") + name + "\" is not what it has to be.");
}

const Json &object_in(const Json &object, const char *name)
{
    const Json &value = member(object, name);
    if (!value.is_object())
        fail_member(name);
    return value;
}

std::string text_in(const Json &object, const char *name)
{
    const Json &value = member(object, name);
    if (!value.is_string())
        fail_member(name);
    return value.get<std::string>();
}

std::uint64_t number_in(const Json &object, const char *name)
{
    constexpr std::uint64_t largest = std::numeric_limits<std::uint32_t>::max();  // counted up one by one
    const Json &value = member(object, name);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > largest)
        fail_member(name);
    return value.get<std::uint64_t>();
}

bool truth_in(const Json &object, const char *name)
{
    const Json &value = member(object, name);
    if (!value.is_boolean())
        fail_member(name);
    return value.get<bool>();
}

HealthStatus status_in(const Json &object, const char *name)
{
    const auto status = health_status_of(text_in(object, name));
    if (!status)
        fail_member(name);
    return *status;
}

Moment moment_in(const Json &object, const char *name)
{
    const auto moment = parse_iso(text_in(object, name));
    if (!moment)
        fail_member(name);
    return *moment;
}

// Whatever the clock was set to meanwhile, what was is not of the future, and no pause is longer than the longest.
seconds steady_in(const Json &object, const char *name, const Instant &now, seconds latest = seconds(0))
{
    const seconds ahead(moment_in(object, name).seconds - now.date.seconds);
    return now.steady + std::min(ahead, latest);
}

}  // namespace

class Alerts::Record {
public:
    Record(const Json &json, const Instant &now) : json_(json), now_(now) {}

    void read(Alerts &alerts) const
    {
        if (number_in(json_, "version") != record_version)
            fail("It is of another version of pitstop.");
        alerts.last_number_ = number_in(json_, "last_number");
        for (const auto &[code, value] : object_in(json_, "checks").items())
            if (find_health_check(code) != nullptr)
                alerts.watched_[code] = watched(value);
        const Json &outbox = object_in(json_, "outbox");
        alerts.outbox_.database = cut(text_in(outbox, "database"));
        alerts.outbox_.status = status_in(outbox, "status");
        alerts.outbox_.at = moment_in(outbox, "at");
        alerts.outbox_.attempts = number_in(outbox, "attempts");
        alerts.outbox_.next_attempt = steady_in(outbox, "next_attempt", now_, longest_pause);
        for (const auto &[code, value] : object_in(outbox, "changes").items())
            if (find_health_check(code) != nullptr)
                alerts.outbox_.changes[code] = change(value, alerts.last_number_);
    }

private:
    Watched watched(const Json &json) const
    {
        Watched watched{status_in(json, "told"), steady_in(json, "told_at", now_), std::nullopt};
        if (json.contains("pending")) {
            const Json &pending = object_in(json, "pending");
            watched.pending = {truth_in(pending, "gets_worse"), steady_in(pending, "since", now_)};
        }
        return watched;
    }

    static Change change(const Json &json, std::uint64_t last_number)
    {
        Change change{number_in(json, "number"), status_in(json, "from"), status_in(json, "to"),
                      moment_in(json, "since"), cut(text_in(json, "note"))};
        if (change.number > last_number)
            fail_member("number");
        return change;
    }

    const Json &json_;
    const Instant &now_;
};

Alerts::Alerts(const AlertPlan &plan, std::string_view text, Instant now) : plan_(plan)
{
    if (text.size() > longest_record)
        fail("It is larger than " + size_text(longest_record) + '.');
    const auto json = read_checked_json(text);
    if (!json)
        fail("It is no JSON.");
    Record(*json, now).read(*this);
}

std::string Alerts::text(Instant now) const
{
    Json checks = Json::object();
    for (const auto &[code, watched] : watched_) {
        Json &json = checks[code] = {{"told", name_of(watched.told)}, {"told_at", date_text(watched.told_at, now)}};
        if (watched.pending)
            json["pending"] = {{"gets_worse", watched.pending->gets_worse},
                               {"since", date_text(watched.pending->since, now)}};
    }
    Json changes = Json::object();
    for (const auto &[code, change] : outbox_.changes)
        changes[code] = {{"number", change.number},
                         {"from", name_of(change.from)},
                         {"to", name_of(change.to)},
                         {"since", date_text(change.since)},
                         {"note", change.note}};
    return Json{{"version", record_version},
                {"last_number", last_number_},
                {"checks", std::move(checks)},
                {"outbox",
                 {{"database", outbox_.database},
                  {"status", name_of(outbox_.status)},
                  {"at", date_text(outbox_.at)},
                  {"attempts", outbox_.attempts},
                  {"next_attempt", date_text(outbox_.next_attempt, now)},
                  {"changes", std::move(changes)}}}}
        .dump();
}

}  // namespace pitstop::tool
