#include "tool/core/connection.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include <arpa/inet.h>

#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using Value = std::optional<std::string>;

// libpq's own bundle "system" needs libpq 16; this file is Debian's.
constexpr const char *system_ca_file = "/etc/ssl/certs/ca-certificates.crt";

// libpq's variables that an env file may hold, as its keywords; PGPASSWORD is kept apart. PGSERVICEFILE is none before 18.
struct LibpqVariable {
    const char *variable;
    const char *keyword;
};
constexpr LibpqVariable libpq_variables[] = {
    {"PGHOST", "host"},
    {"PGHOSTADDR", "hostaddr"},
    {"PGPORT", "port"},
    {"PGDATABASE", "dbname"},
    {"PGUSER", "user"},
    {"PGPASSFILE", "passfile"},
    {"PGCONNECT_TIMEOUT", "connect_timeout"},
    {"PGOPTIONS", "options"},
    {"PGSSLMODE", "sslmode"},
    {"PGSSLROOTCERT", "sslrootcert"},
    {"PGSSLCERT", "sslcert"},
    {"PGSSLKEY", "sslkey"},
    {"PGSSLCRL", "sslcrl"},
    {"PGSSLCRLDIR", "sslcrldir"},
    {"PGSSLSNI", "sslsni"},
    {"PGSSLMINPROTOCOLVERSION", "ssl_min_protocol_version"},
    {"PGSSLMAXPROTOCOLVERSION", "ssl_max_protocol_version"},
    {"PGCHANNELBINDING", "channel_binding"},
    {"PGGSSENCMODE", "gssencmode"},
    {"PGKRBSRVNAME", "krbsrvname"},
    {"PGREQUIREPEER", "requirepeer"},
    {"PGTARGETSESSIONATTRS", "target_session_attrs"},
};

// Nothing for an empty one too: docker compose writes those for what is not set.
Value value_in(const Variables &variables, const std::string &name)
{
    const auto found = variables.find(name);
    return found == variables.end() || found->second.empty() ? std::nullopt : Value(found->second);
}

// As libpq decides it, which then reads the whole of a dbname.
bool is_connection_string(std::string_view dbname)
{
    const auto begins_with = [&](std::string_view scheme) { return dbname.substr(0, scheme.size()) == scheme; };
    return begins_with("postgres://") || begins_with("postgresql://") || dbname.find('=') != std::string_view::npos;
}

// A name that libpq would take for a connection string, written as one.
std::string dbname_of(const std::string &name)
{
    if (!is_connection_string(name))
        return name;
    std::string text = "dbname='";
    for (const char c : name) {
        if (c == '\'' || c == '\\')
            text += '\\';
        text += c;
    }
    return text + '\'';
}

std::string without_brackets(const std::string &host)
{
    const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    return is_bracketed ? host.substr(1, host.size() - 2) : host;
}

bool is_address(const std::string &host)
{
    unsigned char address[sizeof(in6_addr)];
    const std::string without_zone = host.substr(0, host.find('%'));  // fe80::1%eth0
    return inet_pton(AF_INET, host.c_str(), address) == 1 || inet_pton(AF_INET6, without_zone.c_str(), address) == 1;
}

std::int64_t number_of(const std::string &name, const std::string &text, std::int64_t largest, const char *unit)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 1 || number > largest)
        throw Failure(ExitCode::usage, "value \"" + printable(text) + "\" of " + name + " is out of range",
                      "It is " + std::string(unit) + " from 1 to " + std::to_string(largest) + ".");
    return number;
}

std::string checked_port(const std::string &name, const std::string &text)
{
    return std::to_string(number_of(name, text, 65535, "a port,"));
}

class Planner {
public:
    Planner(const ConnectionOptions &options, const Variables &env_file, const Variables &environment)
        : options_(options), env_file_(env_file), environment_(environment)
    {
    }

    ConnectionPlan plan()
    {
        add_options();
        if (!names_all_itself())
            add_teslamate();
        if (!uses_service())
            add_libpq_of_env_file();
        // libpq lets a connection string overrule what stands before it.
        if (options_.dbname && is_connection_string(*options_.dbname))
            plan_.parameters.emplace_back("dbname", *options_.dbname);
        return std::move(plan_);
    }

private:
    // A service or a connection string is a connection of its own, of which TeslaMate's variables say nothing.
    bool names_all_itself() const
    {
        return options_.service || (options_.dbname && is_connection_string(*options_.dbname));
    }

    // What a service says would be overruled by parameters, though libpq lets it overrule variables.
    bool uses_service() const { return says("service") || value_in(environment_, "PGSERVICE"); }

    bool says(std::string_view keyword) const
    {
        return std::any_of(plan_.parameters.begin(), plan_.parameters.end(),
                           [&](const auto &parameter) { return parameter.first == keyword; });
    }

    void add(const char *keyword, const Value &value)
    {
        if (value && !says(keyword))
            plan_.parameters.emplace_back(keyword, *value);
    }

    // TeslaMate's; as in docker compose, a variable of the environment overrules the file's even when it is empty.
    Value teslamate(const std::string &name) const
    {
        return value_in(environment_.count(name) > 0 ? environment_ : env_file_, name);
    }

    void add_options()
    {
        add("service", options_.service);
        if (options_.host)
            add("host", without_brackets(*options_.host));
        if (options_.port)
            add("port", checked_port("--port", *options_.port));
        if (options_.dbname && !is_connection_string(*options_.dbname))
            add("dbname", *options_.dbname);
        add("user", options_.user);
    }

    void add_teslamate()
    {
        if (!says("host"))
            add_teslamate_host();
        if (const Value port = teslamate("DATABASE_PORT"); port && !says("port"))
            add("port", checked_port("DATABASE_PORT", *port));
        add("user", teslamate("DATABASE_USER"));
        if (const Value name = teslamate("DATABASE_NAME"))
            add("dbname", dbname_of(*name));
        plan_.password = teslamate("DATABASE_PASS");
        add_teslamate_tls();
        if (const Value timeout = teslamate("DATABASE_TIMEOUT"))
            plan_.query_timeout = std::chrono::milliseconds(number_of(
                "DATABASE_TIMEOUT", *timeout, std::numeric_limits<std::int32_t>::max(), "a number of milliseconds,"));
    }

    // Where the host is TeslaMate's, a port that is not said is TeslaMate's default and not PGPORT.
    void add_teslamate_host()
    {
        const Value directory = teslamate("DATABASE_SOCKET_DIR");
        const Value host = teslamate("DATABASE_HOST");
        if (!directory && !host)
            return;
        if (value_in(environment_, "PGHOSTADDR"))
            throw Failure(ExitCode::usage, "PGHOSTADDR cannot be set together with TeslaMate's host",
                          "libpq would connect to PGHOSTADDR, whatever DATABASE_HOST says.",
                          "Unset PGHOSTADDR, or give --pg-service or a connection string as --dbname.");
        if (directory)
            add_socket(*directory);
        else
            add_host(without_brackets(*host));
        if (!teslamate("DATABASE_PORT"))
            add("port", "5432");
    }

    void add_socket(const std::string &directory)
    {
        if (directory[0] != '/')
            throw Failure(ExitCode::usage,
                          "value \"" + printable(directory) + "\" of DATABASE_SOCKET_DIR is no absolute path");
        add("host", directory);
    }

    void add_host(const std::string &host)
    {
        const Value server_name = teslamate("DATABASE_SSL_SNI");
        plan_.ipv6_only = teslamate("DATABASE_IPV6") == "true";
        add("host", server_name.value_or(host));
        if (!server_name && !plan_.ipv6_only)
            return;
        if (is_address(host))
            add("hostaddr", host);
        else
            plan_.resolve = host;
    }

    void add_teslamate_tls()
    {
        const Value tls = teslamate("DATABASE_SSL");
        if (!tls)
            return;
        if (*tls == "true") {
            add("sslmode", "verify-full");
            add("sslrootcert", teslamate("DATABASE_SSL_CA_CERT_FILE").value_or(system_ca_file));
        } else {
            add("sslmode", *tls == "noverify" ? "require" : "prefer");
        }
    }

    void add_libpq_of_env_file()
    {
        if (environment_.count("PGSERVICE") == 0 && value_in(env_file_, "PGSERVICE")) {
            add("service", value_in(env_file_, "PGSERVICE"));
            return;
        }
        const bool has_host = says("host");
        for (const auto &[variable, keyword] : libpq_variables) {
            // An address would overrule the host that is named.
            if (environment_.count(variable) > 0 || (has_host && std::string_view(keyword) == "hostaddr"))
                continue;
            if (const Value value = value_in(env_file_, variable))
                add(keyword, std::string_view(keyword) == "dbname" ? dbname_of(*value) : *value);
        }
        if (!plan_.password && environment_.count("PGPASSWORD") == 0)
            plan_.password = value_in(env_file_, "PGPASSWORD");
    }

    const ConnectionOptions &options_;
    const Variables &env_file_;
    const Variables &environment_;
    ConnectionPlan plan_;
};

}  // namespace

ConnectionPlan plan_connection(const ConnectionOptions &options, const Variables &env_file,
                               const Variables &environment)
{
    return Planner(options, env_file, environment).plan();
}

}  // namespace pitstop::tool
