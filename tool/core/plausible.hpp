// Is a new backup's size sane beside the last one's? A dump that shrank to a tenth is a lost table, not a clean-up.
#pragma once

#include <optional>
#include <string>

#include "tool/core/manifest.hpp"

namespace pitstop::tool {

// What is odd about `now` beside `before`, the newest proven backup of the same database: rows or bytes that went down to
// less than half, a table of TeslaMate's that was full and is gone or empty. Nothing when it is sane.
std::optional<std::string> implausible(const Manifest &now, const Manifest &before);

}  // namespace pitstop::tool
