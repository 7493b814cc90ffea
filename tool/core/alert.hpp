// Decides what to tell, and when: from one health report after the other, which changes of a check's status have held long enough
// to be news, and when delivering them is tried. Pure: sends nothing, keeps no file, the clock is an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tool/core/health_report.hpp"
#include "tool/core/instant.hpp"

namespace pitstop::tool {

struct AlertPlan {
    std::string webhook;  // or
    std::string command;  // where messages go; both empty: there are no alerts
    std::chrono::seconds hold_off{120};
    std::optional<std::chrono::seconds> repeat_every;  // how often it is told again that something is critical
};

struct AlertMessage {
    std::uint64_t number = 0;  // for delivered()
    // {"source":"pitstop","database":…,"status":…,"at":…,"text":…,"changes":[{check,title,from,to,since,note,mend}]}; a change
    // from a status to the same one tells it again.
    std::string json;
};

class Alerts {
public:
    // As if all had been well.
    explicit Alerts(const AlertPlan &plan);
    // Goes on from what text() said, perhaps before a restart. Failure (failed) when that is damaged.
    Alerts(const AlertPlan &plan, std::string_view text, Instant now);

    // A check is news once it has been worse, or better, than was told for the hold-off. It is none while nobody has looked at
    // it yet, and none when it is unknown because there is no connection: that is told already.
    void take(const HealthReport &report, Instant now);

    // What to deliver now: the newest of each check that the receiver has not been told of, as one message, however many changes
    // there were while it was away. Only one may be under way at a time.
    std::optional<AlertMessage> due(Instant now) const;
    // Until there may be something due, if anything waits.
    std::optional<std::chrono::seconds> due_in(Instant now) const;
    void delivered(std::uint64_t number);
    // Tried again after 10 s, 30 s, 2 min, 10 min, then every hour; and at once when there is something new.
    void not_delivered(Instant now);

    // JSON of all there is to be remembered, far less than a megabyte; it is another one after each change of revision().
    std::string text(Instant now) const;
    std::uint64_t revision() const noexcept { return revision_; }

private:
    using Steady = std::chrono::seconds;

    struct Pending {
        bool gets_worse = true;
        Steady since{0};
    };
    struct Watched {
        HealthStatus told = HealthStatus::ok;
        Steady told_at{0};
        std::optional<Pending> pending;
    };
    struct Change {
        std::uint64_t number = 0;
        HealthStatus from = HealthStatus::ok;
        HealthStatus to = HealthStatus::ok;
        Moment since;
        std::string note;
    };
    // What the receiver does not know yet.
    struct Outbox {
        std::string database;
        HealthStatus status = HealthStatus::ok;
        Moment at;
        std::uint64_t attempts = 0;
        Steady next_attempt{0};
        std::map<std::string, Change, std::less<>> changes;  // by the check's code
    };
    class Record;  // reads the text

    bool is_due(const CheckReport &check, Watched &watched, Instant now);
    void tell(const CheckReport &check, Watched &watched, Instant now);
    void tell_again(const HealthReport &report, Instant now);
    void forget_missing(const HealthReport &report);
    static std::string cut(const std::string &text);  // printable, and no longer than a message needs

    AlertPlan plan_;
    std::map<std::string, Watched, std::less<>> watched_;  // by the check's code
    Outbox outbox_;
    std::uint64_t last_number_ = 0;
    std::uint64_t revision_ = 0;
};

}  // namespace pitstop::tool
