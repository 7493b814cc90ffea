#include "tool/core/connection.hpp"

#include <gtest/gtest.h>

#include "tool/core/failure.hpp"

namespace pitstop::tool::test {

namespace {

using namespace std::chrono_literals;

using Parameters = std::map<std::string, std::string>;

const Variables docker{{"DATABASE_USER", "teslamate"},
                       {"DATABASE_PASS", "secret"},
                       {"DATABASE_HOST", "database"},
                       {"DATABASE_NAME", "teslamate"}};

// By name; a keyword that is given twice is an error here.
Parameters parameters(const ConnectionPlan &plan)
{
    Parameters result;
    for (const auto &[keyword, value] : plan.parameters)
        EXPECT_TRUE(result.emplace(keyword, value).second) << keyword;
    return result;
}

Variables with(Variables variables, const Variables &more)
{
    for (const auto &[name, value] : more)
        variables[name] = value;
    return variables;
}

ConnectionPlan plan_of(const Variables &environment)
{
    return plan_connection({}, {}, environment);
}

std::string fault(const ConnectionOptions &options, const Variables &environment)
{
    try {
        plan_connection(options, {}, environment);
    } catch (const Failure &failure) {
        EXPECT_EQ(failure.code(), ExitCode::usage);
        return failure.what();
    }
    return "nothing";
}

ConnectionOptions named(const std::string &dbname)
{
    ConnectionOptions options;
    options.dbname = dbname;
    return options;
}

}  // namespace

TEST(A_connection, is_left_to_libpq_where_nothing_is_said)
{
    const ConnectionPlan plan = plan_of({{"PGHOST", "elsewhere"}, {"PGPASSWORD", "x"}, {"HOME", "/root"}});
    EXPECT_EQ(parameters(plan), Parameters{});
    EXPECT_EQ(plan.password, std::nullopt);
    EXPECT_EQ(plan.query_timeout, std::nullopt);
}

TEST(A_connection, is_TeslaMates)
{
    const ConnectionPlan plan = plan_of(docker);
    const Parameters expected{{"host", "database"}, {"port", "5432"}, {"user", "teslamate"}, {"dbname", "teslamate"}};
    EXPECT_EQ(parameters(plan), expected);
    EXPECT_EQ(plan.password, "secret");
    EXPECT_EQ(plan.resolve, std::nullopt);
    EXPECT_FALSE(plan.ipv6_only);
}

TEST(A_connection, is_taken_from_the_env_file_as_from_the_environment)
{
    EXPECT_EQ(plan_connection({}, docker, {}).parameters, plan_of(docker).parameters);
    EXPECT_EQ(plan_connection({}, docker, {}).password, "secret");
}

TEST(A_connection, takes_a_variable_of_the_environment_before_the_files)
{
    const ConnectionPlan plan = plan_connection({}, docker, {{"DATABASE_HOST", "other"}, {"DATABASE_PASS", "another"}});
    EXPECT_EQ(parameters(plan)["host"], "other");
    EXPECT_EQ(parameters(plan)["user"], "teslamate");
    EXPECT_EQ(plan.password, "another");
}

TEST(A_connection, takes_an_empty_variable_of_the_environment_for_none)
{
    const ConnectionPlan plan = plan_connection({}, docker, {{"DATABASE_PASS", ""}, {"DATABASE_USER", ""}});
    EXPECT_EQ(plan.password, std::nullopt);
    EXPECT_EQ(parameters(plan).count("user"), 0U);
}

TEST(A_connection, takes_each_option_before_TeslaMates_variable)
{
    ConnectionOptions options;
    options.host = "localhost";
    options.user = "postgres";
    const Parameters expected{{"host", "localhost"}, {"user", "postgres"}, {"dbname", "teslamate"}};
    EXPECT_EQ(parameters(plan_connection(options, {}, docker)), expected);
    options.port = "6000";
    options.dbname = "other";
    const Parameters all{{"host", "localhost"}, {"port", "6000"}, {"user", "postgres"}, {"dbname", "other"}};
    EXPECT_EQ(parameters(plan_connection(options, {}, with(docker, {{"DATABASE_PORT", "1"}}))), all);
}

TEST(A_connection, to_an_optional_host_ignores_what_was_said_of_TeslaMates)
{
    ConnectionOptions options;
    options.host = "localhost";
    const ConnectionPlan plan =
        plan_connection(options, {}, with(docker, {{"DATABASE_SSL_SNI", "x.example"}, {"DATABASE_IPV6", "true"}}));
    EXPECT_EQ(parameters(plan)["host"], "localhost");
    EXPECT_EQ(plan.resolve, std::nullopt);
}

TEST(A_connection, takes_TeslaMates_default_port_with_TeslaMates_host_only)
{
    EXPECT_EQ(parameters(plan_of({{"DATABASE_HOST", "db"}, {"PGPORT", "6000"}}))["port"], "5432");
    EXPECT_EQ(parameters(plan_of({{"DATABASE_NAME", "teslamate"}, {"PGPORT", "6000"}})).count("port"), 0U);
}

TEST(A_connection, takes_a_socket_directory_before_the_host)
{
    const ConnectionPlan plan = plan_of({{"DATABASE_SOCKET_DIR", "/run/postgresql"},
                                         {"DATABASE_HOST", "database"},
                                         {"DATABASE_IPV6", "true"},
                                         {"DATABASE_NAME", "teslamate"}});
    const Parameters expected{{"host", "/run/postgresql"}, {"port", "5432"}, {"dbname", "teslamate"}};
    EXPECT_EQ(parameters(plan), expected);
    EXPECT_EQ(plan.resolve, std::nullopt);
}

TEST(A_connection, refuses_a_socket_directory_that_libpq_would_take_for_a_host)
{
    EXPECT_EQ(fault({}, {{"DATABASE_SOCKET_DIR", "run"}}), "value \"run\" of DATABASE_SOCKET_DIR is no absolute path");
}

TEST(A_connection, is_verified_with_the_CA_that_is_named)
{
    const auto plan = plan_of(with(docker, {{"DATABASE_SSL", "true"}, {"DATABASE_SSL_CA_CERT_FILE", "/ca.pem"}}));
    EXPECT_EQ(parameters(plan)["sslmode"], "verify-full");
    EXPECT_EQ(parameters(plan)["sslrootcert"], "/ca.pem");
}

TEST(A_connection, is_verified_with_the_systems_CAs_where_none_is_named)
{
    const auto plan = plan_of(with(docker, {{"DATABASE_SSL", "true"}}));
    EXPECT_EQ(parameters(plan)["sslmode"], "verify-full");
    EXPECT_EQ(parameters(plan)["sslrootcert"], "/etc/ssl/certs/ca-certificates.crt");
}

TEST(A_connection, may_be_encrypted_without_being_verified)
{
    const auto plan = plan_of(with(docker, {{"DATABASE_SSL", "noverify"}, {"DATABASE_SSL_CA_CERT_FILE", "/ca.pem"}}));
    EXPECT_EQ(parameters(plan)["sslmode"], "require");
    EXPECT_EQ(parameters(plan).count("sslrootcert"), 0U);
}

TEST(A_connection, may_be_without_TLS)
{
    EXPECT_EQ(parameters(plan_of(with(docker, {{"DATABASE_SSL", "false"}})))["sslmode"], "prefer");
    EXPECT_EQ(parameters(plan_of(docker)).count("sslmode"), 0U);
}

TEST(A_server_name, becomes_the_host_and_the_host_is_looked_up)
{
    const auto plan = plan_of(with(docker, {{"DATABASE_SSL", "noverify"}, {"DATABASE_SSL_SNI", "db.example"}}));
    EXPECT_EQ(parameters(plan)["host"], "db.example");
    EXPECT_EQ(parameters(plan).count("hostaddr"), 0U);
    EXPECT_EQ(plan.resolve, "database");
}

TEST(A_server_name, becomes_the_host_and_an_address_stays_one)
{
    for (const char *address : {"192.0.2.1", "::1", "fe80::1%eth0"}) {
        const auto plan = plan_of(with(docker, {{"DATABASE_HOST", address}, {"DATABASE_SSL_SNI", "db.example"}}));
        EXPECT_EQ(parameters(plan)["host"], "db.example");
        EXPECT_EQ(parameters(plan)["hostaddr"], address);
        EXPECT_EQ(plan.resolve, std::nullopt);
    }
}

TEST(IPv6, is_looked_up_for_a_name)
{
    const auto plan = plan_of(with(docker, {{"DATABASE_IPV6", "true"}}));
    EXPECT_EQ(parameters(plan)["host"], "database");
    EXPECT_EQ(plan.resolve, "database");
    EXPECT_TRUE(plan.ipv6_only);
}

TEST(IPv6, is_only_for_those_who_say_true)
{
    EXPECT_EQ(plan_of(with(docker, {{"DATABASE_IPV6", "false"}})).resolve, std::nullopt);
}

TEST(IPv6, has_addresses_in_brackets)
{
    EXPECT_EQ(parameters(plan_of(with(docker, {{"DATABASE_HOST", "[::1]"}})))["host"], "::1");
    ConnectionOptions options;
    options.host = "[2001:db8::1]";
    EXPECT_EQ(parameters(plan_connection(options, {}, {}))["host"], "2001:db8::1");
}

TEST(A_timeout, is_for_queries)
{
    EXPECT_EQ(plan_of(with(docker, {{"DATABASE_TIMEOUT", "15000"}})).query_timeout, 15s);
}

TEST(A_value_that_cannot_be, is_named)
{
    EXPECT_EQ(fault({}, {{"DATABASE_TIMEOUT", "15s"}}), "value \"15s\" of DATABASE_TIMEOUT is out of range");
    EXPECT_EQ(fault({}, {{"DATABASE_TIMEOUT", "0"}}), "value \"0\" of DATABASE_TIMEOUT is out of range");
    EXPECT_EQ(fault({}, {{"DATABASE_TIMEOUT", "2147483648"}}),
              "value \"2147483648\" of DATABASE_TIMEOUT is out of range");
    EXPECT_EQ(fault({}, {{"DATABASE_PORT", "65536"}}), "value \"65536\" of DATABASE_PORT is out of range");
    EXPECT_EQ(fault({}, {{"DATABASE_PORT", " 5432"}}), "value \" 5432\" of DATABASE_PORT is out of range");
    ConnectionOptions options;
    options.port = "-1";
    EXPECT_EQ(fault(options, {}), "value \"-1\" of --port is out of range");
}

TEST(A_service, makes_TeslaMates_variables_count_for_nothing)
{
    ConnectionOptions options;
    options.service = "home";
    options.user = "postgres";
    const ConnectionPlan plan = plan_connection(options, docker, docker);
    EXPECT_EQ(parameters(plan), (Parameters{{"service", "home"}, {"user", "postgres"}}));
    EXPECT_EQ(plan.password, std::nullopt);
}

TEST(A_service, is_not_overruled_by_what_libpq_lets_it_overrule)
{
    const Variables env_file{{"PGHOST", "elsewhere"}, {"PGUSER", "x"}};
    ConnectionOptions options;
    options.service = "home";
    EXPECT_EQ(parameters(plan_connection(options, env_file, {})), (Parameters{{"service", "home"}}));
    EXPECT_EQ(parameters(plan_connection({}, env_file, {{"PGSERVICE", "home"}})), Parameters{});
    EXPECT_EQ(parameters(plan_connection({}, with(env_file, {{"PGSERVICE", "home"}}), {})),
              (Parameters{{"service", "home"}}));
}

TEST(A_connection_string, makes_TeslaMates_variables_count_for_nothing)
{
    for (const char *text : {"postgres://u@h/d", "postgresql://h", "host=h dbname=d"}) {
        const ConnectionPlan plan = plan_connection(named(text), docker, docker);
        EXPECT_EQ(parameters(plan), (Parameters{{"dbname", text}}));
        EXPECT_EQ(plan.password, std::nullopt);
    }
}

TEST(A_connection_string, stands_last_where_libpq_lets_it_overrule_the_rest)
{
    ConnectionOptions options = named("host=h");
    options.user = "u";
    const auto plan = plan_connection(options, {{"PGSSLMODE", "require"}, {"PGDATABASE", "x=y"}}, {});
    ASSERT_FALSE(plan.parameters.empty());
    EXPECT_EQ(plan.parameters.back(), (std::pair<std::string, std::string>{"dbname", "host=h"}));
}

TEST(A_name_of_TeslaMates_database, is_never_a_connection_string)
{
    EXPECT_EQ(parameters(plan_of({{"DATABASE_NAME", "host=evil"}}))["dbname"], "dbname='host=evil'");
    EXPECT_EQ(parameters(plan_of({{"DATABASE_NAME", "a='b\\"}}))["dbname"], "dbname='a=\\'b\\\\'");
    EXPECT_EQ(parameters(plan_of({{"DATABASE_NAME", "postgres://x"}}))["dbname"], "dbname='postgres://x'");
}

TEST(Libpqs_variables_of_an_env_file, are_taken_where_nothing_else_says)
{
    const Variables env_file{{"PGHOST", "a"},     {"PGPORT", "6000"},       {"PGDATABASE", "d"}, {"PGUSER", "u"},
                             {"PGPASSWORD", "p"}, {"PGSSLMODE", "require"}, {"PGPASSFILE", "/p"}};
    const auto plan = plan_connection({}, env_file, {});
    const Parameters expected{{"host", "a"}, {"port", "6000"},       {"dbname", "d"},
                              {"user", "u"}, {"sslmode", "require"}, {"passfile", "/p"}};
    EXPECT_EQ(parameters(plan), expected);
    EXPECT_EQ(plan.password, "p");
}

TEST(Libpqs_variables_of_an_env_file, come_behind_the_environments)
{
    const auto plan = plan_connection({}, {{"PGHOST", "a"}, {"PGUSER", "u"}, {"PGPASSWORD", "p"}},
                                      {{"PGHOST", "b"}, {"PGPASSWORD", "q"}});
    EXPECT_EQ(parameters(plan), (Parameters{{"user", "u"}}));
    EXPECT_EQ(plan.password, std::nullopt);
}

TEST(Libpqs_variables_of_an_env_file, come_behind_TeslaMates)
{
    const auto plan = plan_connection(
        {}, with(docker, {{"PGHOST", "a"}, {"PGHOSTADDR", "192.0.2.1"}, {"PGPASSWORD", "p"}, {"PGSSLMODE", "require"}}),
        {});
    EXPECT_EQ(parameters(plan)["host"], "database");
    EXPECT_EQ(parameters(plan).count("hostaddr"), 0U);
    EXPECT_EQ(parameters(plan)["sslmode"], "require");
    EXPECT_EQ(plan.password, "secret");
}

TEST(An_address_of_libpqs, cannot_overrule_TeslaMates_host)
{
    EXPECT_EQ(fault({}, with(docker, {{"PGHOSTADDR", "192.0.2.1"}})),
              "PGHOSTADDR cannot be set together with TeslaMate's host");
}

}  // namespace pitstop::tool::test
