// parse_retry_after on any bytes, at all times.
#include <string_view>

#include "bytes.hpp"
#include "core/geocoder_reply.hpp"

namespace pitstop::fuzz {

namespace {

constexpr std::int64_t second{1'000'000};
constexpr UtcTime moments[] = {{std::numeric_limits<std::int64_t>::min()},
                               {0},
                               {765'000'000 * second},
                               {std::numeric_limits<std::int64_t>::max()}};

void check_pause(std::string_view value, UtcTime now)
{
    const std::string seen(value);
    const auto pause = parse_retry_after(value, now);
    if (!pause)
        return;
    require(pause->count() > 0 && pause->count() <= 86400, "a pause is a day at most", seen);
    const bool is_number = value.find_first_not_of("0123456789") == std::string_view::npos;
    const auto later = parse_retry_after(value, now + std::chrono::seconds{1});
    if (is_number)
        require(later == pause, "a number of seconds does not depend on the time", seen);
    else
        require(!later || (*later <= *pause && pause->count() - later->count() <= 1), "the time comes nearer", seen);
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    using namespace pitstop;
    for (const UtcTime now : fuzz::moments)
        fuzz::check_pause({reinterpret_cast<const char *>(bytes), size}, now);
    return 0;
}
