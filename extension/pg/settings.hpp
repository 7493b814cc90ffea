// pitstop's settings, all in one place.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/provider.hpp"

namespace pitstop::pg {

// Declares every setting; called once, when the library is loaded.
void define_settings();

// pitstop.teslamate_schema: the schema that holds TeslaMate's tables.
std::string teslamate_schema_setting();

// pitstop.repair: whether the worker repairs addresses in this database.
bool repair_setting();
// pitstop.language: of addresses; empty: TeslaMate's own setting decides.
std::string language_setting();
// pitstop.address_reuse_distance: metres.
double address_reuse_distance_setting();
// pitstop.repair_interval: between two runs in a database.
std::chrono::seconds repair_interval_setting();
// pitstop.repair_limit: drives, and charging processes, that one run looks at.
std::int64_t repair_limit_setting();
// pitstop.max_workers: visiting workers at the same time, at most `most_workers`.
inline constexpr int most_workers = 4;
int max_workers_setting();

// What is set about the geocoder, as it is set: geocoder_settings.hpp makes sense of it.
struct GeocoderSetting {
    std::string provider;
    std::string url;
    std::string proxy;
    std::string contact;
    std::string key_file;
    std::string proxy_password_file;
    std::chrono::milliseconds interval{0};
    std::chrono::seconds timeout{0};
    std::int64_t daily_limit = -1;  // -1: the default of the geocoder
    int concurrency = 1;
};
GeocoderSetting geocoder_setting();

}  // namespace pitstop::pg
