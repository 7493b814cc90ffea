// Which backups stay. Pure: backups and a policy in, a verdict with its reason for each out.
#pragma once

#include <string>
#include <vector>

#include "tool/core/moment.hpp"

namespace pitstop::tool {

struct RetentionPolicy {
    unsigned keep_last = 7;
    unsigned keep_daily = 7;   // the newest of each of the last so many days that have one
    unsigned keep_weekly = 5;  // of each week (from Monday, UTC)
    unsigned keep_monthly = 12;
    unsigned minimum = 3;  // never fewer proven ones than this
};

struct BackupAge {
    std::string name;
    std::string database;  // each database has a history of its own
    Moment at;
    enum class State {
        proven,
        not_proven,  // finished, but its newest proof failed or there is none
        unfinished,  // a temporary name, and nobody works on it
        under_way,   // a live process works on it
        in_use,      // a restore or verify reads it
    } state = State::proven;
};

struct Verdict {
    std::string name;
    bool keep = true;
    std::string reason;  // "newest proven", "one of the last 7", "daily 2026-11-25", "not proven, and 3 newer are", …
};

// In the order of `backups`. Only proven backups count as kept; the newest proven one of each database always stays. One
// that is not proven goes once `minimum` proven ones are newer. What is under way or in use stays. A backup from the
// future of `now` stays, and counts for nothing: a clock was wrong.
std::vector<Verdict> decide_retention(const std::vector<BackupAge> &backups, const RetentionPolicy &policy, Moment now);

}  // namespace pitstop::tool
