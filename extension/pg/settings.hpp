// pitstop's settings, all in one place.
#pragma once

#include <string>

namespace pitstop::pg {

// Declares every setting; called once, when the library is loaded.
void define_settings();

// pitstop.teslamate_schema: the schema that holds TeslaMate's tables.
std::string teslamate_schema_setting();

}  // namespace pitstop::pg
