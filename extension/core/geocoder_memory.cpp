#include "core/geocoder_memory.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace pitstop {

namespace {

constexpr std::string_view header = "pitstop geocoders 1";
constexpr std::size_t most_geocoders = 32;
constexpr std::size_t longest_text = 500;

// On one line, whatever it holds.
std::string one_line(std::string_view text)
{
    std::string line(text.substr(0, longest_text));
    std::replace_if(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }, ' ');
    return line;
}

std::string line_of(std::string_view key, std::string_view value)
{
    return std::string(key) + " " + one_line(value) + "\n";
}

template <typename Number>
std::optional<Number> number_in(std::string_view text)
{
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::string format(const GeocoderMemory &memory)
{
    std::string failures;
    for (const UtcTime failure : memory.breaker.failures())
        failures += (failures.empty() ? "" : ",") + std::to_string(failure.microseconds);
    const Pacer::Memory &pacer = memory.pacer.memory();
    std::string text = line_of("geocoder", memory.url);
    text += line_of("last_used", std::to_string(memory.last_used.microseconds));
    text += line_of("failures", failures);
    if (memory.breaker.is_open())
        text += line_of("opened_at", std::to_string(memory.breaker.opened_at().microseconds));
    text += line_of("next", std::to_string(pacer.next.microseconds));
    text += line_of("day", std::to_string(pacer.day));
    text += line_of("requests_today", std::to_string(pacer.requests_today));
    text += line_of("failures_in_a_row", std::to_string(pacer.failures));
    if (memory.stopped) {
        text += line_of("stopped_settings", std::to_string(memory.stopped_settings));
        text += line_of("stopped", memory.stop_reason);
    }
    return text + "end\n";
}

// The lines of one geocoder, as they come.
class Entry {
public:
    explicit Entry(std::string_view url) { memory_.url = one_line(url); }

    void take(std::string_view key, std::string_view value);
    GeocoderMemory finish(UtcTime now);

private:
    void take_failures(std::string_view list);

    GeocoderMemory memory_;
    std::vector<UtcTime> failures_;
    std::optional<UtcTime> opened_at_;
    Pacer::Memory pacer_;
};

void Entry::take(std::string_view key, std::string_view value)
{
    if (key == "stopped") {
        memory_.stopped = true;
        memory_.stop_reason = one_line(value);
        return;
    }
    if (key == "failures") {
        take_failures(value);
        return;
    }
    if (key == "stopped_settings") {
        memory_.stopped_settings = number_in<std::uint64_t>(value).value_or(0);
        return;
    }
    const auto number = number_in<std::int64_t>(value);
    if (!number)
        return;
    if (key == "last_used")
        memory_.last_used = UtcTime{*number};
    else if (key == "opened_at")
        opened_at_ = UtcTime{*number};
    else if (key == "next")
        pacer_.next = UtcTime{*number};
    else if (key == "day")
        pacer_.day = *number;
    else if (key == "requests_today")
        pacer_.requests_today = *number;
    else if (key == "failures_in_a_row")
        pacer_.failures = *number;
}

void Entry::take_failures(std::string_view list)
{
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (const auto number = number_in<std::int64_t>(list.substr(0, comma)))
            failures_.push_back(UtcTime{*number});
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
}

GeocoderMemory Entry::finish(UtcTime now)
{
    memory_.last_used = std::min(memory_.last_used, now);
    memory_.breaker.restore(std::move(failures_), opened_at_.has_value(), opened_at_.value_or(UtcTime()), now);
    memory_.pacer.restore(pacer_, now);
    return std::move(memory_);
}

}  // namespace

std::string format_memories(const std::vector<GeocoderMemory> &memories)
{
    std::vector<const GeocoderMemory *> newest;
    for (const GeocoderMemory &memory : memories)
        newest.push_back(&memory);
    std::stable_sort(newest.begin(), newest.end(),
                     [](const GeocoderMemory *a, const GeocoderMemory *b) { return a->last_used > b->last_used; });
    if (newest.size() > most_geocoders)
        newest.resize(most_geocoders);
    std::string text = std::string(header) + "\n";
    for (const GeocoderMemory *memory : newest)
        text += format(*memory);
    return text;
}

std::vector<GeocoderMemory> parse_memories(std::string_view text, UtcTime now)
{
    std::vector<GeocoderMemory> memories;
    std::optional<Entry> entry;
    bool is_first = true;
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (is_first && line != header)
            return {};
        const std::size_t blank = std::min(line.find(' '), line.size());
        const std::string_view key = line.substr(0, blank);
        const std::string_view value = line.substr(std::min(blank + 1, line.size()));
        if (is_first)
            is_first = false;
        else if (key == "geocoder")
            entry.emplace(value);
        else if (key == "end" && entry && memories.size() < most_geocoders)
            memories.push_back(entry->finish(now));
        else if (entry)
            entry->take(key, value);
        if (key == "end")
            entry.reset();
    }
    return memories;
}

std::uint64_t hash_of_settings(const std::vector<std::string> &parts) noexcept
{
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto add = [&hash](unsigned char byte) noexcept { hash = (hash ^ byte) * 0x100000001b3; };
    for (const std::string &part : parts) {
        for (std::size_t length = part.size(), i = 0; i < sizeof length; ++i)
            add(static_cast<unsigned char>(length >> (8 * i)));
        for (const char c : part)
            add(static_cast<unsigned char>(c));
    }
    return hash;
}

}  // namespace pitstop
