// Looking up the texts of all addresses again, in another language: chunk by chunk, by their OSM ids, and by their
// coordinates where the geocoder does not know an id any more, as TeslaMate does when its language is changed. How far it
// has come is in our table address_refresh, so that it goes on after a crash; old texts stay until the new ones are there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/visit.hpp"
#include "pg/spi.hpp"
#include "pg/teslamate.hpp"

namespace pitstop::pg {

class Refresh {
public:
    Refresh(Spi &spi, const TeslaMate &teslamate) : spi_(spi), teslamate_(teslamate) {}

    // Takes those of the settled questions that a refresh asked. One transaction with next_questions().
    void store(const std::vector<Settled> &settled, const std::string &provider);

    // What the refresh that was requested for this schema asks next; nothing when none is under way.
    std::vector<Question> next_questions(const std::string &provider, std::size_t at_most);

private:
    Spi &spi_;
    const TeslaMate &teslamate_;
};

// Begins a refresh in this language, or goes on with one in the same language that is not finished.
void request_refresh(Spi &spi, const std::string &language);

}  // namespace pitstop::pg
