// HTTP GETs, several at a time, bounded in time and size; never blocks but in wait(). Knows libcurl, not PostgreSQL.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pitstop::net {

struct Request {
    std::uint64_t id = 0;  // the caller's
    std::string url;
    std::string language;  // Accept-Language; empty: none is sent
};

struct Reply {
    // answered: with whatever status; a redirect is an answer, nobody follows it. tls: the certificate or the handshake.
    enum class Outcome { answered, unreachable, timed_out, too_large, tls };
    std::uint64_t id = 0;
    Outcome outcome = Outcome::unreachable;
    long status = 0;
    std::string content_type;
    std::string retry_after;
    std::string body;
    std::string error;  // in words, without the URL, its query or the key; for logs and people
};

struct Options {
    std::string user_agent;
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds total_timeout{30'000};
    std::size_t body_bytes = 1u << 20;  // after decompression
    std::string proxy;                  // http://, https://, socks5h://; empty: none, and none from the environment
    std::string proxy_user;             // user name and password, never part of the URL
    std::string proxy_password;
};

// Once per process, before any client. Raises std::runtime_error.
void start_library();

class HttpClient {
public:
    explicit HttpClient(Options options);
    ~HttpClient();  // gives up what is under way, without waiting for it
    HttpClient(const HttpClient &) = delete;
    HttpClient &operator=(const HttpClient &) = delete;

    void start(const Request &request);
    std::size_t under_way() const noexcept;
    // Moves what can move, without waiting, and returns what has ended.
    std::vector<Reply> advance();
    // Waits until something can move, a signal arrives, or the time is over.
    void wait(std::chrono::milliseconds at_most) noexcept;
    // Gives up all requests; they get no reply.
    void cancel_all() noexcept;

private:
    struct Transfers;
    std::unique_ptr<Transfers> transfers_;
};

}  // namespace pitstop::net
