// From a geocoder's JSON to TeslaMate's columns: which of its many keys goes where.
#pragma once

#include <optional>

#include <nlohmann/json.hpp>

#include "core/geocoder_reply.hpp"

namespace pitstop {

// A place of Nominatim or of what answers like it, without `raw`. Nothing for one that makes no sense: without
// coordinates on this earth, without a display_name, or with half an identity.
std::optional<Address> address_of_nominatim(const nlohmann::json &place);

// A feature of Photon's, with `raw`.
std::optional<Address> address_of_photon(const nlohmann::json &feature);

}  // namespace pitstop
