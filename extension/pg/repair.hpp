// The database's part of the address repair, for one TeslaMate schema, within one transaction: stores what a geocoder
// answered, gives rows the addresses that are known, and says which places are not. Called as the owner of TeslaMate's
// tables; our own tables are read and written as theirs.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/visit.hpp"
#include "pg/known_places.hpp"
#include "pg/spi.hpp"
#include "pg/teslamate.hpp"

namespace pitstop::pg {

struct RepairOptions {
    std::string language;         // of the addresses
    double reuse_distance_m = 0;  // how far a known place may be; 0: the very same coordinates
    std::int64_t row_limit = 0;   // of each kind, for one run
    std::size_t most_questions = 0;
};

// A row that lacks an address: a drive, with up to two ends, or a charging process.
struct Gap {
    struct End {
        std::size_t column = 0;                   // 0: a drive's start, or a charging process; 1: a drive's end
        std::optional<std::int64_t> old_address;  // nothing, or TeslaMate's row Unknown
        std::int64_t position_id = 0;
        WantedPlace place;
        bool is_old = false;                      // so that Unknown is no longer believed without an answer of our own
        std::optional<std::int64_t> new_address;  // what it gets
    };
    std::int64_t id = 0;
    std::vector<End> ends;
};

class Repair {
public:
    Repair(Spi &spi, const TeslaMate &teslamate, RepairOptions options);

    // Goes on from run.cursor, over drives, then charging processes: gives rows the addresses that are known, and collects
    // the places that have to be asked for, each once, none close to another of them. Ends where it has
    // options.most_questions of them, at the limit of rows, and after a page without a question; the cursor then stands
    // above the first row that has a question, so that the next call fills it. With no questions allowed, or none left of
    // run.max_lookups, places that are not known are passed over. run.phase is done when there is nothing left to look at.
    std::vector<Question> advance(RunState &run);

private:
    std::vector<Gap> gaps_below(const RunState &run, std::int64_t at_most);
    std::int64_t fill_page(RunState &run, std::vector<Gap> &gaps, std::size_t room);
    bool leaves_alone(const RunState &run, std::int64_t id) const;
    void read_undone();
    // Whether the row has everything it can get, or waits for a question; nothing when there is no room for its question.
    enum class Step { passed, waits, no_room };
    Step take(Gap &gap, const std::vector<KnownPlace> &known, std::size_t first, std::size_t room);
    bool is_to_be_asked(const Gap::End &end, const KnownPlace &known) const;
    bool is_collected(const WantedPlace &place) const;
    void fill(RunState &run, const std::vector<Gap> &gaps);

    Spi &spi_;
    const TeslaMate &teslamate_;
    RepairOptions options_;
    std::optional<std::int64_t> unknown_;
    std::set<std::int64_t> undone_drives_, undone_charges_;
    std::vector<Question> questions_;
    std::vector<Coordinates> collected_;
};

// Remembers what geocoders answered, and inserts the addresses that TeslaMate's table lacks. Counts in `run`. An answer
// that the table refuses, by a value or by a trigger, is remembered as malformed.
void store_answers(Spi &spi, const TeslaMate &teslamate, const std::vector<Settled> &settled,
                   const std::string &provider, RunState &run);

}  // namespace pitstop::pg
