// Moments in UTC, in whole seconds: as backups are named and manifests write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pitstop::tool {

// Seconds since 1970-01-01 00:00 UTC.
struct Moment {
    std::int64_t seconds = 0;

    friend bool operator==(Moment a, Moment b) noexcept { return a.seconds == b.seconds; }
    friend bool operator!=(Moment a, Moment b) noexcept { return a.seconds != b.seconds; }
    friend bool operator<(Moment a, Moment b) noexcept { return a.seconds < b.seconds; }
};

struct CivilDate {
    std::int64_t year = 1970;
    unsigned month = 1;
    unsigned day = 1;
};

CivilDate date_of(Moment moment) noexcept;
// Days since 1970-01-01; the week begins on Monday (ISO).
std::int64_t day_of(Moment moment) noexcept;
std::int64_t week_of(Moment moment) noexcept;

std::string iso_text(Moment moment);                     // 2026-11-25T03:15:00Z
std::optional<Moment> parse_iso(std::string_view text);  // exactly that form, years 1970 to 9999
std::string file_text(Moment moment);                    // 20261125T031500Z, as in the names of backups
std::optional<Moment> parse_file_text(std::string_view text);

}  // namespace pitstop::tool
