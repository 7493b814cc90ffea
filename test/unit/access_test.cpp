#include "tool/core/access.hpp"

#include <gtest/gtest.h>

namespace pitstop::tool::test {

namespace {

const std::optional<std::string> token = "open sesame";

// To what is behind the token.
bool passes(std::string_view authorization, const std::optional<std::string> &expected = token)
{
    return may_pass("/health", authorization, expected);
}

}  // namespace

TEST(Anybody, passes_where_there_is_no_token)
{
    EXPECT_TRUE(passes("", std::nullopt));
    EXPECT_TRUE(passes("Bearer whatever", std::nullopt));
}

TEST(Anybody, passes_to_the_probes_of_life)
{
    EXPECT_TRUE(may_pass("/health_check", "", token));
    EXPECT_TRUE(may_pass("/livez", "Bearer wrong", token));
}

TEST(Anybody, passes_to_nothing_that_looks_like_them)
{
    for (const char *path : {"", "/", "/health", "/health_check/", "/health_check/../health", "//livez", "/LIVEZ",
                             "/health_chec", "/livez ", "/health%5Fcheck"})
        EXPECT_FALSE(may_pass(path, "", token)) << path;
    EXPECT_FALSE(may_pass(std::string_view("/livez\0", 7), "", token));
}

TEST(The_token, passes_as_bearer)
{
    EXPECT_TRUE(passes("Bearer open sesame"));
    EXPECT_TRUE(passes("Bearer  open sesame"));
}

TEST(The_token, passes_as_the_password_of_any_user)
{
    EXPECT_TRUE(passes("Basic Om9wZW4gc2VzYW1l"));                   // :open sesame
    EXPECT_TRUE(passes("Basic YW5uYTpvcGVuIHNlc2FtZQ=="));           // anna:open sesame
    EXPECT_FALSE(passes("Basic b3BlbiBzZXNhbWU6b3BlbiBzZXNhbQ=="));  // open sesame:open sesam
}

TEST(The_token, may_hold_colons)
{
    EXPECT_TRUE(passes("Basic YTpiOmM=", "b:c"));  // a:b:c
    EXPECT_FALSE(passes("Basic YTpiOmM=", "c"));
}

TEST(The_scheme, is_compared_without_case)
{
    EXPECT_TRUE(passes("bearer open sesame"));
    EXPECT_TRUE(passes("BEARER open sesame"));
    EXPECT_TRUE(passes("bAsIc Om9wZW4gc2VzYW1l"));
}

TEST(Something_else_than_the_token, does_not_pass)
{
    for (const char *authorization :
         {"", "open sesame", "Bearer", "Bearer ", "Bearer open sesam", "Bearer open sesame ", "Bearer open sesamE",
          "Bearer open sesameopen sesame", "Beareropen sesame", "Bearer\topen sesame", " Bearer open sesame",
          "Token open sesame", "Basic open sesame", "Bearer Om9wZW4gc2VzYW1l", "Digest open sesame"})
        EXPECT_FALSE(passes(authorization)) << authorization;
    EXPECT_FALSE(passes(std::string_view("Bearer open sesame\0", 19)));
    EXPECT_FALSE(passes(std::string_view("Bearer \0pen sesame", 18)));
}

TEST(A_token, that_repeats_itself_is_not_its_half)
{
    EXPECT_FALSE(passes("Bearer abab", "ab"));
    EXPECT_FALSE(passes("Bearer ab", "abab"));
}

TEST(An_empty_token, lets_nobody_pass)
{
    for (const char *authorization : {"", "Bearer", "Bearer ", "Bearer x", "Basic Og==", "Basic "})
        EXPECT_FALSE(passes(authorization, "")) << authorization;
}

TEST(Basic_credentials, that_are_no_base64_do_not_pass)
{
    for (const char *authorization : {"Basic", "Basic ", "Basic =", "Basic Om9wZW4gc2VzYW1", "Basic Om9wZW4gc2VzYW1l=",
                                      "Basic Om9wZW4gc2VzYW1l====", "Basic Om9wZW4gc2VzYW1l ",
                                      "Basic Om9w ZW4gc2VzYW1l", "Basic Om9wZW4gc2VzYW1l,", "Basic b3BlbiBzZXNhbWU="})
        EXPECT_FALSE(passes(authorization)) << authorization;
}

TEST(Credentials, of_more_than_4096_bytes_are_not_read)
{
    const std::string longest(4089, 'x');
    EXPECT_TRUE(passes("Bearer " + longest, longest));
    EXPECT_FALSE(passes("Bearer " + longest + 'x', longest + 'x'));
}

}  // namespace pitstop::tool::test
