// Asks one geocoder, as fast as its breaker, its pacer and the settings let it, and says what came back. Remembers
// breaker, pacer and stop of each geocoder in a file of the data directory, so that neither a restart nor a crash makes it
// ask more, or sooner, than it may.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/geocoder_memory.hpp"
#include "core/geocoder_reply.hpp"
#include "core/visit.hpp"
#include "net/http_client.hpp"
#include "pg/geocoder_settings.hpp"
#include "pg/worker_memory.hpp"

namespace pitstop::pg {

class Asker {
public:
    explicit Asker(UtcTime now);

    // At the start, and after the settings were reloaded. True when the requests under way were given up, because they went
    // elsewhere, or otherwise, than they would now.
    bool configure(GeocoderSettings settings, UtcTime now);
    const GeocoderSettings &settings() const noexcept { return settings_; }

    // Whether the settings and the geocoder's answers so far let it be asked at all, now or later.
    bool is_usable() const noexcept { return settings_.unusable.empty() && !memory_.stopped; }
    // The moment from which a request may start.
    UtcTime next_start(UtcTime now) const noexcept;
    bool may_ask(UtcTime now) const noexcept;
    std::size_t under_way() const noexcept { return client_->under_way(); }

    void ask(std::uint64_t id, const Question &question, UtcTime now);

    struct Answered {
        std::uint64_t id = 0;
        std::optional<Settled::Outcome> outcome;  // nothing: it failed in a way that passes
        std::string body;
    };
    // Moves the requests on, without waiting; what has ended.
    std::vector<Answered> answers(UtcTime now);
    // Until something can move, a signal arrives or the time is over.
    void wait(std::chrono::milliseconds at_most) noexcept { client_->wait(at_most); }

    // Forgets breaker, pauses and stop.
    void reset(UtcTime now);
    // Writes what must survive a restart, where it has changed and was not written a second ago.
    void save(UtcTime now);
    // When save() has something to write; the far future when nothing has changed.
    UtcTime next_save() const noexcept;
    // At the end of the process.
    void save_at_once();
    void describe(WorkerStatus &status, UtcTime now) const;

private:
    void remember_geocoder(UtcTime now);
    void write_memories(bool lastingly);
    Answered judge(net::Reply reply, UtcTime now);
    Answered judge_failure(const net::Reply &reply, UtcTime now);
    void on_wait(const Wait &wait, UtcTime now);
    void on_stop(const std::string &reason, UtcTime now);
    void on_malformed(const std::string &reason, UtcTime now);
    void note_failure(const std::string &reason, UtcTime now);

    GeocoderSettings settings_;
    GeocoderMemory memory_;                 // of the geocoder in use
    std::vector<GeocoderMemory> memories_;  // of the others
    std::unique_ptr<net::HttpClient> client_;
    std::map<std::uint64_t, bool> asks_by_ids_;  // the requests under way
    UtcTime not_before_;                         // after a start: what was asked in the second before it is not known
    UtcTime saved_at_;
    bool is_changed_ = false;
    bool save_failed_ = false;
    Counters counters_ = {};
    UtcTime last_success_at_;
    UtcTime last_failure_at_;
    std::string last_failure_;
};

}  // namespace pitstop::pg
