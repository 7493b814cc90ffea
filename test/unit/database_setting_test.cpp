#include "tool/core/database_setting.hpp"

#include <gtest/gtest.h>

#include "tool/core/failure.hpp"

namespace pitstop::tool::test {

namespace {

std::string statement(std::string_view entry)
{
    return setting_statement("x", "", entry);
}

std::string value_of_search_path(const std::string &value)
{
    const std::string beginning = "ALTER DATABASE \"x\" SET search_path TO ";
    const std::string text = statement("search_path=" + value);
    EXPECT_EQ(text.substr(0, beginning.size()), beginning);
    return text.substr(beginning.size());
}

}  // namespace

TEST(A_setting, is_written_as_a_statement)
{
    EXPECT_EQ(statement("work_mem=64MB"), "ALTER DATABASE \"x\" SET work_mem TO '64MB'");
}

TEST(A_setting, may_be_of_one_role)
{
    EXPECT_EQ(setting_statement("x", "r", "work_mem=64MB"),
              "ALTER ROLE \"r\" IN DATABASE \"x\" SET work_mem TO '64MB'");
}

TEST(A_setting, has_its_names_and_its_value_quoted)
{
    EXPECT_EQ(setting_statement("a\"b", "c\"d", "application_name=it's \\ \"x\""),
              "ALTER ROLE \"c\"\"d\" IN DATABASE \"a\"\"b\" SET application_name TO E'it''s \\\\ \"x\"'");
}

TEST(A_setting, of_an_extension_or_in_capitals_has_its_own_name_quoted)
{
    EXPECT_EQ(statement("pitstop.repair=on"), "ALTER DATABASE \"x\" SET \"pitstop.repair\" TO 'on'");
    EXPECT_EQ(statement("TimeZone=UTC"), "ALTER DATABASE \"x\" SET \"TimeZone\" TO 'UTC'");
}

TEST(A_setting, may_have_an_equals_sign_in_its_value_or_no_value)
{
    EXPECT_EQ(statement("application_name=a=b"), "ALTER DATABASE \"x\" SET application_name TO 'a=b'");
    EXPECT_EQ(statement("application_name="), "ALTER DATABASE \"x\" SET application_name TO ''");
}

TEST(A_setting, that_is_no_list_of_names_stays_one_string)
{
    EXPECT_EQ(statement("DateStyle=ISO, MDY"), "ALTER DATABASE \"x\" SET \"DateStyle\" TO 'ISO, MDY'");
}

TEST(A_list_of_names, is_written_element_by_element)
{
    EXPECT_EQ(value_of_search_path("\"$user\", public"), "'$user', 'public'");
    EXPECT_EQ(value_of_search_path("public"), "'public'");
    EXPECT_EQ(value_of_search_path(" a ,b,  \"c, d\" "), "'a', 'b', 'c, d'");
    EXPECT_EQ(value_of_search_path("\"a\"\"b\", \"it's\""), "'a\"b', 'it''s'");
}

TEST(A_list_of_names, may_be_empty)
{
    EXPECT_EQ(value_of_search_path("\"\""), "''");
    EXPECT_EQ(value_of_search_path(""), "''");
}

TEST(A_list_of_names, is_every_one_that_PostgreSQL_has)
{
    for (const char *name : {"local_preload_libraries", "session_preload_libraries", "shared_preload_libraries",
                             "temp_tablespaces", "unix_socket_directories"})
        EXPECT_EQ(statement(std::string(name) + "=a, b"),
                  "ALTER DATABASE \"x\" SET " + std::string(name) + " TO 'a', 'b'");
}

TEST(What_is_no_setting, is_refused)
{
    for (const char *entry : {"", "work_mem", "=64MB", "search_path=\"a", "search_path=a,", "search_path=,a",
                              "search_path=a b", "search_path=\"a\"b"})
        EXPECT_THROW(statement(entry), Failure) << entry;
}

TEST(What_is_no_setting, is_refused_without_its_value)
{
    try {
        statement("temp_tablespaces=\"secret");
        FAIL();
    } catch (const Failure &failure) {
        EXPECT_STREQ(failure.what(), "could not read setting \"temp_tablespaces\" of a database");
    }
}

}  // namespace pitstop::tool::test
