// parse_memories on any bytes: what it makes of them survives the next restarts unchanged, and can be worked with.
#include <string_view>

#include "bytes.hpp"
#include "core/geocoder_memory.hpp"

namespace pitstop::fuzz {

namespace {

constexpr UtcTime now{765'000'000'000'000};
constexpr UtcTime ends_of_time[] = {{std::numeric_limits<std::int64_t>::min()},
                                    {std::numeric_limits<std::int64_t>::max()}};

void check_promises(const GeocoderMemory &memory)
{
    using namespace std::chrono_literals;
    require(memory.url.size() <= 500 && memory.stop_reason.size() <= 500, "texts have 500 bytes at most", memory.url);
    require(memory.last_used <= now, "nothing was used in the future", memory.url);
    require(memory.breaker.next_attempt(now) <= now + 15min, "a breaker opens for 15 minutes at most", memory.url);
    require(memory.breaker.failures().size() <= Breaker::tolerated_failures, "five failures are kept", memory.url);
    require(memory.pacer.next_start(Pace(), now) <= now + 24h, "a pause is a day at most", memory.url);
}

// For the sanitizers: nothing that was read makes a number overflow.
void work_with(GeocoderMemory memory, UtcTime moment)
{
    const Pace pace{std::chrono::milliseconds{2000}, 2000};
    memory.pacer.next_start(pace, moment);
    memory.breaker.next_attempt(moment);
    memory.pacer.on_request(pace, moment, 0);
    memory.breaker.on_request(moment);
    memory.pacer.on_failure(moment, std::nullopt, 0);
    memory.breaker.on_failure(moment);
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    using namespace pitstop;
    const std::string_view input(reinterpret_cast<const char *>(bytes), size);
    const auto memories = parse_memories(input, fuzz::now);
    fuzz::require(memories.size() <= 32, "32 geocoders are remembered at most");
    const std::string text = format_memories(memories);
    const auto again = parse_memories(text, fuzz::now);
    fuzz::require(again.size() == memories.size(), "all that was written is read again", text);
    fuzz::require(format_memories(again) == text, "what was written is read as the same", text);
    for (const GeocoderMemory &memory : memories) {
        fuzz::check_promises(memory);
        fuzz::work_with(memory, fuzz::now);
        for (const UtcTime end : fuzz::ends_of_time)
            fuzz::work_with(memory, end);
    }
    return 0;
}
