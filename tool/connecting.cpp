#include "connecting.hpp"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "file.hpp"
#include "tool/core/connection.hpp"
#include "tool/core/env_file.hpp"
#include "tool/core/words.hpp"

extern char **environ;

namespace pitstop::tool {

namespace {

constexpr std::size_t env_file_limit = 1 << 20;

Variables environment_variables()
{
    Variables variables;
    for (char **each = environ; *each != nullptr; ++each) {
        const std::string entry = *each;
        const std::size_t equals = entry.find('=');
        if (equals != std::string::npos)
            variables[entry.substr(0, equals)] = entry.substr(equals + 1);
    }
    return variables;
}

Variables env_file_variables(const Invocation &invocation)
{
    const std::optional<std::string> path = invocation.value("--env-file");
    if (!path)
        return {};
    try {
        return parse_env_file(read_file(*path, env_file_limit));
    } catch (const Failure &failure) {
        if (failure.code() == ExitCode::usage)
            throw Failure(ExitCode::usage, "could not read \"" + printable(*path) + "\": " + failure.what(),
                          failure.detail(), failure.hint());
        throw;
    }
}

struct FreeAddresses {
    void operator()(addrinfo *addresses) const noexcept { ::freeaddrinfo(addresses); }
};

std::string address_of(const std::string &host, bool ipv6_only)
{
    addrinfo wanted = {};
    wanted.ai_family = ipv6_only ? AF_INET6 : AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    const int error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
    const std::unique_ptr<addrinfo, FreeAddresses> owner(found);
    char text[NI_MAXHOST];
    if (error != 0 ||
        ::getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0)
        throw Failure(ExitCode::connection, "could not find the address of host \"" + printable(host) + "\"",
                      error != 0 ? ::gai_strerror(error) : "",
                      "A container's name is known only inside of Docker's network; from the host use the published "
                      "port on 127.0.0.1.");
    return text;
}

struct FreeOptions {
    void operator()(PQconninfoOption *options) const noexcept { PQconninfoFree(options); }
};

bool is_connection_string(const std::string &text)
{
    return text.rfind("postgresql://", 0) == 0 || text.rfind("postgres://", 0) == 0 ||
           text.find('=') != std::string::npos;
}

using Keywords = std::vector<std::pair<std::string, std::string>>;

void set_keyword(Keywords &keywords, const std::string &name, const std::string &value)
{
    const auto found =
        std::find_if(keywords.begin(), keywords.end(), [&](const auto &each) { return each.first == name; });
    if (found != keywords.end())
        found->second = value;
    else
        keywords.emplace_back(name, value);
}

// A connection string is taken apart, so that its password can go another way than its other parts.
void take_apart(const std::string &text, Keywords &keywords, std::optional<std::string> &password)
{
    char *message = nullptr;
    const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(text.c_str(), &message));
    PQfreemem(message);
    if (!options)
        // libpq's own message may quote the string, and with it a password.
        throw Failure(ExitCode::usage, "--dbname is no connection string that libpq understands", {},
                      "It is a database's name, or like postgresql://user@host:5432/name.");
    for (const PQconninfoOption *each = options.get(); each->keyword != nullptr; ++each) {
        if (each->val == nullptr)
            continue;
        if (std::string(each->keyword) == "password")
            password = each->val;
        else
            set_keyword(keywords, each->keyword, each->val);
    }
}

std::string quoted_value(const std::string &value)
{
    std::string text = "'";
    for (const char each : value) {
        if (each == '\'' || each == '\\')
            text += '\\';
        text += each;
    }
    return text + "'";
}

}  // namespace

Connection Connection::of(const Invocation &invocation)
{
    ConnectionOptions options;
    options.host = invocation.value("--host");
    options.port = invocation.value("--port");
    options.dbname = invocation.value("--dbname");
    options.user = invocation.value("--user");
    options.service = invocation.value("--pg-service");
    const ConnectionPlan plan = plan_connection(options, env_file_variables(invocation), environment_variables());

    Connection connection;
    connection.password_ = plan.password;
    connection.query_timeout_ = plan.query_timeout;
    for (const auto &[name, value] : plan.parameters) {
        if (name == "dbname" && is_connection_string(value) && options.dbname == value)
            take_apart(value, connection.keywords_, connection.password_);
        else
            set_keyword(connection.keywords_, name, value);
    }
    if (plan.resolve)
        set_keyword(connection.keywords_, "hostaddr", address_of(*plan.resolve, plan.ipv6_only));
    return connection;
}

Session Connection::open() const
{
    return open_as(application_name, Session::connect_patience);
}

Session Connection::open_briefly(std::chrono::milliseconds patience) const
{
    Session session = open_as(health_application_name, patience);
    session.close_on_timeout();
    return session;
}

Session Connection::open_as(const char *name, std::chrono::milliseconds patience) const
{
    Keywords keywords = keywords_;
    if (password_)
        set_keyword(keywords, "password", *password_);
    set_keyword(keywords, "application_name", name);
    set_keyword(keywords, "client_encoding", "UTF8");
    return Session(keywords, patience);
}

Session Connection::open(const std::string &database) const
{
    Connection other = *this;
    // A name is never taken for a connection string: only the first dbname libpq meets could be one.
    if (is_connection_string(database))
        set_keyword(other.keywords_, "dbname", "dbname=" + quoted_value(database));
    else
        set_keyword(other.keywords_, "dbname", database);
    return other.open();
}

Session Connection::open_maintenance() const
{
    try {
        return open("postgres");
    } catch (const Failure &failure) {
        if (failure.code() != ExitCode::connection || failure.detail().find("\"postgres\"") == std::string::npos)
            throw;
        return open("template1");
    }
}

std::optional<std::string> Connection::named_database() const
{
    for (const auto &[name, value] : keywords_) {
        if (name == "dbname")
            return value;
    }
    const bool has_service =
        std::getenv("PGSERVICE") != nullptr ||
        std::any_of(keywords_.begin(), keywords_.end(), [](const auto &each) { return each.first == "service"; });
    // A service may name a database, and comes before the variable; only libpq reads it.
    const char *const variable = std::getenv("PGDATABASE");
    if (variable != nullptr && !has_service)
        return variable;
    return has_service ? std::optional(open().database()) : std::nullopt;
}

std::string Connection::database_name() const
{
    const std::optional<std::string> named = named_database();
    return named ? *named : open().database();
}

Connection Connection::to_socket(const std::string &directory, const std::string &database)
{
    Connection connection;
    connection.keywords_ = {{"host", directory}, {"port", "5432"}, {"user", "postgres"}, {"dbname", database}};
    return connection;
}

std::string Connection::conninfo(const std::optional<std::string> &database) const
{
    Keywords keywords = keywords_;
    if (database)
        set_keyword(keywords, "dbname", *database);
    std::string text;
    for (const auto &[name, value] : keywords)
        text += (text.empty() ? "" : " ") + name + "=" + quoted_value(value);
    return text;
}

std::vector<std::pair<std::string, std::string>> Connection::environment() const
{
    std::vector<std::pair<std::string, std::string>> result = {{"PGAPPNAME", application_name},
                                                               {"PGCLIENTENCODING", "UTF8"}};
    if (password_)
        result.emplace_back("PGPASSWORD", *password_);
    return result;
}

}  // namespace pitstop::tool
