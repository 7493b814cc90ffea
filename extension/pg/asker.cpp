#include "pg/asker.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <limits>

#include <fcntl.h>
#include <unistd.h>

#include "pg/boundary.hpp"

extern "C" {
#include "common/pg_prng.h"
#include "storage/fd.h"
}

namespace pitstop::pg {

namespace {

// In the data directory, which is the server's working directory.
constexpr const char *memory_file = "pitstop_geocoders";
constexpr const char *new_memory_file = "pitstop_geocoders.new";
constexpr std::chrono::seconds between_saves{1};
constexpr std::size_t longest_memory_file = 64 * 1024;

double random_fraction() noexcept
{
    return pg_prng_double(&pg_global_prng_state);
}

std::string read_memory_file()
{
    std::ifstream file(memory_file, std::ios::binary);
    std::string text(longest_memory_file, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

// Lastingly: it is there after a power cut. Else only after a crash of the server, and the disk has less to do.
bool write_memory_file(const std::string &text, bool lastingly)
{
    return call([&text, lastingly]() noexcept {
        const int file = OpenTransientFile(new_memory_file, O_WRONLY | O_CREAT | O_TRUNC | PG_BINARY);
        if (file < 0)
            return false;
        const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                             (!lastingly || pg_fsync(file) == 0);
        return CloseTransientFile(file) == 0 && written && rename(new_memory_file, memory_file) == 0;
    });
}

net::Options client_options(const GeocoderSettings &settings)
{
    net::Options options;
    options.user_agent = settings.user_agent;
    options.connect_timeout = std::min<std::chrono::milliseconds>(options.connect_timeout, settings.timeout);
    options.total_timeout = settings.timeout;
    options.body_bytes = largest_body;
    options.proxy = settings.proxy;
    options.proxy_user = settings.proxy_user;
    options.proxy_password = settings.proxy_password;
    return options;
}

void log_stop(const std::string &url, const std::string &reason)
{
    const char *const where = url.c_str();
    const char *const why = reason.c_str();
    call([where, why]() noexcept {
        ereport(WARNING, (errmsg_internal("pitstop does not ask the geocoder %s any more: %s", where, why),
                          errhint("Mend what is wrong, then SELECT pitstop.reset_geocoder(), or change a setting of "
                                  "the geocoder and reload.")));
    });
}

}  // namespace

Asker::Asker(UtcTime now) : memories_(parse_memories(read_memory_file(), now)) {}

bool Asker::configure(GeocoderSettings settings, UtcTime now)
{
    const bool is_first = client_ == nullptr;
    const bool is_other = is_first || settings.url != settings_.url;
    const bool was_stopped = memory_.stopped;
    if (is_other && !is_first)
        memories_.push_back(std::move(memory_));
    const bool has_changed = is_first || settings.hash != settings_.hash || settings.key != settings_.key ||
                             settings.proxy_password != settings_.proxy_password ||
                             settings.timeout != settings_.timeout;
    settings_ = std::move(settings);
    if (is_other)
        remember_geocoder(now);
    if (has_changed) {
        asks_by_ids_.clear();
        memory_.breaker.on_cancelled();
        client_ = std::make_unique<net::HttpClient>(client_options(settings_));
    }
    if (is_first)
        not_before_ = now + std::chrono::microseconds{settings_.pace.interval};
    // Whatever stopped it may be mended by what was changed. A change of the key is seen only by a process that has seen
    // the one before.
    if (memory_.stopped && (memory_.stopped_settings != settings_.hash || (has_changed && was_stopped && !is_other)))
        reset(now);
    return has_changed;
}

void Asker::remember_geocoder(UtcTime now)
{
    const auto known = std::find_if(memories_.begin(), memories_.end(),
                                    [this](const GeocoderMemory &memory) { return memory.url == settings_.url; });
    if (known == memories_.end()) {
        memory_ = GeocoderMemory();
        memory_.url = settings_.url;
    } else {
        memory_ = std::move(*known);
        memories_.erase(known);
    }
    memory_.last_used = now;
}

UtcTime Asker::next_start(UtcTime now) const noexcept
{
    return std::max({not_before_, memory_.pacer.next_start(settings_.pace, now), memory_.breaker.next_attempt(now)});
}

bool Asker::may_ask(UtcTime now) const noexcept
{
    return is_usable() && under_way() < settings_.concurrency && !(now < next_start(now)) &&
           memory_.breaker.allows(now);
}

void Asker::ask(std::uint64_t id, const Question &question, UtcTime now)
{
    net::Request request;
    request.id = id;
    request.language = question.language;
    request.url = question.by_ids() ? lookup_url(*settings_.provider, settings_.url, question.ids, settings_.key)
                                    : reverse_url(*settings_.provider, settings_.url, question.latitude,
                                                  question.longitude, question.language, settings_.key);
    memory_.pacer.on_request(settings_.pace, now, random_fraction());
    memory_.breaker.on_request(now);
    memory_.last_used = now;
    ++counters_.requests;
    is_changed_ = true;
    save(now);
    asks_by_ids_[id] = question.by_ids();
    client_->start(request);
}

std::vector<Asker::Answered> Asker::answers(UtcTime now)
{
    std::vector<Answered> answered;
    for (net::Reply &reply : client_->advance())
        answered.push_back(judge(std::move(reply), now));
    return answered;
}

Asker::Answered Asker::judge(net::Reply reply, UtcTime now)
{
    is_changed_ = true;
    const auto asked = asks_by_ids_.find(reply.id);
    const bool by_ids = asked != asks_by_ids_.end() && asked->second;
    asks_by_ids_.erase(reply.id);
    if (reply.outcome != net::Reply::Outcome::answered)
        return judge_failure(reply, now);

    Answered answered{reply.id, std::nullopt, {}};
    const auto succeed = [&](Settled::Outcome outcome, std::int64_t &counter) {
        answered.outcome = outcome;
        ++counter;
        memory_.breaker.on_success(now);
        memory_.pacer.on_success();
        last_success_at_ = now;
    };
    const auto judge_answer = [&](const auto &answer) {
        using Kind = std::decay_t<decltype(answer)>;
        if constexpr (std::is_same_v<Kind, Wait>) {
            on_wait(answer, now);
        } else if constexpr (std::is_same_v<Kind, Stop>) {
            on_stop(answer.reason, now);
        } else if constexpr (std::is_same_v<Kind, Malformed>) {
            on_malformed(answer.reason, now);
            answered.outcome = Settled::Outcome::malformed;
        } else if constexpr (std::is_same_v<Kind, NoSuchPlace>) {
            succeed(Settled::Outcome::no_such_place, counters_.without_place);
        } else if constexpr (std::is_same_v<Kind, Declined>) {
            succeed(Settled::Outcome::declined, counters_.without_place);
        } else {
            succeed(Settled::Outcome::found, counters_.found);
            answered.body = std::move(reply.body);
        }
    };
    const ReplyFormat format = settings_.provider->format;
    const HttpReply received{reply.status, reply.content_type, reply.retry_after, reply.body};
    if (by_ids)
        std::visit(judge_answer, read_lookup_reply(format, received, now));
    else
        std::visit(judge_answer, read_reverse_reply(format, received, now));
    return answered;
}

Asker::Answered Asker::judge_failure(const net::Reply &reply, UtcTime now)
{
    Answered answered{reply.id, std::nullopt, {}};
    switch (reply.outcome) {
    case net::Reply::Outcome::too_large:
        on_malformed(reply.error, now);
        answered.outcome = Settled::Outcome::malformed;
        break;
    case net::Reply::Outcome::tls: on_stop(reply.error, now); break;
    default: on_wait(Wait{std::nullopt, reply.error}, now);
    }
    return answered;
}

void Asker::note_failure(const std::string &reason, UtcTime now)
{
    last_failure_at_ = now;
    last_failure_ = reason;
}

void Asker::on_wait(const Wait &wait, UtcTime now)
{
    ++counters_.failures;
    memory_.breaker.on_failure(now);
    memory_.pacer.on_failure(now, wait.retry_after, random_fraction());
    note_failure(wait.reason, now);
    save_at_once();  // a pause, or an open breaker, must not be forgotten by a crash
}

void Asker::on_malformed(const std::string &reason, UtcTime now)
{
    ++counters_.malformed;
    memory_.breaker.on_failure(now);
    note_failure(reason, now);
    save_at_once();
}

void Asker::on_stop(const std::string &reason, UtcTime now)
{
    ++counters_.failures;
    memory_.breaker.on_cancelled();
    note_failure(reason, now);
    if (!memory_.stopped)
        log_stop(settings_.url, reason);
    memory_.stopped = true;
    memory_.stop_reason = reason;
    memory_.stopped_settings = settings_.hash;
    write_memories(true);
}

void Asker::reset(UtcTime now)
{
    memory_.stopped = false;
    memory_.stop_reason.clear();
    memory_.breaker.reset();
    memory_.pacer.reset();
    memory_.last_used = now;
    not_before_ = now;
    write_memories(true);
}

void Asker::save(UtcTime now)
{
    const bool clock_went_back = now < saved_at_;
    if (!is_changed_ || (!clock_went_back && now - saved_at_ < between_saves))
        return;
    saved_at_ = now;
    write_memories(false);
}

UtcTime Asker::next_save() const noexcept
{
    return is_changed_ && !save_failed_ ? saved_at_ + between_saves : UtcTime{std::numeric_limits<std::int64_t>::max()};
}

void Asker::save_at_once()
{
    if (is_changed_)
        write_memories(false);
}

// A full disk must not stop the repair: it is said once, and tried again.
void Asker::write_memories(bool lastingly)
{
    std::vector<GeocoderMemory> all = memories_;
    all.push_back(memory_);
    const bool written = write_memory_file(format_memories(all), lastingly);
    is_changed_ = !written;
    if (!written && !save_failed_)
        call([]() noexcept {
            ereport(WARNING,
                    (errcode_for_file_access(), errmsg("pitstop could not write file \"%s\": %m", memory_file)));
        });
    save_failed_ = !written;
}

void Asker::describe(WorkerStatus &status, UtcTime now) const
{
    status.counters = counters_;
    status.last_success_at = last_success_at_;
    status.last_failure_at = last_failure_at_;
    status.last_failure.set(last_failure_);
    status.provider.set(settings_.provider->name);
    status.url.set(settings_.url);
    status.unusable.set(settings_.unusable);
    status.stopped.set(memory_.stopped ? memory_.stop_reason : "");
    status.breaker = memory_.breaker.state(now);
    status.next_request = next_start(now);
    status.interval_ms = settings_.pace.interval.count();
    const bool counts_today = memory_.pacer.memory().day == now.microseconds / 86'400'000'000;
    status.requests_today = counts_today ? memory_.pacer.memory().requests_today : 0;
    status.daily_limit = settings_.pace.daily_limit;
    status.concurrency = static_cast<std::int64_t>(settings_.concurrency);
}

}  // namespace pitstop::pg
