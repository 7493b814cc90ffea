// What a restore remembers of itself: JSON in the comment of the side database, so that it lives in the cluster and the next
// call, from any machine, finds it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tool/core/moment.hpp"

namespace pitstop::tool {

struct RestoreRecord {
    enum class Phase {
        loading,  // the side database is being filled
        proven,   // it was compared with its manifest, and may be swapped in
        swapped,  // it has the target's name; the record is in the comment of the old database now
    };
    std::string target;  // the name it is to get
    std::string source;  // the backup, as it was given: a path; for --continue
    Phase phase = Phase::loading;
    Moment started_at;
    std::optional<std::string> stopped_service;  // the service that was running and was stopped, as given
    bool drop_old = false;
    bool in_place = false;    // the database is only the mark of a restore into the target itself
    bool is_scratch = false;  // of `verify --restore`: never swapped in
    std::string host;         // where it runs, and as which process, for people; a lock tells whether it still does
    std::int64_t pid = 0;
};

std::string record_text(const RestoreRecord &record);                 // "pitstop: {…}"
std::optional<RestoreRecord> parse_record(std::string_view comment);  // nothing for any other comment

// Names of databases beside `target`, cut to the 63 bytes PostgreSQL allows without breaking a character; a cut name carries
// a hash of the whole one, so that two long names do not meet.
std::string side_name(std::string_view target, Moment at);     // teslamate_restoring_20261125T031500Z
std::string scratch_name(std::string_view target, Moment at);  // teslamate_verifying_…
std::string before_name(std::string_view target, Moment at);   // teslamate_before_…

// By its name alone, for one that was killed before its comment was written.
bool is_side_name(std::string_view name) noexcept;
bool is_scratch_name(std::string_view name) noexcept;

}  // namespace pitstop::tool
