// What is asked as it ought to be.
#include <gtest/gtest.h>

#include "raw_client.hpp"
#include "running_server.hpp"
#include "tool/core/failure.hpp"

namespace pitstop::tool::test {

namespace {

using namespace std::string_literals;

// What the handler got, one thing to a line.
std::string request_seen(const std::string &path, const std::string &headers = "")
{
    const RunningServer server;
    RawClient client(server.address());
    client.send(request_for(path, headers));
    return client.read_answer().body;
}

std::string ask_all(const std::string &address, const std::string &requests)
{
    RawClient client(address);
    client.send(requests);
    return client.read_to_the_end();
}

std::size_t count_of(const std::string &part, const std::string &text)
{
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

}  // namespace

TEST(An_answer, has_a_status_a_type_and_a_body)
{
    const RunningServer server;
    Answer answer = ask(server.address(), "/elsewhere");
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.headers["Content-Type"], "text/plain");
    EXPECT_EQ(answer.body, "none\n");
}

TEST(An_answer, may_be_empty)
{
    const RunningServer server;
    Answer answer = ask(server.address(), "/health_check");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers["Content-Length"], "0");
    EXPECT_EQ(answer.headers.count("Content-Type"), 0u);
    EXPECT_EQ(answer.headers.count("WWW-Authenticate"), 0u);
}

TEST(An_answer, may_be_large)
{
    const RunningServer server;
    EXPECT_EQ(ask(server.address(), "/large").body, std::string(large_bytes, 'x'));
}

TEST(An_answer, may_ask_for_a_token)
{
    const RunningServer server;
    Answer answer = ask(server.address(), "/401");
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.headers["WWW-Authenticate"], "Basic realm=\"pitstop\"");
}

TEST(Every_answer, has_the_headers_that_keep_a_browser_safe)
{
    const RunningServer server;
    for (const char *path : {"/health_check", "/elsewhere", "/401", "/fault"}) {
        Answer answer = ask(server.address(), path);
        EXPECT_EQ(answer.headers["Content-Security-Policy"],
                  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
            << path;
        EXPECT_EQ(answer.headers["X-Content-Type-Options"], "nosniff") << path;
        EXPECT_EQ(answer.headers["X-Frame-Options"], "DENY") << path;
        EXPECT_EQ(answer.headers["Referrer-Policy"], "no-referrer") << path;
        EXPECT_EQ(answer.headers["Cache-Control"], "no-store") << path;
    }
}

TEST(A_handler, that_throws_is_answered_with_500)
{
    const RunningServer server;
    RawClient client(server.address());
    client.send(request_for("/fault") + request_for("/health_check"));
    EXPECT_EQ(client.read_answer().status, 500);
    EXPECT_EQ(client.read_answer().status, 200);
}

TEST(A_handler, cannot_break_a_header)
{
    const RunningServer server;
    EXPECT_EQ(ask_all(server.address(), request_for("/broken")), "");
    EXPECT_EQ(ask(server.address(), "/health_check").status, 200);
}

TEST(HEAD, is_answered_with_the_headers_alone)
{
    const RunningServer server;
    RawClient client(server.address());
    client.send(request_for("/elsewhere", "", "HEAD") + request_for("/health_check"));
    Answer answer = client.read_answer(false);
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.headers["Content-Length"], "5");
    EXPECT_EQ(client.read_answer().status, 200);
}

TEST(A_connection, is_kept)
{
    RunningServer server;
    RawClient client(server.address());
    for (int i = 0; i < 3; ++i) {
        client.send(request_for("/elsewhere"));
        EXPECT_EQ(client.read_answer().body, "none\n");
    }
    EXPECT_EQ(server.connections(), 1u);
}

TEST(A_connection, ends_when_the_client_wishes)
{
    const RunningServer server;
    const std::string answers = ask_all(server.address(), request_for("/elsewhere", "Connection: close\r\n"));
    EXPECT_EQ(answers.substr(answers.size() - 9), "\r\n\r\nnone\n");
}

TEST(A_connection, of_HTTP_1_0_ends_with_its_answer)
{
    const RunningServer server;
    EXPECT_EQ(count_of("HTTP/1.", ask_all(server.address(), "GET /elsewhere HTTP/1.0\r\n\r\n")), 1u);
}

TEST(Requests, that_come_together_are_answered_in_their_order)
{
    const RunningServer server;
    RawClient client(server.address());
    std::string requests;
    for (int i = 0; i < 100; ++i)
        requests += request_for("/request", "Accept-Language: " + std::to_string(i) + "\r\n");
    client.send(requests);
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(client.read_answer().body, "/request\n" + std::to_string(i) + "\n\n");
}

TEST(A_request, may_come_in_pieces)
{
    const RunningServer server;
    RawClient client(server.address());
    for (const char byte : request_for("/request", "Accept-Language: zh\r\n"))
        client.send({&byte, 1});
    EXPECT_EQ(client.read_answer().body, "/request\nzh\n\n");
}

TEST(A_request, has_a_path_without_the_query)
{
    EXPECT_EQ(request_seen("/request?token=x"), "/request\n\n\n");
}

TEST(A_request, has_a_path_that_is_left_as_it_is)
{
    for (const char *path : {"/%72equest", "/request%00", "//request", "/x/../request", "http://localhost/request"})
        EXPECT_EQ(request_seen(path), "none\n") << path;
}

TEST(A_request, has_the_headers_that_matter_here)
{
    EXPECT_EQ(request_seen("/request", "accept-language: zh-CN, en\r\nAUTHORIZATION: Bearer x\r\nX-Other: y\r\n"),
              "/request\nzh-CN, en\nBearer x\n");
}

TEST(A_request, has_no_more_than_256_bytes_of_languages)
{
    EXPECT_EQ(request_seen("/request", "Accept-Language: " + std::string(257, 'a') + "\r\n"),
              "/request\n" + std::string(256, 'a') + "\n\n");
}

TEST(A_request, is_for_a_client_that_sends_no_more)
{
    const RunningServer server;
    RawClient client(server.address());
    client.send(request_for("/elsewhere"));
    client.end_sending();
    EXPECT_EQ(client.read_answer().body, "none\n");
}

TEST(A_server_that_is_quiesced, ends_what_has_begun)
{
    RunningServer server;
    RawClient idle(server.address()), asking(server.address());
    idle.send(request_for("/health_check"));
    idle.read_answer();
    asking.send("GET /elsewhere HTTP/1.1\r\n");
    ASSERT_TRUE(comes([&] { return server.connections() == 2; }));
    server.quiesce();
    EXPECT_TRUE(idle.is_closed());
    asking.send("Host: localhost\r\n\r\n");
    Answer answer = asking.read_answer();
    EXPECT_EQ(answer.body, "none\n");
    EXPECT_EQ(answer.headers["Connection"], "close");
    EXPECT_TRUE(asking.is_closed());
    EXPECT_TRUE(comes([&] { return server.connections() == 0; }));
}

TEST(A_server_that_is_quiesced, takes_no_more)
{
    RunningServer server;
    server.quiesce();
    server.quiesce();
    EXPECT_FALSE(RawClient(server.address()).is_connected());
    const RunningServer next({}, server.address());
    EXPECT_EQ(ask(next.address(), "/health_check").status, 200);
}

}  // namespace pitstop::tool::test
