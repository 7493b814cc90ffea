// The visiting workers that the geocoder process has under way, each in a place of the shared memory.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/visit.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "postgres.h"
#include "postmaster/bgworker.h"
}

namespace pitstop::pg {

class Visits {
public:
    // Whether one more may start, of at most `at_most`.
    bool has_room(int at_most) const noexcept;
    // False when the server has no worker to spare.
    bool start(Oid database, const VisitOrder &order);

    struct Ended {
        Oid database = InvalidOid;
        std::optional<VisitReport> report;  // nothing: it ended without a word
    };
    std::vector<Ended> take_ended();

private:
    struct Place {
        BackgroundWorkerHandle *worker = nullptr;  // null: free
        Oid database = InvalidOid;
    };
    std::array<Place, most_workers> places_;
};

}  // namespace pitstop::pg
