// One JSON text sent to a web hook by libcurl. Knows nothing of alerts.
#pragma once

#include <string>

namespace pitstop::tool {

// POST with Content-Type application/json; a 2xx status is success, a redirect is not followed. Takes 15 s at most. Raises Failure
// (program), which never names the URL: it may hold a key.
void post_json(const std::string &url, const std::string &json);

}  // namespace pitstop::tool
