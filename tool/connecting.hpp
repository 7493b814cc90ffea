// From the options of a command to sessions, and to the same database for pg_dump and its like.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "invocation.hpp"
#include "session.hpp"

namespace pitstop::tool {

class Connection {
public:
    // Reads the env file and the environment, looks up a host name where TeslaMate's variables ask for it. Connects nowhere.
    static Connection of(const Invocation &invocation);

    // To a server of our own: its socket's directory, the role postgres, no password.
    static Connection to_socket(const std::string &directory, const std::string &database);

    // A session with the database that is meant, or with another one of the same server.
    Session open() const;
    // For the health checks, which do not wait for long. Its name in pg_stat_activity is another one: such a session ends by
    // itself within seconds.
    Session open_briefly(std::chrono::milliseconds patience) const;
    Session open(const std::string &database) const;
    // A database that one can always connect to while others are renamed: postgres, or template1.
    Session open_maintenance() const;

    // The name of the database that is meant, whether it exists or not.
    std::string database_name() const;
    // The same, only when somebody named it.
    std::optional<std::string> named_database() const;

    // "dbname='teslamate' host='…'" for --dbname of PostgreSQL's programs: without any password.
    std::string conninfo(const std::optional<std::string> &database = std::nullopt) const;
    // What goes with it: PGPASSWORD where a password is known, PGAPPNAME, no prompt.
    std::vector<std::pair<std::string, std::string>> environment() const;

    // For the tool's own queries; nothing: as long as it takes. Never for a dump or a load.
    Session::Timeout query_timeout() const { return query_timeout_; }

private:
    Session open_as(const char *name, std::chrono::milliseconds patience) const;

    std::vector<std::pair<std::string, std::string>> keywords_;  // without a password
    std::optional<std::string> password_;
    Session::Timeout query_timeout_;
};

// What sessions of this program are called in pg_stat_activity.
constexpr const char *application_name = "pitstop";
constexpr const char *health_application_name = "pitstop health";

}  // namespace pitstop::tool
