#include <algorithm>

#include <nlohmann/json.hpp>

#include "tool/core/alert.hpp"

namespace pitstop::tool {

namespace {

constexpr std::size_t told_one_by_one = 5;

// "age of the newest proven backup: critical (8 days 2 h), was ok"
std::string words_of(const HealthCheck &check, HealthStatus from, HealthStatus to, const std::string &note)
{
    std::string text = std::string(check.title) + ": ";
    if (from == to)
        text += "still ";
    text += name_of(to);
    if (to == HealthStatus::ok)
        text += " again";
    else if (!note.empty())
        text += " (" + note + ')';
    if (from != to)
        text += std::string(", was ") + name_of(from);
    return text;
}

}  // namespace

std::optional<AlertMessage> Alerts::due(Instant now) const
{
    if (outbox_.changes.empty() || now.steady < outbox_.next_attempt)
        return std::nullopt;
    using Json = nlohmann::ordered_json;
    AlertMessage message;
    Json changes = Json::array();
    std::string words;
    for (const HealthCheck *check = health_checks_begin(); check != health_checks_end(); ++check) {
        const auto found = outbox_.changes.find(check->code);
        if (found == outbox_.changes.end())
            continue;
        const Change &change = found->second;
        message.number = std::max(message.number, change.number);
        if (changes.size() < told_one_by_one)
            words += (words.empty() ? "" : "; ") + words_of(*check, change.from, change.to, change.note);
        changes.push_back({{"check", check->code},
                           {"title", check->title},
                           {"from", name_of(change.from)},
                           {"to", name_of(change.to)},
                           {"since", iso_text(change.since)},
                           {"note", change.note},
                           // What nobody can look at is not mended by what mends what is seen.
                           {"mend", change.to == HealthStatus::unknown ? "" : check->mend}});
    }
    if (changes.size() > told_one_by_one)
        words += " and " + std::to_string(changes.size() - told_one_by_one) + " more";
    message.json = Json{{"source", "pitstop"},
                        {"database", outbox_.database},
                        {"status", name_of(outbox_.status)},
                        {"at", iso_text(outbox_.at)},
                        {"text", "TeslaMate database \"" + outbox_.database + "\": " + words + '.'},
                        {"changes", std::move(changes)}}
                       .dump();
    return message;
}

}  // namespace pitstop::tool
