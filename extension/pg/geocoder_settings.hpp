// The geocoder as the settings describe it: which one, how it is reached, how often it may be asked, and whether it may
// be asked at all. Secrets are read from their files here, and leave this process only in requests.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/pacer.hpp"
#include "core/provider.hpp"

namespace pitstop::pg {

struct GeocoderSettings {
    const Provider *provider = nullptr;
    std::string url;  // identifies the geocoder: breaker and pacer are one for each URL
    std::string key;
    std::string proxy;
    std::string proxy_user;
    std::string proxy_password;
    std::string user_agent;
    Pace pace;
    std::chrono::seconds timeout{30};
    std::size_t concurrency = 1;
    std::string unusable;  // why it must not be asked as things are set, in words; empty: it may
    std::uint64_t hash =
        0;  // of what decides whether it answers: a geocoder that has stopped is tried again when it changes
};

// Reads the settings of the moment and the files that they name. Raises nothing for files that cannot be read.
GeocoderSettings read_geocoder_settings();

}  // namespace pitstop::pg
