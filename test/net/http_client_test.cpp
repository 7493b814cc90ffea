#include "net/http_client.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>

#include "hanging_resolver.hpp"
#include "loopback_server.hpp"

namespace pitstop::net {

inline void PrintTo(Reply::Outcome outcome, std::ostream *out)
{
    *out << "outcome " << static_cast<int>(outcome);
}

}  // namespace pitstop::net

namespace pitstop::test {

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using net::HttpClient;
using net::Options;
using net::Reply;
using net::Request;
using Clock = std::chrono::steady_clock;
using Outcome = Reply::Outcome;

constexpr auto deadline = 20s;

Options options_with(std::chrono::milliseconds total_timeout = deadline)
{
    static const bool is_started = (net::start_library(), true);
    Options options;
    options.user_agent = is_started ? "pitstop/1 (somebody@example.org)" : "";
    options.total_timeout = total_timeout;
    return options;
}

Options options_with_proxy(const std::string &proxy)
{
    Options options = options_with();
    options.proxy = proxy;
    return options;
}

Options options_with_limit(std::size_t body_bytes)
{
    Options options = options_with();
    options.body_bytes = body_bytes;
    return options;
}

template <typename Condition>
void wait_until(HttpClient &client, std::vector<Reply> &replies, Condition is_met)
{
    const auto end = Clock::now() + deadline;
    while (!is_met()) {
        if (Clock::now() > end)
            throw std::runtime_error("nothing came of it for too long");
        client.wait(10ms);
        for (Reply &reply : client.advance())
            replies.push_back(std::move(reply));
    }
}

std::vector<Reply> all_replies(HttpClient &client)
{
    std::vector<Reply> replies;
    wait_until(client, replies, [&] { return client.under_way() == 0; });
    return replies;
}

Reply ask(HttpClient &client, const std::string &url, const std::string &language = "")
{
    client.start({1, url, language});
    return all_replies(client).at(0);
}

Reply ask(const std::string &url, const Options &options = options_with())
{
    HttpClient client(options);
    return ask(client, url);
}

std::string answer(const std::string &headers, const std::string &body)
{
    return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Answers each request with these bytes, as long as the client stays.
std::function<void(Connection &)> saying(std::string bytes)
{
    return [bytes = std::move(bytes)](Connection &client) {
        while (!client.read_request().empty())
            client.send(bytes);
    };
}

std::function<void(Connection &)> saying_before_it_closes(std::string bytes)
{
    return [bytes = std::move(bytes)](Connection &client) {
        client.read_request();
        client.send(bytes);
    };
}

// Says this again and again until the client goes.
std::function<void(Connection &)> repeating(std::string beginning, std::string bytes)
{
    return [beginning = std::move(beginning), bytes = std::move(bytes)](Connection &client) {
        client.read_request();
        client.send(beginning);
        while (client.send(bytes)) {
        }
    };
}

Reply ask_one_that_says(const std::string &bytes, const Options &options = options_with())
{
    const LoopbackServer server(saying_before_it_closes(bytes));
    return ask(server.url(), options);
}

// Tells the client what it has asked.
void echo(Connection &client)
{
    for (std::string request; !(request = client.read_request()).empty();)
        client.send(answer("Set-Cookie: a=b\r\n", request));
}

std::string request_with(const Options &options, const std::string &language = "")
{
    const LoopbackServer server(echo);
    HttpClient client(options);
    return ask(client, server.url("/reverse?lat=1"), language).body;
}

bool contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

// {"lat":"52.5"}
std::string compressed()
{
    return "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xab\x56\xca\x49\x2c\x51\xb2\x52\x32\x35\xd2\x33\x55\xaa"
           "\x05\x00\x48\x46\x5b\x60\x0e\x00\x00\x00"s;
}

// A million zeros, in a thousand bytes.
std::string bomb()
{
    return "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xed\xc1\x81\x00\x00\x00\x00\xc3\x20\xa5\xf9\xd3\x1d\xe4\x55\x01"s +
           std::string(968, '\0') + "\xaf\x06\x53\x6a\x31\x4a\x40\x42\x0f\x00"s;
}

// A variable of the environment, for the length of a test.
class Variable {
public:
    Variable(const char *name, const std::string &value) : name_(name) { setenv(name, value.c_str(), 1); }
    ~Variable() { unsetenv(name_); }
    Variable(const Variable &) = delete;
    Variable &operator=(const Variable &) = delete;

private:
    const char *name_;
};

// Lets nobody on before so many have arrived.
class Gathering {
public:
    explicit Gathering(int expected) : expected_(expected) {}

    bool join()
    {
        std::unique_lock lock(mutex_);
        --expected_;
        all_there_.notify_all();
        return all_there_.wait_for(lock, deadline, [this] { return expected_ <= 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable all_there_;
    int expected_;
};

// Sends this thread a signal again and again: one of them meets it waiting.
class Alarm {
public:
    Alarm()
    {
        struct sigaction action = {};
        action.sa_handler = [](int) {};
        sigaction(SIGUSR1, &action, &before_);
        thread_ = std::thread([this, waiting = pthread_self()] {
            while (!is_over_) {
                pthread_kill(waiting, SIGUSR1);
                poll(nullptr, 0, 5);
            }
        });
    }
    ~Alarm()
    {
        is_over_ = true;
        thread_.join();
        sigaction(SIGUSR1, &before_, nullptr);
    }
    Alarm(const Alarm &) = delete;
    Alarm &operator=(const Alarm &) = delete;

private:
    std::atomic<bool> is_over_{false};
    struct sigaction before_ = {};
    std::thread thread_;
};

std::vector<int> signals_not_in(const sigset_t &mask)
{
    std::vector<int> signals;
    constexpr int last_standard_signal = 31;
    for (int signal = 1; signal <= last_standard_signal; ++signal)
        if (signal != SIGKILL && signal != SIGSTOP && sigismember(&mask, signal) == 0)
            signals.push_back(signal);
    return signals;
}

void start_and_hang(HttpClient &client, const HangingResolver &resolver)
{
    client.start({1, "http://geocoder.invalid/", ""});
    std::vector<Reply> replies;
    wait_until(client, replies, [&] { return resolver.is_called(); });
}

}  // namespace

TEST(An_answer, has_a_status_a_type_and_a_body)
{
    const Reply reply = ask_one_that_says(answer("Content-Type: application/json; charset=utf-8\r\n", "{}"));
    EXPECT_EQ(reply.outcome, Outcome::answered);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.content_type, "application/json; charset=utf-8");
    EXPECT_EQ(reply.retry_after, "");
    EXPECT_EQ(reply.body, "{}");
    EXPECT_EQ(reply.error, "");
}

TEST(An_answer, is_one_whatever_its_status)
{
    const Reply reply = ask_one_that_says("HTTP/1.1 503 Busy\r\nretry-after:  120 \r\nContent-Length: 4\r\n\r\nbusy");
    EXPECT_EQ(reply.outcome, Outcome::answered);
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.retry_after, "120");
    EXPECT_EQ(reply.body, "busy");
}

TEST(An_answer, is_decompressed)
{
    EXPECT_EQ(ask_one_that_says(answer("Content-Encoding: gzip\r\n", compressed())).body, "{\"lat\":\"52.5\"}");
}

TEST(An_answer, that_cannot_be_decompressed_is_none)
{
    const Reply reply = ask_one_that_says(answer("Content-Encoding: gzip\r\n", "neither here nor there"));
    EXPECT_EQ(reply.outcome, Outcome::unreachable);
    EXPECT_EQ(reply.error, "an answer that cannot be decompressed");
}

TEST(An_answer, has_the_number_of_its_request)
{
    const LoopbackServer server(echo);
    HttpClient client(options_with());
    client.start({18446744073709551615u, server.url(), ""});
    EXPECT_EQ(all_replies(client).at(0).id, 18446744073709551615u);
}

TEST(An_answer, that_is_not_HTTP_is_none)
{
    EXPECT_EQ(ask_one_that_says("SSH-2.0-OpenSSH_9.2\r\n").outcome, Outcome::unreachable);
}

TEST(A_redirect, is_an_answer_that_is_not_followed)
{
    const LoopbackServer elsewhere(echo);
    const Reply reply =
        ask_one_that_says("HTTP/1.1 301 Moved\r\nLocation: " + elsewhere.url() + "\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(reply.outcome, Outcome::answered);
    EXPECT_EQ(reply.status, 301);
    EXPECT_EQ(elsewhere.connections(), 0);
}

TEST(Requests, are_under_way_at_the_same_time)
{
    Gathering gathering(3);
    const LoopbackServer server([&](Connection &client) {
        const std::string request = client.read_request();
        if (gathering.join())
            client.send(answer("", request.substr(0, 6)));
    });
    HttpClient client(options_with());
    for (const std::uint64_t id : {1u, 2u, 3u})
        client.start({id, server.url("/" + std::to_string(id)), ""});
    EXPECT_EQ(client.under_way(), 3u);
    std::vector<Reply> replies = all_replies(client);
    ASSERT_EQ(replies.size(), 3u);
    std::sort(replies.begin(), replies.end(), [](const Reply &a, const Reply &b) { return a.id < b.id; });
    for (std::size_t i = 0; i < replies.size(); ++i) {
        EXPECT_EQ(replies[i].id, i + 1);
        EXPECT_EQ(replies[i].body, "GET /" + std::to_string(i + 1));
    }
}

TEST(Requests, one_after_the_other_share_a_connection)
{
    const LoopbackServer server(echo);
    HttpClient client(options_with());
    EXPECT_EQ(ask(client, server.url()).status, 200);
    EXPECT_EQ(ask(client, server.url()).status, 200);
    EXPECT_EQ(server.connections(), 1);
}

TEST(A_request, tells_who_asks_and_in_which_language)
{
    const std::string request = request_with(options_with(), "de");
    EXPECT_EQ(request.substr(0, request.find('\r')), "GET /reverse?lat=1 HTTP/1.1");
    EXPECT_TRUE(contains(request, "\r\nUser-Agent: pitstop/1 (somebody@example.org)\r\n")) << request;
    EXPECT_TRUE(contains(request, "\r\nAccept-Language: de\r\n")) << request;
    EXPECT_TRUE(contains(request, "\r\nAccept-Encoding: gzip, deflate\r\n")) << request;
}

TEST(A_request, without_a_language_names_none)
{
    EXPECT_FALSE(contains(request_with(options_with()), "Accept-Language"));
}

TEST(A_request, has_no_header_out_of_a_language)
{
    const std::string request = request_with(options_with(), "de\r\nX-Language: fr");
    EXPECT_FALSE(contains(request, "Language")) << request;
}

TEST(A_request, takes_nothing_over_from_the_one_before)
{
    const LoopbackServer server(echo);
    HttpClient client(options_with());
    ask(client, server.url(), "de");
    const std::string request = ask(client, server.url()).body;
    EXPECT_FALSE(contains(request, "Cookie")) << request;
    EXPECT_FALSE(contains(request, "Accept-Language")) << request;
}

TEST(A_request, is_for_http_and_https_only)
{
    for (const char *url : {"file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "ldap://127.0.0.1/"}) {
        const Reply reply = ask(url);
        EXPECT_EQ(reply.outcome, Outcome::unreachable) << url;
        EXPECT_EQ(reply.error, "neither http nor https") << url;
        EXPECT_EQ(reply.body, "") << url;
    }
}

TEST(A_server, that_is_not_there_is_unreachable)
{
    const Reply reply = ask("http://" + deserted_address() + "/");
    EXPECT_EQ(reply.outcome, Outcome::unreachable);
    EXPECT_EQ(reply.error, "could not connect: Connection refused");
    EXPECT_EQ(reply.status, 0);
}

TEST(A_server, whose_name_does_not_exist_is_unreachable)
{
    const Reply reply = ask("http://geocoder.invalid/");
    EXPECT_EQ(reply.outcome, Outcome::unreachable);
    EXPECT_EQ(reply.error, "could not resolve the geocoder's name");
}

TEST(A_server, that_hangs_up_at_once_is_unreachable)
{
    const Reply reply = ask_one_that_says("");
    EXPECT_EQ(reply.outcome, Outcome::unreachable);
    EXPECT_EQ(reply.error, "the connection broke off");
}

TEST(A_server, that_hangs_up_half_way_is_unreachable)
{
    const Reply reply = ask_one_that_says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly half");
    EXPECT_EQ(reply.outcome, Outcome::unreachable);
    EXPECT_EQ(reply.error, "the connection broke off");
}

TEST(A_server, that_resets_the_connection_is_unreachable)
{
    const LoopbackServer server([](Connection &client) {
        client.read_request();
        client.reset();
    });
    const Reply reply = ask(server.url());
    EXPECT_EQ(reply.outcome, Outcome::unreachable);
    EXPECT_EQ(reply.error.rfind("the connection broke off", 0), 0u) << reply.error;
}

TEST(A_silent_server, makes_the_request_time_out)
{
    const LoopbackServer server([](Connection &client) { client.wait_for_the_end(); });
    const Reply reply = ask(server.url(), options_with(300ms));
    EXPECT_EQ(reply.outcome, Outcome::timed_out);
    EXPECT_EQ(reply.error, "timed out after 300 ms without a whole answer");
}

TEST(A_silent_server, makes_the_request_time_out_on_a_connection_that_was_used_before)
{
    const LoopbackServer server([](Connection &client) {
        client.read_request();
        client.send(answer("", "once"));
        client.wait_for_the_end();
    });
    HttpClient client(options_with(1s));
    EXPECT_EQ(ask(client, server.url()).body, "once");
    EXPECT_EQ(ask(client, server.url()).error, "timed out after 1 s without a whole answer");
}

TEST(A_silent_server, makes_the_request_time_out_after_the_headers)
{
    const LoopbackServer server([](Connection &client) {
        client.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
        client.wait_for_the_end();
    });
    EXPECT_EQ(ask(server.url(), options_with(300ms)).outcome, Outcome::timed_out);
}

TEST(A_server, that_says_a_byte_now_and_then_makes_the_request_time_out)
{
    const LoopbackServer server([](Connection &client) {
        client.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
        while (client.is_there_after(20ms) && client.send(" ")) {
        }
    });
    EXPECT_EQ(ask(server.url(), options_with(300ms)).outcome, Outcome::timed_out);
}

TEST(A_connection, that_does_not_come_about_makes_the_request_time_out)
{
    const LoopbackServer server([](Connection &client) { client.wait_for_the_end(); });
    Options options = options_with();
    options.connect_timeout = 300ms;
    const Reply reply = ask("https://" + server.address() + "/", options);
    EXPECT_EQ(reply.outcome, Outcome::timed_out);
    EXPECT_EQ(reply.error, "timed out after 300 ms while connecting");
}

TEST(A_name, that_nobody_resolves_makes_the_request_time_out)
{
    const HangingResolver resolver;
    const Reply reply = ask("http://geocoder.invalid/", options_with(300ms));
    EXPECT_EQ(reply.outcome, Outcome::timed_out);
    EXPECT_EQ(reply.error, "timed out after 300 ms while connecting");
}

TEST(A_body, may_be_as_long_as_the_limit)
{
    EXPECT_EQ(ask_one_that_says(answer("", "12345"), options_with_limit(5)).body, "12345");
}

TEST(A_body, that_is_longer_than_the_limit_is_too_large)
{
    const Reply reply = ask_one_that_says(answer("", "123456"), options_with_limit(5));
    EXPECT_EQ(reply.outcome, Outcome::too_large);
    EXPECT_EQ(reply.error, "an answer that is too large");
}

TEST(A_body, that_never_ends_is_too_large)
{
    const LoopbackServer server(repeating("HTTP/1.1 200 OK\r\n\r\n", std::string(1000, ' ')));
    const Reply reply = ask(server.url(), options_with_limit(1u << 20));
    EXPECT_EQ(reply.outcome, Outcome::too_large);
    EXPECT_LE(reply.body.size(), 1u << 20);
}

TEST(A_body, is_measured_when_it_is_decompressed)
{
    const std::string compressed_zeros = answer("Content-Encoding: gzip\r\n", bomb());
    EXPECT_EQ(ask_one_that_says(compressed_zeros, options_with_limit(1'000'000)).body, std::string(1'000'000, '0'));
    const Reply reply = ask_one_that_says(compressed_zeros, options_with_limit(999'999));
    EXPECT_EQ(reply.outcome, Outcome::too_large);
    EXPECT_LE(reply.body.size(), 999'999u);
}

TEST(Headers, that_never_end_are_too_large)
{
    const LoopbackServer server(repeating("HTTP/1.1 200 OK\r\n", "X-More: " + std::string(100, 'x') + "\r\n"));
    EXPECT_EQ(ask(server.url()).outcome, Outcome::too_large);
}

TEST(Headers, of_interim_answers_that_never_end_are_too_large)
{
    const LoopbackServer server(repeating("", "HTTP/1.1 103 Early Hints\r\n\r\n"));
    EXPECT_EQ(ask(server.url()).outcome, Outcome::too_large);
}

TEST(A_header, that_never_ends_is_no_answer)
{
    const LoopbackServer server(repeating("HTTP/1.1 200 OK\r\nX-More: ", std::string(1000, 'x')));
    const Reply reply = ask(server.url());
    EXPECT_NE(reply.outcome, Outcome::answered);
    EXPECT_NE(reply.outcome, Outcome::timed_out);
}

TEST(A_handshake, that_breaks_off_passes)
{
    const LoopbackServer server([](Connection &) {});
    const Reply reply = ask("https://" + server.address() + "/");
    EXPECT_EQ(reply.outcome, Outcome::unreachable);
    EXPECT_TRUE(contains(reply.error, "broke off")) << reply.error;
}

TEST(A_server, that_does_not_speak_TLS_is_a_matter_of_TLS)
{
    const LoopbackServer server([](Connection &client) {
        client.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        client.wait_for_the_end();
    });
    const Reply reply = ask("https://" + server.address() + "/");
    EXPECT_EQ(reply.outcome, Outcome::tls);
    EXPECT_EQ(reply.error, "no encrypted connection came about");
}

TEST(An_error, never_tells_the_key)
{
    const std::string query = "/reverse?key=s3cret&lat=1";
    for (const std::string &url :
         {"http://" + deserted_address() + query, "http://geocoder.invalid" + query, "file://" + query,
          "http://[::" + query, "s3cret://127.0.0.1" + query, "http://127.0.0.1:s3cret/"s, "http://s3cret s3cret/"s}) {
        const Reply reply = ask(url);
        EXPECT_NE(reply.error, "") << url;
        EXPECT_FALSE(contains(reply.error, "s3cret")) << reply.error;
    }
}

TEST(The_environment, does_not_set_a_proxy)
{
    const LoopbackServer proxy(saying(answer("", "the proxy")));
    const Variable http_proxy("http_proxy", proxy.url());
    const Variable all_proxy("all_proxy", proxy.url());
    const LoopbackServer server(saying(answer("", "the server")));
    EXPECT_EQ(ask(server.url()).body, "the server");
    EXPECT_EQ(proxy.connections(), 0);
}

TEST(The_environment, does_not_keep_a_request_from_the_proxy)
{
    const Variable no_proxy("no_proxy", "*");
    const LoopbackServer proxy(saying(answer("", "the proxy")));
    EXPECT_EQ(ask("http://geocoder.invalid/", options_with_proxy(proxy.url())).body, "the proxy");
}

TEST(A_proxy, is_asked_for_the_whole_URL)
{
    const LoopbackServer proxy(echo);
    const std::string request = ask("http://geocoder.invalid/reverse", options_with_proxy(proxy.url())).body;
    EXPECT_EQ(request.substr(0, request.find('\r')), "GET http://geocoder.invalid/reverse HTTP/1.1");
    EXPECT_FALSE(contains(request, "Proxy-Authorization")) << request;
}

TEST(A_proxy, is_told_user_name_and_password)
{
    const LoopbackServer proxy(echo);
    Options options = options_with_proxy(proxy.url());
    options.proxy_user = "Aladdin";
    options.proxy_password = "open sesame";
    const std::string request = ask("http://geocoder.invalid/", options).body;
    EXPECT_TRUE(contains(request, "\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n")) << request;
}

TEST(A_proxy, may_refuse_a_connection)
{
    const LoopbackServer proxy(
        saying_before_it_closes("HTTP/1.1 407 Who Are You\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n"));
    const Reply reply = ask("https://geocoder.invalid/", options_with_proxy(proxy.url()));
    EXPECT_EQ(reply.outcome, Outcome::unreachable);
    EXPECT_EQ(reply.error, "the proxy refused with status 407");
}

TEST(A_proxy, whose_name_does_not_exist_is_named_as_the_one_to_blame)
{
    const Reply reply = ask("http://127.0.0.1/", options_with_proxy("http://proxy.invalid:3128"));
    EXPECT_EQ(reply.outcome, Outcome::unreachable);
    EXPECT_EQ(reply.error, "could not resolve the proxy's name");
}

TEST(A_proxy, of_SOCKS_resolves_the_name)
{
    const LoopbackServer proxy([](Connection &client) {
        const std::string greeting = client.read(2);
        client.read(static_cast<unsigned char>(greeting.at(1)));  // the ways to log in
        client.send("\x05\x00"s);                                 // without
        const std::string connect = client.read(5);
        const std::string name = client.read(static_cast<unsigned char>(connect.at(4)));
        client.read(2);  // the port
        client.send("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"s);
        saying(answer("", name))(client);
    });
    EXPECT_EQ(ask("http://geocoder.invalid/", options_with_proxy("socks5h://" + proxy.address())).body,
              "geocoder.invalid");
}

TEST(A_resolver_thread, takes_no_signals)
{
    const HangingResolver resolver;
    HttpClient client(options_with());
    start_and_hang(client, resolver);
    EXPECT_EQ(signals_not_in(resolver.signal_mask().value()), std::vector<int>());
}

TEST(A_resolver_thread, leaves_the_signals_of_the_main_thread_as_they_were)
{
    sigset_t before, after;
    pthread_sigmask(SIG_BLOCK, nullptr, &before);
    {
        const HangingResolver resolver;
        HttpClient client(options_with());
        start_and_hang(client, resolver);
    }
    pthread_sigmask(SIG_BLOCK, nullptr, &after);
    EXPECT_EQ(signals_not_in(after), signals_not_in(before));
}

TEST(A_client, that_is_destroyed_does_not_wait_for_a_resolver)
{
    const HangingResolver resolver;
    {
        HttpClient client(options_with());
        start_and_hang(client, resolver);
    }
    EXPECT_TRUE(resolver.is_called());
}

TEST(A_client, that_gives_up_does_not_wait_for_a_resolver)
{
    const HangingResolver resolver;
    HttpClient client(options_with());
    start_and_hang(client, resolver);
    client.cancel_all();
    EXPECT_TRUE(resolver.is_called());
    EXPECT_EQ(client.under_way(), 0u);
}

TEST(A_client, that_gives_up_gets_no_reply_and_can_ask_again)
{
    const LoopbackServer silent([](Connection &client) { client.wait_for_the_end(); });
    const LoopbackServer server(saying(answer("", "an answer")));
    HttpClient client(options_with());
    client.start({1, silent.url(), ""});
    std::vector<Reply> replies;
    wait_until(client, replies, [&] { return silent.connections() == 1; });
    client.cancel_all();
    client.start({2, server.url(), ""});
    replies = all_replies(client);
    ASSERT_EQ(replies.size(), 1u);
    EXPECT_EQ(replies[0].id, 2u);
    EXPECT_EQ(replies[0].body, "an answer");
}

TEST(A_client, that_waits_is_woken_by_a_signal)
{
    const LoopbackServer silent([](Connection &client) { client.wait_for_the_end(); });
    HttpClient client(options_with(10min));
    client.start({1, silent.url(), ""});
    std::vector<Reply> replies;
    wait_until(client, replies, [&] { return silent.connections() == 1; });
    const Alarm alarm;
    const auto start = Clock::now();
    client.wait(5min);
    EXPECT_LT(Clock::now() - start, deadline);
}

TEST(A_client, without_requests_waits_as_long_as_it_is_told)
{
    HttpClient client(options_with());
    const auto start = Clock::now();
    client.wait(50ms);
    EXPECT_GE(Clock::now() - start, 49ms);
}

}  // namespace pitstop::test
