// What the process that asks geocoders and the short workers that visit a database tell each other: which places to ask
// for, what came back, how far a run has come. As bytes, for they share memory and nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/provider.hpp"

namespace pitstop {

// What a database wants to know. By coordinates, or, while addresses are refreshed, by up to 50 OSM ids at once.
struct Question {
    std::string latitude;  // as PostgreSQL prints the numeric; both empty for a question by ids
    std::string longitude;
    std::string language;
    std::vector<OsmId> ids;
    std::int64_t address_id = 0;  // TeslaMate's row that a refresh asks for by its coordinates; else 0

    bool by_ids() const noexcept { return !ids.empty(); }
    bool of_refresh() const noexcept { return by_ids() || address_id != 0; }
};

// A question that is done with.
struct Settled {
    enum class Outcome : std::uint8_t {
        found,          // body has the address, or the addresses
        no_such_place,  // the geocoder knows none there
        declined,       // it has another reason not to answer for this place
        malformed,      // its answer made no sense
        unanswered,     // it failed several times for this very question
    };
    Question question;
    Outcome outcome = Outcome::unanswered;
    std::string body;
};

// One run: up to so many drives without an address, then charging processes, newest first. Zeroes begin one.
struct RunState {
    enum class Phase : std::uint8_t { drives, charges, done };
    std::string schema;  // TeslaMate's; empty before the first one, for a database can hold several
    Phase phase = Phase::drives;
    std::int64_t cursor = 0;        // ids below are still to be looked at; 0: all of them
    std::int64_t rows = 0;          // rows without an address that this phase has passed
    std::int64_t event_id = 0;      // of the journal; 0 until something was written
    std::int64_t max_lookups = -1;  // -1: as many as it takes
    std::int64_t lookups = 0;       // questions that were put, and settled
    std::int64_t drives_filled = 0;
    std::int64_t charges_filled = 0;
    std::int64_t addresses_added = 0;
    std::int64_t without_place = 0;  // settled otherwise than found
};

// What a visiting worker is to do.
struct VisitOrder {
    RunState run;
    std::string provider;  // whose answers these are
    std::uint32_t most_questions = 0;
    std::vector<Settled> settled;
};

// What it says when it leaves.
struct VisitReport {
    enum class Status : std::uint8_t {
        served,        // pitstop is there and repairs addresses; `run` and `questions` go on from here
        not_wanted,    // no pitstop in this database, or pitstop.repair is off
        cannot_serve,  // it is wanted, but something is in the way that a person has to mend; `message` says what
        failed,  // nothing was stored, `run` is as it was ordered; it may work later, `message` says what went wrong
    };
    Status status = Status::not_wanted;
    RunState run;
    std::vector<Question> questions;  // replace those of the visit before
    std::string message;              // of the first schema that cannot be served
};

std::string encode(const VisitOrder &order);
std::string encode(const VisitReport &report);
// Both raise std::runtime_error for bytes that these functions did not write.
VisitOrder decode_order(std::string_view bytes);
VisitReport decode_report(std::string_view bytes);

}  // namespace pitstop
