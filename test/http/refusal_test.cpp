// What is asked as it ought not to be: it is refused or closed, and the next one is answered.
#include <gtest/gtest.h>

#include "raw_client.hpp"
#include "running_server.hpp"

namespace pitstop::tool::test {

namespace {

using namespace std::string_literals;

class Refused : public testing::Test {
protected:
    // The status of the one answer, before the connection is closed; 0: none.
    int status_of(const std::string &request)
    {
        RawClient client(server_.address());
        client.send(request);
        const std::string answers = client.read_to_the_end();
        EXPECT_EQ(answers.rfind("HTTP/1."), answers.empty() ? std::string::npos : 0u) << answers;
        return answers.size() < 12 ? 0 : std::stoi(answers.substr(9, 3));
    }

    bool is_alive() { return ask(server_.address(), "/health_check").status == 200; }

    RunningServer server_;
};

// A request of so many bytes.
std::string request_of(std::size_t bytes)
{
    const std::string empty = request_for("/health_check", "X: \r\n");
    return request_for("/health_check", "X: " + std::string(bytes - empty.size(), 'x') + "\r\n");
}

std::string headers(int count)
{
    std::string lines;
    for (int i = 0; i < count; ++i)
        lines += 'X' + std::to_string(i) + ": y\r\n";
    return lines;
}

}  // namespace

TEST_F(Refused, is_every_method_but_GET_and_HEAD)
{
    for (const char *method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW", "get", "GETS"})
        EXPECT_EQ(status_of(request_for("/health_check", "", method)), 405) << method;
    EXPECT_EQ(server_.requests(), 0);
}

TEST_F(Refused, is_told_which_methods_there_are)
{
    RawClient client(server_.address());
    client.send(request_for("/health_check", "", "DELETE"));
    EXPECT_EQ(client.read_answer().headers["Allow"], "GET, HEAD");
}

TEST_F(Refused, is_a_request_with_a_body)
{
    for (const char *header : {"Content-Length: 5\r\n", "Content-Length: 00\r\n", "Transfer-Encoding: chunked\r\n",
                               "Transfer-Encoding: gzip\r\n", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"})
        EXPECT_EQ(status_of(request_for("/health_check", header)), 413) << header;
    EXPECT_EQ(server_.requests(), 0);
}

TEST_F(Refused, is_not_a_request_whose_body_is_empty)
{
    EXPECT_EQ(status_of(request_for("/health_check", "Content-Length: 0\r\nConnection: close\r\n")), 200);
}

TEST_F(Refused, is_a_body_before_it_is_sent)
{
    EXPECT_EQ(status_of(request_for("/", "Content-Length: 1000000000\r\nExpect: 100-continue\r\n", "POST")), 405);
    EXPECT_EQ(status_of(request_for("/", "Content-Length: 1000000000\r\nExpect: 100-continue\r\n")), 413);
}

TEST_F(Refused, is_what_follows_a_body)
{
    status_of(request_for("/", "Content-Length: 5\r\n", "POST") + "12345" + request_for("/health_check"));
    EXPECT_EQ(server_.requests(), 0);
}

TEST_F(Refused, is_a_header_of_more_than_8192_bytes)
{
    RawClient client(server_.address());
    client.send(request_of(8192));
    EXPECT_EQ(client.read_answer().status, 200);
    EXPECT_EQ(status_of(request_of(8193)), 431);
    EXPECT_TRUE(is_alive());
}

TEST_F(Refused, is_a_header_without_an_end)
{
    RawClient client(server_.address());
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
    const std::string more(65536, 'x');
    EXPECT_TRUE(comes([&] { return !client.send(more); }));
    EXPECT_TRUE(is_alive());
}

TEST_F(Refused, is_a_path_without_an_end)
{
    RawClient client(server_.address());
    client.send("GET /");
    const std::string more(65536, 'x');
    EXPECT_TRUE(comes([&] { return !client.send(more); }));
    EXPECT_TRUE(is_alive());
}

TEST_F(Refused, is_a_header_of_very_many_lines)
{
    RawClient client(server_.address());
    client.send(request_for("/health_check", headers(50)));
    EXPECT_EQ(client.read_answer().status, 200);
    RawClient other(server_.address());
    other.send(request_for("/health_check", headers(10000)));
    EXPECT_TRUE(other.is_closed());
    EXPECT_EQ(server_.requests(), 1);
    EXPECT_TRUE(is_alive());
}

TEST_F(Refused, is_HTTP_1_1_without_a_host)
{
    EXPECT_EQ(status_of("GET /health_check HTTP/1.1\r\n\r\n"), 400);
    EXPECT_EQ(status_of("GET /health_check HTTP/1.1\r\nHost:\r\n\r\n"), 400);
}

TEST_F(Refused, is_another_protocol)
{
    for (const std::string &bytes :
         {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"s, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s,
          "SSH-2.0-OpenSSH_9.2\r\n\r\n"s, "GET /health_check HTTP/3.0\r\nHost: x\r\n\r\n"s,
          "GET /health_check FTP/1.1\r\nHost: x\r\n\r\n"s, "GET  /a b HTTP/1.1\r\nHost: x\r\n\r\n"s, "x\r\n\r\n"s,
          std::string(64, '\0') + "\r\n\r\n"}) {
        RawClient client(server_.address());
        client.send(bytes);
        client.end_sending();
        EXPECT_EQ(client.read_to_the_end().find(" 200 "), std::string::npos) << bytes;
        EXPECT_TRUE(is_alive()) << bytes;
    }
}

TEST_F(Refused, is_not_what_has_a_NUL_in_it_but_it_opens_nothing)
{
    for (const std::string &request :
         {"GET /request\0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"s,
          "GET /request HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \0x\r\nConnection: close\r\n\r\n"s,
          "GET /request HTTP/1.1\r\nHost: x\r\nAutho\0rization: Bearer x\r\nConnection: close\r\n\r\n"s}) {
        RawClient client(server_.address());
        client.send(request);
        EXPECT_EQ(client.read_to_the_end().find("Bearer x"), std::string::npos);
        EXPECT_TRUE(is_alive());
    }
}

}  // namespace pitstop::tool::test
