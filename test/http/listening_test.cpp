// Where the server listens.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "raw_client.hpp"
#include "running_server.hpp"
#include "tool/core/failure.hpp"

namespace pitstop::tool::test {

namespace {

// A directory with the path of a socket in it.
class Socket_file : public testing::Test {
protected:
    void SetUp() override { ASSERT_NE(mkdtemp(directory_), nullptr); }
    void TearDown() override
    {
        unlink(path().c_str());
        rmdir(directory_);
    }

    std::string path() const { return std::string(directory_) + "/socket"; }
    std::string address() const { return "unix:" + path(); }
    bool is_there() const { return access(path().c_str(), F_OK) == 0; }

    mode_t mode() const
    {
        struct stat file {};
        stat(path().c_str(), &file);
        return file.st_mode;
    }

    // As a program leaves it that is killed.
    void leave_a_socket() const
    {
        sockaddr_un there{};
        there.sun_family = AF_UNIX;
        path().copy(there.sun_path, sizeof there.sun_path - 1);
        const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
        ASSERT_EQ(bind(socket.get(), reinterpret_cast<const sockaddr *>(&there), sizeof there), 0);
    }

private:
    char directory_[32] = "/tmp/pitstop_http_XXXXXX";
};

std::string fault(const std::string &address)
{
    try {
        const RunningServer server({}, address);
        return "nothing";
    } catch (const Failure &failure) {
        EXPECT_NE(failure.hint(), "");
        return failure.what();
    }
}

}  // namespace

TEST(A_server, on_port_0_tells_the_one_it_was_given)
{
    const RunningServer server;
    EXPECT_EQ(server.address().substr(0, 10), "127.0.0.1:");
    EXPECT_NE(server.address(), "127.0.0.1:0");
    EXPECT_EQ(ask(server.address(), "/health_check").status, 200);
}

TEST(A_server, on_all_addresses_is_there_on_the_loopback)
{
    const RunningServer server({}, ":0");
    EXPECT_EQ(server.address()[0], ':');
    EXPECT_EQ(ask("127.0.0.1" + server.address(), "/health_check").status, 200);
}

TEST(A_server, can_listen_on_IPv6)
{
    const Descriptor socket(::socket(AF_INET6, SOCK_STREAM, 0));
    if (!socket || access("/proc/sys/net/ipv6/conf/lo", F_OK) != 0)
        GTEST_SKIP() << "no IPv6 here";
    const RunningServer server({}, "[::1]:0");
    EXPECT_EQ(server.address().substr(0, 6), "[::1]:");
    EXPECT_EQ(ask(server.address(), "/health_check").status, 200);
}

TEST(A_server, does_not_listen_where_another_does)
{
    const RunningServer server;
    EXPECT_EQ(fault(server.address()), "could not listen on " + server.address() + ": Address already in use");
}

TEST(A_server, does_not_listen_on_an_address_of_another_machine)
{
    EXPECT_EQ(fault("192.0.2.1:4001"), "could not listen on 192.0.2.1:4001: Cannot assign requested address");
}

TEST_F(Socket_file, is_for_the_owner_and_the_group_whatever_the_umask)
{
    for (const mode_t mask : {0077, 0000}) {
        const mode_t before = umask(mask);
        const RunningServer server({}, address());
        umask(before);
        EXPECT_EQ(mode() & 07777, 0660u);
        EXPECT_EQ(server.address(), address());
        EXPECT_EQ(ask(address(), "/elsewhere").body, "none\n");
    }
}

TEST_F(Socket_file, goes_with_the_server)
{
    {
        const RunningServer server({}, address());
        EXPECT_TRUE(is_there());
    }
    EXPECT_FALSE(is_there());
}

TEST_F(Socket_file, goes_when_the_server_is_quiesced)
{
    RunningServer server({}, address());
    server.quiesce();
    EXPECT_FALSE(is_there());
    const RunningServer next({}, address());
    EXPECT_EQ(ask(address(), "/health_check").status, 200);
}

TEST_F(Socket_file, that_nobody_listens_on_is_replaced)
{
    leave_a_socket();
    const RunningServer server({}, address());
    EXPECT_EQ(ask(address(), "/health_check").status, 200);
}

TEST_F(Socket_file, that_somebody_listens_on_stays_his)
{
    const RunningServer server({}, address());
    EXPECT_EQ(fault(address()), "could not listen on " + address() + ": Address already in use");
    EXPECT_EQ(ask(address(), "/health_check").status, 200);
}

TEST_F(Socket_file, never_replaces_another_file)
{
    std::ofstream(path()) << "precious";
    EXPECT_EQ(fault(address()), "could not listen on " + address() + ": there is a file that is no socket");
    std::string content;
    std::ifstream(path()) >> content;
    EXPECT_EQ(content, "precious");
}

TEST_F(Socket_file, has_clients_without_a_rate)
{
    HttpLimits limits;
    limits.requests_per_second = 0.01;
    limits.connections_of_one_address = 1;
    const RunningServer server(limits, address());
    const RawClient other(address());
    for (int i = 0; i < 30; ++i)
        EXPECT_EQ(ask(address(), "/health_check").status, 200);
}

}  // namespace pitstop::tool::test
