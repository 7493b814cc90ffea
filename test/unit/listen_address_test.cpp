#include "tool/core/listen_address.hpp"

#include <gtest/gtest.h>

#include "tool/core/failure.hpp"

namespace pitstop::tool::test {

namespace {

std::string read_back(const std::string &text)
{
    return parse_listen_address(text).text();
}

bool is_private(const std::string &text)
{
    return parse_listen_address(text).is_private();
}

// What is wrong with it.
std::string fault(const std::string &text)
{
    try {
        return "nothing: " + read_back(text);
    } catch (const Failure &failure) {
        EXPECT_EQ(failure.code(), ExitCode::usage);
        EXPECT_NE(failure.hint(), "") << text;
        return failure.detail();
    }
}

std::string path_of(std::size_t bytes)
{
    return '/' + std::string(bytes - 1, 'x');
}

}  // namespace

TEST(A_listen_address, has_a_host_and_a_port)
{
    const ListenAddress address = parse_listen_address("192.168.1.5:4001");
    EXPECT_EQ(address.host, "192.168.1.5");
    EXPECT_EQ(address.port, 4001);
    EXPECT_EQ(address.unix_path, "");
}

TEST(A_listen_address, of_IPv6_stands_in_brackets)
{
    const ListenAddress address = parse_listen_address("[fd00::7]:80");
    EXPECT_EQ(address.host, "fd00::7");
    EXPECT_EQ(address.port, 80);
}

TEST(A_listen_address, without_a_host_is_all_of_them)
{
    EXPECT_EQ(parse_listen_address(":4001").host, "");
    EXPECT_EQ(parse_listen_address(":4001").port, 4001);
}

TEST(A_listen_address, can_be_a_unix_socket)
{
    const ListenAddress address = parse_listen_address("unix:/run/pitstop.sock");
    EXPECT_EQ(address.unix_path, "/run/pitstop.sock");
    EXPECT_EQ(address.host, "");
}

TEST(A_listen_address, is_written_as_it_is_read)
{
    for (const char *text : {"127.0.0.1:4001", "[::1]:4001", "[::]:0", ":65535", "0.0.0.0:0", "unix:/run/pitstop.sock"})
        EXPECT_EQ(read_back(text), text);
}

TEST(A_listen_address, of_localhost_is_the_loopback)
{
    EXPECT_EQ(read_back("localhost:4001"), "127.0.0.1:4001");
}

TEST(A_listen_address, is_private_where_nobody_comes_from_outside)
{
    for (const char *text : {"127.0.0.1:1", "127.1.2.3:1", "[::1]:1", "localhost:1", "unix:/run/x"})
        EXPECT_TRUE(is_private(text)) << text;
    for (const char *text : {":1", "0.0.0.0:1", "[::]:1", "192.168.1.5:1", "12.7.0.1:1", "[::2]:1", "[fe80::1]:1"})
        EXPECT_FALSE(is_private(text)) << text;
}

TEST(A_listen_address, is_no_name)
{
    for (const char *text : {"pitstop.example:4001", "LOCALHOST:4001", "*:4001", "127.1:4001", "127.0.0.1 :4001"})
        EXPECT_EQ(fault(text), "Names are not looked up, as one may have several addresses.") << text;
}

TEST(A_listen_address, has_a_port_from_0_to_65535)
{
    for (const char *text : {"127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:", "127.0.0.1:80x", ": 80"})
        EXPECT_EQ(fault(text), "A port is a number from 0 to 65535.") << text;
}

TEST(A_listen_address, has_a_colon_before_the_port)
{
    for (const char *text : {"", "4001", "127.0.0.1"})
        EXPECT_EQ(fault(text), "There is no colon before the port.") << text;
}

TEST(A_listen_address, of_IPv6_is_nothing_without_brackets)
{
    EXPECT_EQ(fault("::1:4001"), "An IPv6 address stands in brackets.");
}

TEST(A_listen_address, has_nothing_but_IPv6_in_brackets)
{
    for (const char *text : {"[127.0.0.1]:1", "[]:1", "[:1", "[::1:1", "[::1", "[fe80::1%lo]:1", "[[::1]]:1"})
        EXPECT_EQ(fault(text), "What stands in brackets is no IPv6 address.") << text;
}

TEST(The_path_of_a_unix_socket, is_absolute)
{
    for (const char *text : {"unix:", "unix:pitstop.sock", "unix:./x"})
        EXPECT_EQ(fault(text), "The path of a unix socket begins with a slash.") << text;
}

TEST(The_path_of_a_unix_socket, has_at_most_107_bytes)
{
    EXPECT_EQ(parse_listen_address("unix:" + path_of(107)).unix_path, path_of(107));
    EXPECT_EQ(fault("unix:" + path_of(108)), "The path of a unix socket has at most 107 bytes.");
}

TEST(The_path_of_a_unix_socket, has_no_NUL)
{
    EXPECT_EQ(fault(std::string("unix:/run/x\0y", 13)), "A path cannot hold a NUL character.");
}

}  // namespace pitstop::tool::test
