// Part of repair.hpp: what geocoders answered becomes TeslaMate's addresses, and places that are known.

#include <algorithm>
#include <chrono>

#include "core/geocoder_reply.hpp"
#include "pg/addresses.hpp"
#include "pg/repair.hpp"

namespace pitstop::pg {

namespace {

// For how long an answer without an address is believed.
constexpr std::chrono::hours no_such_place_believed{24 * 30};
constexpr std::chrono::hours declined_believed{24};
constexpr std::chrono::hours malformed_believed{24};
constexpr std::chrono::hours unanswered_believed{1};

constexpr Statement remember_places{R"(
    INSERT INTO pitstop.known_place (latitude, longitude, language, answer, osm_type, osm_id, geocoder, looked_up_at,
                                     ask_again_at)
    SELECT DISTINCT ON (p.latitude::numeric, p.longitude::numeric, p.language)
           p.latitude::numeric, p.longitude::numeric, p.language, p.answer, p.osm_type, p.osm_id, $8, now(),
           now() + make_interval(hours => p.believed_hours::integer)
      FROM unnest($1, $2, $3, $4, $5, $6, $7)
           AS p (latitude, longitude, language, answer, osm_type, osm_id, believed_hours)
        ON CONFLICT (latitude, longitude, language) DO UPDATE
       SET answer = excluded.answer,
           osm_type = excluded.osm_type,
           osm_id = excluded.osm_id,
           geocoder = excluded.geocoder,
           looked_up_at = excluded.looked_up_at,
           ask_again_at = excluded.ask_again_at
)"};

struct Verdict {
    const char *answer;
    std::optional<std::chrono::hours> believed;
};

Verdict verdict_on(Settled::Outcome outcome)
{
    switch (outcome) {
    case Settled::Outcome::found: return {"found", std::nullopt};
    case Settled::Outcome::no_such_place: return {"no such place", no_such_place_believed};
    case Settled::Outcome::declined: return {"declined", declined_believed};
    case Settled::Outcome::malformed: return {"malformed", malformed_believed};
    case Settled::Outcome::unanswered: return {"unanswered", unanswered_believed};
    }
    return {"malformed", malformed_believed};
}

struct Answer {
    const Question *question;
    Settled::Outcome outcome;
    std::optional<Address> address;
};

// What was found is read, and what cannot be read, or not inserted, was not found.
std::vector<Answer> read_answers(const std::vector<Settled> &settled, ReplyFormat format)
{
    std::vector<Answer> answers;
    for (const Settled &each : settled) {
        Answer &answer = answers.emplace_back(Answer{&each.question, each.outcome, std::nullopt});
        if (each.outcome == Settled::Outcome::found)
            answer.address = read_address(format, each.body);
        if (each.outcome == Settled::Outcome::found && !answer.address)
            answer.outcome = Settled::Outcome::malformed;
    }
    return answers;
}

void insert_found(Spi &spi, const TeslaMate &teslamate, std::vector<Answer> &answers, RunState &run)
{
    std::vector<Address> found;
    std::vector<OsmKey> keys;
    for (const Answer &answer : answers)
        if (answer.address) {
            found.push_back(*answer.address);
            keys.emplace_back(answer.address->osm_type, answer.address->osm_id);
        }
    run.addresses_added += insert_addresses(spi, teslamate, found);
    const auto present = find_addresses(spi, keys);
    for (Answer &answer : answers)
        if (answer.address && present.count({answer.address->osm_type, answer.address->osm_id}) == 0)
            answer.outcome = Settled::Outcome::malformed;
}

void remember(Spi &spi, const std::vector<Answer> &answers, const std::string &provider)
{
    using A = const Answer &;
    const auto is_found = [](A a) { return a.outcome == Settled::Outcome::found; };
    Values values;
    values.texts(column_of<std::string>(answers, [](A a) { return a.question->latitude; }));
    values.texts(column_of<std::string>(answers, [](A a) { return a.question->longitude; }));
    values.texts(column_of<std::string>(answers, [](A a) { return a.question->language; }));
    values.texts(column_of<std::string>(answers, [](A a) { return verdict_on(a.outcome).answer; }));
    values.texts(column_of<std::string>(
        answers, [&](A a) { return is_found(a) ? std::optional(a.address->osm_type) : std::nullopt; }));
    values.integers(column_of<std::int64_t>(
        answers, [&](A a) { return is_found(a) ? std::optional(a.address->osm_id) : std::nullopt; }));
    values.integers(column_of<std::int64_t>(answers, [](A a) {
        const auto believed = verdict_on(a.outcome).believed;
        return believed ? std::optional<std::int64_t>(believed->count()) : std::nullopt;
    }));
    values.text(provider);
    const AsOwner owner;
    spi.run(remember_places, std::move(values));
}

}  // namespace

void store_answers(Spi &spi, const TeslaMate &teslamate, const std::vector<Settled> &settled,
                   const std::string &provider, RunState &run)
{
    const Provider *const asked = find_provider(provider);
    if (settled.empty() || asked == nullptr)
        return;
    std::vector<Answer> answers = read_answers(settled, asked->format);
    insert_found(spi, teslamate, answers, run);
    remember(spi, answers, provider);
    run.lookups += static_cast<std::int64_t>(answers.size());
    run.without_place += std::count_if(answers.begin(), answers.end(),
                                       [](const Answer &answer) { return answer.outcome != Settled::Outcome::found; });
}

}  // namespace pitstop::pg
