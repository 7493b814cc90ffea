// Requests that something is wrong with, generated: after each the server still answers. PITSTOP_MALFORMED_REQUESTS tells how
// many, PITSTOP_MALFORMED_SEED which ones.
#include <cstdio>
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "raw_client.hpp"
#include "running_server.hpp"

namespace pitstop::tool::test {

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

unsigned long number_of(const char *variable, unsigned long otherwise)
{
    const char *const text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoul(text, nullptr, 10);
}

class Generator {
public:
    explicit Generator(unsigned long seed) : random_(seed) {}

    std::string request()
    {
        std::string text;
        for (std::size_t i = 0; i <= below(3); ++i)
            text += one_of(sound());
        for (std::size_t i = 0; i <= below(6); ++i)
            spoil(text);
        return text;
    }

    std::size_t below(std::size_t limit) { return random_() % limit; }

private:
    static const std::vector<std::string> &sound()
    {
        static const std::vector<std::string> requests{
            request_for("/health_check"),
            request_for("/request?a=b&c=%20d", "Authorization: Basic bWU6c2VjcmV0\r\nAccept-Language: zh\r\n"),
            request_for("/elsewhere", "Cookie: a=b; c=\"d\"\r\nX-Folded: e\r\n f\r\n", "HEAD"),
            request_for("/", "Content-Length: 5\r\nContent-Type: multipart/form-data; boundary=x\r\n", "POST") +
                "--x--",
            request_for("/", "Transfer-Encoding: chunked\r\nTrailer: X\r\n", "PUT") + "3\r\nabc\r\n0\r\nX: y\r\n\r\n",
            request_for("*", "Connection: Upgrade\r\nUpgrade: websocket\r\nExpect: 100-continue\r\n", "OPTIONS"),
            "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            "CONNECT localhost:80 HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
        };
        return requests;
    }

    static const std::vector<std::string> &spoiling()
    {
        static const std::vector<std::string> pieces{"\r\n",
                                                     "\n",
                                                     "\r",
                                                     "\0"s,
                                                     ":",
                                                     " ",
                                                     "\t",
                                                     "%",
                                                     "%00",
                                                     "%zz",
                                                     "?",
                                                     "&",
                                                     "=",
                                                     ";",
                                                     "\"",
                                                     "\xff\xfe",
                                                     "\x80",
                                                     "HTTP/9.9",
                                                     "HTTP/1.",
                                                     "Content-Length: -1\r\n",
                                                     "Content-Length: 18446744073709551616\r\n",
                                                     "Content-Length: 1\r\nContent-Length: 2\r\n",
                                                     "Transfer-Encoding: chunked, identity\r\n",
                                                     "Transfer-Encoding: \x0b"s
                                                     "chunked\r\n",
                                                     "ffffffffffffffff\r\n",
                                                     "Host:\r\n",
                                                     "Connection: close, keep-alive\r\n",
                                                     "Authorization: Basic ====\r\n",
                                                     "Authorization: Digest nonce=\"\r\n",
                                                     "Range: bytes=0-\r\n",
                                                     "\r\n\r\n",
                                                     std::string(300, 'a'),
                                                     std::string(9000, 'b'),
                                                     std::string(20000, ' '),
                                                     std::string(5000, '\n')};
        return pieces;
    }

    const std::string &one_of(const std::vector<std::string> &texts) { return texts[below(texts.size())]; }

    void spoil(std::string &text)
    {
        const std::size_t at = below(text.size() + 1);
        switch (below(6)) {
        case 0: text.insert(at, one_of(spoiling())); break;
        case 1: text.erase(at, below(20)); break;
        case 2: text.resize(at); break;
        case 3: text.insert(at, text.substr(below(text.size() + 1), below(200))); break;
        default:
            if (at < text.size())
                text[at] = static_cast<char>(below(256));
        }
    }

    std::mt19937_64 random_;
};

// In some pieces; then it reads what comes, or goes without a word. An end that comes with the last bytes libmicrohttpd
// notices at the deadline only: nobody waits for that here.
void send_and_leave(RawClient &client, std::string_view request, Generator &generator)
{
    while (!request.empty()) {
        const std::string_view piece = request.substr(0, 1 + generator.below(request.size()));
        if (!client.send(piece))
            return;
        request.remove_prefix(piece.size());
    }
    if (generator.below(4) == 0)
        return;
    client.end_sending();
    const std::string answers = client.read_what_comes(20ms);
    EXPECT_TRUE(answers.empty() || answers.substr(0, 7) == "HTTP/1.") << answers;
}

}  // namespace

TEST(Malformed_requests, leave_the_server_as_it_was)
{
    const unsigned long count = number_of("PITSTOP_MALFORMED_REQUESTS", 2000);
    const unsigned long seed = number_of("PITSTOP_MALFORMED_SEED", 1);
    std::printf("# %lu requests of seed %lu\n", count, seed);
    HttpLimits limits;
    limits.request_deadline = 1s;
    limits.idle_timeout = 1s;
    RunningServer server(limits);
    Generator generator(seed);
    for (unsigned long i = 0; i < count; ++i) {
        const std::string request = generator.request();
        RawClient client(server.address());
        send_and_leave(client, request, generator);
        ASSERT_EQ(ask(server.address(), "/health_check").status, 200) << "after request " << i << ": " << request;
    }
    EXPECT_TRUE(comes([&] { return server.connections() == 0; }));
}

}  // namespace pitstop::tool::test
