// An HTTP server for a few small answers, on libmicrohttpd, driven by somebody else's loop; never blocks. Only GET and HEAD, no body
// is read, nothing comes from disk. Limits: header size, connections in all and of one address, how long a connection may take
// to send a request or to read an answer, requests per second of one address.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "tool/core/listen_address.hpp"

namespace pitstop::tool {

struct HttpRequest {
    std::string path;             // without the query
    std::string accept_language;  // cut to 256 bytes
    std::string authorization;
};

struct HttpAnswer {
    unsigned status = 200;
    std::string content_type;  // empty: none is sent
    std::string body;
    std::string authenticate;  // WWW-Authenticate; empty: none
};

struct HttpLimits {
    std::size_t header_bytes = 8192;
    unsigned connections = 1024;
    unsigned connections_of_one_address = 600;
    // From connecting, or from the request line of a later request, to the whole request; as long to read the answer.
    std::chrono::seconds request_deadline{10};
    std::chrono::seconds idle_timeout{60};  // from an answer to the next request line of the connection
    double requests_per_second = 0;         // of one address; 0: no limit
};

class HttpServer {
public:
    using Handler = std::function<HttpAnswer(const HttpRequest &)>;

    HttpServer(const ListenAddress &address, HttpLimits limits, Handler handler);
    ~HttpServer();
    HttpServer(const HttpServer &) = delete;
    HttpServer &operator=(const HttpServer &) = delete;

    // Readable when advance() has something to do; so it is after `wait_at_most`.
    int descriptor() const noexcept;
    std::chrono::milliseconds wait_at_most() const;
    void advance();
    // Takes no more connections; those there are end with their answer.
    void quiesce();
    std::size_t connections() const noexcept;  // that there are
    std::string bound_address() const;         // with the port that was given, when 0 was asked for

private:
    struct Daemon;
    std::unique_ptr<Daemon> daemon_;
};

}  // namespace pitstop::tool
