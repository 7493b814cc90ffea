#include "pg/refresh.hpp"

#include <algorithm>
#include <map>

#include "core/geocoder_reply.hpp"
#include "pg/addresses.hpp"
#include "pg/journal.hpp"
#include "pg/json.hpp"

namespace pitstop::pg {

namespace {

// What Nominatim takes in one request.
constexpr std::int64_t chunk_size = 50;

constexpr Statement find_refresh{R"(
    SELECT r.language, r.last_address_id, coalesce(r.event_id, 0), r.updated
      FROM pitstop.address_refresh AS r
     WHERE r.teslamate_schema = $1
       AND r.finished_at IS NULL
       FOR UPDATE
)"};

constexpr Statement find_left_over{R"(
    SELECT l.id
      FROM pitstop.address_refresh AS r
     CROSS JOIN LATERAL unnest(r.left_over) WITH ORDINALITY AS l (id, n)
     WHERE r.teslamate_schema = $1
     ORDER BY l.n
)"};

constexpr Statement save_refresh{R"(
    UPDATE pitstop.address_refresh
       SET last_address_id = $2,
           left_over = $3,
           updated = $4,
           event_id = nullif($5, 0),
           finished_at = CASE WHEN $6 THEN now() END
     WHERE teslamate_schema = $1
)"};

// A refresh in the same language that is not finished goes on where it is.
constexpr Statement begin_refresh{R"(
    INSERT INTO pitstop.address_refresh AS r (teslamate_schema, language)
    VALUES ($1, $2)
        ON CONFLICT (teslamate_schema) DO UPDATE
       SET language = excluded.language,
           last_address_id = 0,
           left_over = '{}',
           updated = 0,
           event_id = NULL,
           requested_at = now(),
           finished_at = NULL
     WHERE r.language <> excluded.language
        OR r.finished_at IS NOT NULL
)"};

// What an address is known for in OpenStreetMap can be asked for by that.
constexpr Statement next_addresses{R"(
    SELECT a.id, a.osm_type, a.osm_id
      FROM {schema}.addresses AS a
     WHERE a.id > $1
       AND a.osm_type IN ('node', 'way', 'relation')
       AND a.osm_id > 0
     ORDER BY a.id
     LIMIT $2
)"};

constexpr Statement addresses_up_to{R"(
    SELECT a.id, a.osm_type, a.osm_id
      FROM {schema}.addresses AS a
     WHERE a.id > $1
       AND a.id <= $2
       AND a.osm_type IN ('node', 'way', 'relation')
       AND a.osm_id > 0
     ORDER BY a.id
)"};

constexpr Statement places_of_addresses{R"(
    SELECT a.id, a.latitude::text, a.longitude::text
      FROM unnest($1) AS wanted (id)
      JOIN {schema}.addresses AS a ON a.id = wanted.id
     WHERE a.latitude IS NOT NULL
       AND a.longitude IS NOT NULL
     ORDER BY a.id
)"};

// The places of these addresses are known in the new language from now on.
constexpr Statement know_in_language{R"(
    INSERT INTO pitstop.known_place (latitude, longitude, language, answer, osm_type, osm_id, geocoder, looked_up_at)
    SELECT DISTINCT ON (k.latitude, k.longitude)
           k.latitude, k.longitude, $3, k.answer, k.osm_type, k.osm_id, k.geocoder, k.looked_up_at
      FROM unnest($1, $2) AS done (osm_type, osm_id)
      JOIN pitstop.known_place AS k ON k.osm_type = done.osm_type AND k.osm_id = done.osm_id
     WHERE k.language <> $3
     ORDER BY k.latitude, k.longitude, k.looked_up_at DESC
        ON CONFLICT (latitude, longitude, language) DO NOTHING
)"};

// How far the refresh of one schema has come.
struct Progress {
    std::string language;
    std::int64_t last_address_id = 0;
    std::int64_t event_id = 0;
    std::int64_t updated = 0;
    std::vector<std::int64_t> left_over;
    bool is_finished = false;
};

std::optional<Progress> lock_progress(Spi &spi)
{
    const AsOwner owner;
    std::optional<Progress> progress;
    spi.run(find_refresh, Values().text(spi.schema()), [&](const PassingRow &row) {
        progress = Progress{row.text(0), row.integer(1), row.integer(2), row.integer(3), {}, false};
    });
    if (progress)
        spi.run(find_left_over, Values().text(spi.schema()),
                [&](const PassingRow &row) { progress->left_over.push_back(row.integer(0)); });
    return progress;
}

void save(Spi &spi, const Progress &progress)
{
    const AsOwner owner;
    spi.run(save_refresh, Values()
                              .text(spi.schema())
                              .integer(progress.last_address_id)
                              .integers(progress.left_over)
                              .integer(progress.updated)
                              .integer(progress.event_id)
                              .boolean(progress.is_finished));
}

struct Identified {
    std::int64_t id;
    OsmId osm;
};

std::vector<Identified> read_identified(Spi &spi, const Statement &statement, Values parameters)
{
    std::vector<Identified> addresses;
    spi.run(statement, std::move(parameters), [&](const PassingRow &row) {
        addresses.push_back({row.integer(0), {row.text(1), row.integer(2)}});
    });
    return addresses;
}

bool is_same(const OsmId &a, const Address &b)
{
    return a.type == b.osm_type && a.id == b.osm_id;
}

// Applies what came back to the addresses of one schema, and to the progress of their refresh.
class Application {
public:
    Application(Spi &spi, const TeslaMate &teslamate, Progress &progress)
        : spi_(spi), teslamate_(teslamate), progress_(progress)
    {
    }

    void take_chunk(const Settled &settled, ReplyFormat format);
    void take_single(const Settled &settled, ReplyFormat format);
    void write();

private:
    Spi &spi_;
    const TeslaMate &teslamate_;
    Progress &progress_;
    std::vector<Address> found_;
};

// Whatever the geocoder did not give for a chunk is asked for address by address.
void Application::take_chunk(const Settled &settled, ReplyFormat format)
{
    const std::int64_t last = settled.question.address_id;
    if (last <= progress_.last_address_id)
        return;  // taken already, before a crash
    std::vector<Address> found;
    if (settled.outcome == Settled::Outcome::found) {
        const HttpReply reply{200, {}, {}, settled.body};
        LookupAnswer answer = read_lookup_reply(format, reply, UtcTime{});
        if (auto *const addresses = std::get_if<std::vector<Address>>(&answer))
            found = std::move(*addresses);
    }
    for (const Identified &address :
         read_identified(spi_, addresses_up_to, Values().integer(progress_.last_address_id).integer(last)))
        if (std::none_of(found.begin(), found.end(), [&](const Address &other) { return is_same(address.osm, other); }))
            progress_.left_over.push_back(address.id);
    progress_.last_address_id = last;
    std::move(found.begin(), found.end(), std::back_inserter(found_));
}

// Only when it is the very same object there: another one's texts are not this one's.
void Application::take_single(const Settled &settled, ReplyFormat format)
{
    const std::int64_t id = settled.question.address_id;
    const auto left = std::find(progress_.left_over.begin(), progress_.left_over.end(), id);
    if (left == progress_.left_over.end())
        return;
    progress_.left_over.erase(left);
    if (settled.outcome != Settled::Outcome::found)
        return;
    auto address = read_address(format, settled.body);
    if (!address)
        return;
    for (const Identified &row : read_identified(spi_, addresses_up_to, Values().integer(id - 1).integer(id)))
        if (is_same(row.osm, *address))
            found_.push_back(std::move(*address));
}

void Application::write()
{
    if (found_.empty())
        return;
    const std::vector<Change> changes = update_texts(spi_, teslamate_, found_);
    progress_.updated += static_cast<std::int64_t>(changes.size());
    if (!changes.empty()) {
        Event event;
        event.action = "refresh_addresses";
        event.arguments = JsonObject().add("language", progress_.language).text();
        event.summary = JsonObject().add("addresses", progress_.updated).text();
        event.changes = changes;
        progress_.event_id = Journal(spi_).resume(progress_.event_id, std::move(event));
    }
    std::vector<std::optional<std::string>> types;
    std::vector<std::int64_t> ids;
    for (const Address &address : found_) {
        types.emplace_back(address.osm_type);
        ids.push_back(address.osm_id);
    }
    const AsOwner owner;
    spi_.run(know_in_language, Values().texts(types).integers(ids).text(progress_.language));
}

// By their ids in one request, where the geocoder can do that; else each is left over for its coordinates.
void begin_chunk(Spi &spi, Progress &progress, bool by_ids, std::vector<Question> &questions)
{
    const std::vector<Identified> chunk =
        read_identified(spi, next_addresses, Values().integer(progress.last_address_id).integer(chunk_size));
    progress.is_finished = chunk.empty();
    if (chunk.empty())
        return;
    if (!by_ids) {
        for (const Identified &address : chunk)
            progress.left_over.push_back(address.id);
        progress.last_address_id = chunk.back().id;
        return;
    }
    Question &question = questions.emplace_back();
    question.language = progress.language;
    question.address_id = chunk.back().id;
    for (const Identified &address : chunk)
        question.ids.push_back(address.osm);
}

// Those that are gone, or have no coordinates, cannot be asked for.
void ask_for_left_over(Spi &spi, Progress &progress, std::size_t at_most, std::vector<Question> &questions)
{
    std::vector<std::int64_t> with_places;
    spi.run(places_of_addresses, Values().integers(progress.left_over), [&](const PassingRow &row) {
        with_places.push_back(row.integer(0));
        if (questions.size() < at_most)
            questions.push_back({row.text(1), row.text(2), progress.language, {}, row.integer(0)});
    });
    progress.left_over = std::move(with_places);
}

}  // namespace

void Refresh::store(const std::vector<Settled> &settled, const std::string &provider)
{
    if (settled.empty())
        return;
    auto progress = lock_progress(spi_);
    const Provider *const asked = find_provider(provider);
    if (!progress || asked == nullptr)
        return;
    Application application(spi_, teslamate_, *progress);
    for (const Settled &answer : settled) {
        if (answer.question.language != progress->language)
            continue;  // of a refresh in another language that was requested before
        if (answer.question.by_ids())
            application.take_chunk(answer, asked->format);
        else
            application.take_single(answer, asked->format);
    }
    application.write();
    save(spi_, *progress);
}

std::vector<Question> Refresh::next_questions(const std::string &provider, std::size_t at_most)
{
    auto progress = lock_progress(spi_);
    const Provider *const asked = find_provider(provider);
    if (!progress || asked == nullptr || at_most == 0)
        return {};
    std::vector<Question> questions;
    while (questions.empty() && !progress->is_finished) {
        if (progress->left_over.empty())
            begin_chunk(spi_, *progress, *asked->lookup_path != '\0', questions);
        if (!progress->left_over.empty())
            ask_for_left_over(spi_, *progress, at_most, questions);
    }
    save(spi_, *progress);
    return questions;
}

void request_refresh(Spi &spi, const std::string &language)
{
    const AsOwner owner;
    spi.run(begin_refresh, Values().text(spi.schema()).text(language));
}

}  // namespace pitstop::pg
