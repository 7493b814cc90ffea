// Clients that take too long, too much or come too often.
#include <sys/resource.h>

#include <gtest/gtest.h>

#include "raw_client.hpp"
#include "running_server.hpp"

namespace pitstop::tool::test {

namespace {

using namespace std::chrono_literals;

// One of the two deadlines is short; the other lies beyond the test's patience.
HttpLimits short_request_deadline()
{
    HttpLimits limits;
    limits.request_deadline = 1s;
    limits.idle_timeout = 10min;
    return limits;
}

HttpLimits short_idle_timeout()
{
    HttpLimits limits;
    limits.request_deadline = 10min;
    limits.idle_timeout = 1s;
    return limits;
}

HttpLimits connections(unsigned in_all, unsigned of_one_address)
{
    HttpLimits limits;
    limits.connections = in_all;
    limits.connections_of_one_address = of_one_address;
    return limits;
}

// Sends a byte now and then, as long as they are taken.
bool is_closed_while_it_sends(RawClient &client)
{
    return comes([&] { return client.has_bytes(20ms) || !client.send("x"); });
}

}  // namespace

TEST(A_client, that_sends_nothing_is_closed)
{
    const RunningServer server(short_request_deadline());
    EXPECT_TRUE(RawClient(server.address()).is_closed());
}

TEST(A_client, that_sends_half_a_request_is_closed)
{
    const RunningServer server(short_request_deadline());
    RawClient client(server.address());
    client.send("GET /health_check HTTP/1.1\r\nHost: local");
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(server.requests(), 0);
}

TEST(A_client, that_sends_byte_after_byte_is_closed)
{
    const RunningServer server(short_request_deadline());
    RawClient client(server.address());
    client.send("GET /");
    EXPECT_TRUE(is_closed_while_it_sends(client));
}

TEST(A_client, that_sends_byte_after_byte_of_a_later_header_is_closed)
{
    const RunningServer server(short_request_deadline());
    RawClient client(server.address());
    client.send(request_for("/health_check"));
    client.read_answer();
    client.send("GET / HTTP/1.1\r\nX: ");
    EXPECT_TRUE(is_closed_while_it_sends(client));
}

TEST(A_client, that_sends_byte_after_byte_of_a_later_path_is_closed)
{
    const RunningServer server(short_idle_timeout());
    RawClient client(server.address());
    client.send(request_for("/health_check"));
    client.read_answer();
    client.send("GET /");
    EXPECT_TRUE(is_closed_while_it_sends(client));
}

TEST(A_client, that_asks_no_more_is_closed)
{
    const RunningServer server(short_idle_timeout());
    RawClient client(server.address());
    client.send(request_for("/health_check"));
    EXPECT_EQ(client.read_answer().status, 200);
    EXPECT_TRUE(client.is_closed());
}

TEST(A_client, that_may_be_idle_can_ask_again)
{
    const RunningServer server(short_request_deadline());
    RawClient client(server.address());
    client.send(request_for("/health_check"));
    client.read_answer();
    EXPECT_FALSE(client.has_bytes(1500ms));
    client.send(request_for("/health_check"));
    EXPECT_EQ(client.read_answer().status, 200);
}

TEST(A_client, that_does_not_read_is_given_up)
{
    RunningServer server(short_request_deadline());
    RawClient client(server.address());
    client.send(request_for("/large"));
    ASSERT_TRUE(comes([&] { return server.requests() == 1; }));
    EXPECT_TRUE(comes([&] { return server.connections() == 0; }));
}

TEST(A_client, that_reads_byte_after_byte_is_given_up)
{
    RunningServer server(short_request_deadline());
    RawClient client(server.address());
    client.send(request_for("/large"));
    ASSERT_TRUE(client.read_byte());
    EXPECT_TRUE(comes([&] { return !client.read_byte() || server.connections() == 0; }));
}

TEST(A_client, that_asks_again_and_again_without_reading_is_given_up)
{
    RunningServer server(short_request_deadline());
    RawClient client(server.address());
    std::string requests;
    for (int i = 0; i < 100; ++i)
        requests += request_for("/elsewhere");
    EXPECT_TRUE(comes([&] { return client.has_bytes(0ms) && !client.send(requests); }));
    EXPECT_TRUE(comes([&] { return server.connections() == 0; }));
}

TEST(Slow_clients, five_hundred_of_them_hold_up_nobody)
{
    HttpLimits limits = short_request_deadline();
    limits.connections = 2000;
    limits.request_deadline = 5s;
    RunningServer server(limits);
    std::vector<std::unique_ptr<RawClient>> slow;
    for (int i = 0; i < 500; ++i) {
        slow.push_back(std::make_unique<RawClient>(server.address()));
        ASSERT_TRUE(slow.back()->send("GET /health_check HTTP/1.1\r\nHost: "));
    }
    EXPECT_TRUE(comes([&] { return server.connections() == 500; }));
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(ask(server.address(), "/health_check").status, 200);
    for (const auto &client : slow)
        EXPECT_TRUE(client->is_closed());
}

TEST(Connections, of_one_address_are_limited)
{
    const RunningServer server(connections(100, 3));
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<RawClient>(server.address()));
        clients.back()->send(request_for("/health_check"));
        EXPECT_EQ(clients.back()->read_answer().status, 200);
    }
    EXPECT_TRUE(RawClient(server.address()).is_closed());
    clients.pop_back();
    EXPECT_TRUE(comes([&] { return ask(server.address(), "/health_check").status == 200; }));
}

TEST(Connections, beyond_the_limit_of_all_wait_their_turn)
{
    const RunningServer server(connections(2, 100));
    auto first = std::make_unique<RawClient>(server.address());
    RawClient second(server.address()), third(server.address());
    for (RawClient *client : {first.get(), &second}) {
        client->send(request_for("/health_check"));
        EXPECT_EQ(client->read_answer().status, 200);
    }
    third.send(request_for("/health_check"));
    EXPECT_FALSE(third.has_bytes(200ms));
    first.reset();
    EXPECT_EQ(third.read_answer().status, 200);
}

TEST(Requests, of_one_address_are_limited)
{
    HttpLimits limits;
    limits.requests_per_second = 0.01;
    const RunningServer server(limits);
    RawClient client(server.address());
    for (int i = 0; i < 20; ++i) {
        client.send(request_for("/health_check"));
        EXPECT_EQ(client.read_answer().status, 200);
    }
    client.send(request_for("/health_check"));
    Answer answer = client.read_answer();
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.headers["Retry-After"], "100");
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(ask(server.address(), "/health_check").status, 429);
}

TEST(The_limit_of_descriptors, is_raised_to_what_is_needed)
{
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit few{40, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    {
        const RunningServer server(connections(500, 500));
        rlimit after{};
        getrlimit(RLIMIT_NOFILE, &after);
        EXPECT_EQ(after.rlim_cur, 564u);
    }
    setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace pitstop::tool::test
