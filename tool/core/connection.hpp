// Which database is meant: options, TeslaMate's own variables, libpq's. Nothing here connects.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tool/core/env_file.hpp"

namespace pitstop::tool {

// --host, --port, --dbname, --user, --service; each overrules everything else.
struct ConnectionOptions {
    std::optional<std::string> host;
    std::optional<std::string> port;
    std::optional<std::string>
        dbname;  // a name; or a connection string (postgres://… or key=value), which overrules all
    std::optional<std::string> user;
    std::optional<std::string> service;
};

// What libpq is given. What is not named here libpq finds itself (PG* variables, service and password files, defaults).
struct ConnectionPlan {
    std::vector<std::pair<std::string, std::string>> parameters;  // libpq keywords, each once; `dbname` may be a string
    std::optional<std::string> password;                          // apart, so that it is never shown
    std::optional<std::string>
        resolve;  // a host name to look up, whose address becomes hostaddr (host is the SNI name)
    std::optional<std::chrono::milliseconds> query_timeout;  // DATABASE_TIMEOUT: for the tool's queries, never a dump
    bool ipv6_only = false;                                  // DATABASE_IPV6: addresses of IPv6 are taken for `resolve`
};

// Precedence, for each parameter by itself: option; then, where any of TeslaMate's DATABASE_* is set in the env file or
// else in the environment, TeslaMate's (a variable of the environment overrules the file's, as with docker compose);
// then libpq's own ways. Raises Failure (usage) for a value that cannot be, naming the variable and not its value where it
// is a password.
ConnectionPlan plan_connection(const ConnectionOptions &options, const Variables &env_file,
                               const Variables &environment);

}  // namespace pitstop::tool
