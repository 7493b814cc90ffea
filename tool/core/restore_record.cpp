#include "tool/core/restore_record.hpp"

#include <cstdint>
#include <limits>

#include <nlohmann/json.hpp>

#include "core/checked_json.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/utf8.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr std::string_view prefix = "pitstop: ";
constexpr std::string_view restoring = "_restoring_";
constexpr std::string_view verifying = "_verifying_";
constexpr std::string_view before = "_before_";
constexpr std::size_t longest_name = 63;
constexpr std::size_t moment_length = 16;

const char *name_of(RestoreRecord::Phase phase)
{
    return phase == RestoreRecord::Phase::loading ? "loading" : "proven";
}

std::optional<RestoreRecord::Phase> phase_called(const std::string &name)
{
    for (const auto phase : {RestoreRecord::Phase::loading, RestoreRecord::Phase::proven})
        if (name == name_of(phase))
            return phase;
    return std::nullopt;
}

// Takes a member of that type out of the object; tells whether there is one.
bool take(Json &object, const char *name, std::string &value)
{
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string())
        return false;
    value = std::move(found->get_ref<std::string &>());
    return true;
}

bool take(Json &object, const char *name, bool &value)
{
    const auto found = object.find(name);
    if (found == object.end() || !found->is_boolean())
        return false;
    value = found->get<bool>();
    return true;
}

bool take(Json &object, const char *name, std::int64_t &value)
{
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number_unsigned() || found->get<std::uint64_t>() > largest)
        return false;
    value = found->get<std::int64_t>();
    return true;
}

std::uint32_t fnv1a(std::string_view text)
{
    std::uint32_t hash = 2166136261;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
    return hash;
}

std::string hex(std::uint32_t number)
{
    std::string text;
    for (int shift = 28; shift >= 0; shift -= 4)
        text += "0123456789abcdef"[number >> shift & 0xf];
    return text;
}

std::string name_beside(std::string_view target, std::string_view word, Moment at)
{
    const std::string suffix = std::string(word) + file_text(at);
    const std::size_t room = longest_name - suffix.size();
    if (target.size() <= room)
        return std::string(target) + suffix;
    const std::string hash = '_' + hex(fnv1a(target));
    return std::string(first_bytes(target, room - hash.size())) + hash + suffix;
}

bool is_name_with(std::string_view word, std::string_view name)
{
    const std::size_t suffix_length = word.size() + moment_length;
    if (name.size() <= suffix_length)
        return false;
    const std::string_view suffix = name.substr(name.size() - suffix_length);
    return suffix.substr(0, word.size()) == word && parse_file_text(suffix.substr(word.size())).has_value();
}

}  // namespace

std::string record_text(const RestoreRecord &record)
{
    OrderedJson json{{"target", record.target},
                     {"source", record.source},
                     {"phase", name_of(record.phase)},
                     {"started_at", iso_text(record.started_at)}};
    if (record.stopped_service)
        json["stopped_service"] = *record.stopped_service;
    json["drop_old"] = record.drop_old;
    json["is_scratch"] = record.is_scratch;
    json["host"] = record.host;
    json["pid"] = record.pid;
    try {
        // In ASCII: comments of databases are shared by databases of all encodings.
        return std::string(prefix) + json.dump(-1, ' ', true);
    } catch (const OrderedJson::type_error &) {
        throw Failure(ExitCode::usage, "path \"" + printable(record.source) + "\" or a name beside it is not UTF-8",
                      "What is under way is recorded in the cluster, which keeps text.", "Rename the backup.");
    }
}

std::optional<RestoreRecord> parse_record(std::string_view comment)
{
    if (comment.substr(0, prefix.size()) != prefix)
        return std::nullopt;
    std::optional<Json> json = read_checked_json(comment.substr(prefix.size()));
    if (!json || !json->is_object())
        return std::nullopt;
    RestoreRecord record;
    std::string phase;
    std::string started_at;
    std::string service;
    if (!take(*json, "target", record.target) || !take(*json, "source", record.source) ||
        !take(*json, "phase", phase) || !take(*json, "started_at", started_at) ||
        !take(*json, "drop_old", record.drop_old) || !take(*json, "is_scratch", record.is_scratch) ||
        !take(*json, "host", record.host) || !take(*json, "pid", record.pid))
        return std::nullopt;
    const auto known_phase = phase_called(phase);
    const auto moment = parse_iso(started_at);
    if (!known_phase || !moment)
        return std::nullopt;
    record.phase = *known_phase;
    record.started_at = *moment;
    if (take(*json, "stopped_service", service))
        record.stopped_service = std::move(service);
    return record;
}

std::string side_name(std::string_view target, Moment at)
{
    return name_beside(target, restoring, at);
}

std::string scratch_name(std::string_view target, Moment at)
{
    return name_beside(target, verifying, at);
}

std::string before_name(std::string_view target, Moment at)
{
    return name_beside(target, before, at);
}

bool is_side_name(std::string_view name) noexcept
{
    return is_name_with(restoring, name);
}

bool is_scratch_name(std::string_view name) noexcept
{
    return is_name_with(verifying, name);
}

}  // namespace pitstop::tool
