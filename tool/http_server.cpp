#include "http_server.hpp"

#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "http_clients.hpp"
#include "listening_socket.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/rate_limit.hpp"

namespace pitstop::tool {

namespace {

using Header = std::pair<const char *, std::string>;

constexpr std::pair<const char *, const char *> headers_of_every_answer[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
};

constexpr std::size_t longest_accept_language = 256;
constexpr std::size_t answer_header_bytes =
    4096;  // libmicrohttpd keeps both headers of an exchange in one piece of memory
constexpr unsigned descriptors_for_others = 64;     // files, the database, children
constexpr std::size_t most_rated_addresses = 4096;  // less than a megabyte
constexpr double smallest_burst = 20;               // a page with what belongs to it, twice
constexpr std::chrono::milliseconds longest_wait = std::chrono::minutes{1};

struct DestroyResponse {
    void operator()(MHD_Response *response) const noexcept { MHD_destroy_response(response); }
};
using Response = std::unique_ptr<MHD_Response, DestroyResponse>;

// What is answered without asking the handler.
struct Refusal {
    unsigned status;
    const char *text;
    std::vector<Header> headers = {};
};

void add_header(const Response &response, const char *name, const char *value)
{
    if (MHD_add_response_header(response.get(), name, value) != MHD_YES)
        throw std::runtime_error(std::string("could not set the header ") + name);
}

Response new_response(const HttpAnswer &answer)
{
    Response response(MHD_create_response_from_buffer(answer.body.size(), const_cast<char *>(answer.body.data()),
                                                      MHD_RESPMEM_MUST_COPY));
    if (!response)
        throw std::bad_alloc();
    for (const auto &[name, value] : headers_of_every_answer)
        add_header(response, name, value);
    if (!answer.content_type.empty())
        add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.content_type.c_str());
    if (!answer.authenticate.empty())
        add_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, answer.authenticate.c_str());
    return response;
}

std::string_view header_of(MHD_Connection *connection, const char *name) noexcept
{
    const char *value = nullptr;
    std::size_t size = 0;
    MHD_lookup_connection_value_n(connection, MHD_HEADER_KIND, name, std::strlen(name), &value, &size);
    return value == nullptr ? std::string_view() : std::string_view(value, size);
}

bool has_body(MHD_Connection *connection) noexcept
{
    const std::string_view length = header_of(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return (!length.empty() && length != "0") ||
           MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING) != nullptr;
}

template <typename Part>
std::string bytes_of(const Part &part, std::size_t size, std::size_t from = 0)
{
    return {reinterpret_cast<const char *>(&part) + from, size};
}

// Who an address belongs to: of IPv6 the network, of which a client chooses the rest at will.
std::string owner_of(const sockaddr *address)
{
    constexpr std::size_t network_bytes = 8;
    constexpr std::size_t mapped_prefix_bytes = 12;
    if (address == nullptr || (address->sa_family != AF_INET && address->sa_family != AF_INET6))
        return {};
    if (address->sa_family == AF_INET)
        return bytes_of(reinterpret_cast<const sockaddr_in *>(address)->sin_addr, sizeof(in_addr));
    const in6_addr &ipv6 = reinterpret_cast<const sockaddr_in6 *>(address)->sin6_addr;
    return IN6_IS_ADDR_V4MAPPED(&ipv6) ? bytes_of(ipv6, sizeof(in_addr), mapped_prefix_bytes)
                                       : bytes_of(ipv6, network_bytes);
}

// As many connections as there are descriptors for, up to this number.
unsigned affordable_connections(unsigned wanted) noexcept
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return wanted;
    const rlim_t needed = rlim_t{wanted} + descriptors_for_others;
    if (limit.rlim_cur < needed) {
        const rlimit raised{std::min(needed, limit.rlim_max), limit.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
            limit = raised;
    }
    const rlim_t left = limit.rlim_cur > descriptors_for_others ? limit.rlim_cur - descriptors_for_others : 1;
    return static_cast<unsigned>(std::min<rlim_t>(wanted, left));
}

}  // namespace

// The callbacks are called by a library in C, through which no exception may pass.
struct HttpServer::Daemon {
    Daemon(ListeningSocket socket, const HttpLimits &given_limits, Handler given_handler)
        : limits(given_limits), handler(std::move(given_handler)),
          clients(limits.request_deadline, limits.idle_timeout),
          rate_limit(limits.requests_per_second, std::max(smallest_burst, 2 * limits.requests_per_second),
                     most_rated_addresses),
          address(std::move(socket.address)), file(std::move(socket.file))
    {
        // What fails to start may have closed the socket or not: it is not ours any more.
        library = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_TURBO, 0, nullptr, nullptr, on_request, this,
                                   MHD_OPTION_LISTEN_SOCKET, socket.descriptor.release(),                    //
                                   MHD_OPTION_CONNECTION_LIMIT, affordable_connections(limits.connections),  //
                                   MHD_OPTION_PER_IP_CONNECTION_LIMIT, limits.connections_of_one_address,    //
                                   MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                   std::size_t{limits.header_bytes + answer_header_bytes},  //
                                   MHD_OPTION_NOTIFY_CONNECTION, on_connection, this,       //
                                   MHD_OPTION_URI_LOG_CALLBACK, on_request_line, this,      //
                                   MHD_OPTION_NOTIFY_COMPLETED, on_completed, this,         //
                                   MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, nullptr,    //
                                   MHD_OPTION_END);
        if (library == nullptr)
            throw Failure(ExitCode::failed, std::string("could not start the HTTP server: ") + std::strerror(errno));
    }
    ~Daemon() { MHD_stop_daemon(library); }
    Daemon(const Daemon &) = delete;
    Daemon &operator=(const Daemon &) = delete;

    static HttpClients::Client *client_of(MHD_Connection *connection) noexcept
    {
        const MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
        return static_cast<HttpClients::Client *>(info->socket_context);
    }

    static void on_connection(void *self, MHD_Connection *connection, void **client,
                              MHD_ConnectionNotificationCode code) noexcept
    {
        auto &daemon = *static_cast<Daemon *>(self);
        if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
            daemon.has_room = true;
            if (*client != nullptr)
                daemon.clients.remove(*static_cast<HttpClients::Client *>(*client));
            return;
        }
        const int socket = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        try {
            *client = daemon.clients.add(
                socket, owner_of(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr));
        } catch (const std::exception &) {
            shutdown(socket, SHUT_RDWR);  // out of memory; nobody would see to its deadlines
        }
    }

    static void *on_request_line(void *self, const char *, MHD_Connection *connection) noexcept
    {
        if (HttpClients::Client *client = client_of(connection))
            static_cast<Daemon *>(self)->clients.begin_exchange(*client);
        return nullptr;
    }

    static void on_completed(void *self, MHD_Connection *connection, void **, MHD_RequestTerminationCode) noexcept
    {
        if (HttpClients::Client *client = client_of(connection))
            static_cast<Daemon *>(self)->clients.end_exchange(*client);
    }

    // Nothing that is served needs it, and a path has one spelling only.
    static std::size_t leave_escaped(void *, MHD_Connection *, char *text) noexcept { return std::strlen(text); }

    // Called once with the header, and again when the request is whole. What is answered at the first call ends the
    // connection: libmicrohttpd then reads nothing more of it.
    static MHD_Result on_request(void *self, MHD_Connection *connection, const char *path, const char *method,
                                 const char *version, const char *, std::size_t *, void **state) noexcept
    {
        auto &daemon = *static_cast<Daemon *>(self);
        try {
            HttpClients::Client *const client = client_of(connection);
            if (client == nullptr)
                return MHD_NO;
            if (*state != nullptr)
                return daemon.answer(connection, path);
            *state = self;
            daemon.clients.begin_exchange(*client);
            const std::optional<Refusal> refusal = daemon.refusal_of(connection, *client, method, version);
            return refusal ? daemon.refuse(connection, *refusal) : MHD_YES;
        } catch (const std::exception &) {
            return MHD_NO;  // closes the connection
        }
    }

    std::optional<Refusal> refusal_of(MHD_Connection *connection, const HttpClients::Client &client,
                                      std::string_view method, std::string_view version)
    {
        if (limits.requests_per_second > 0 && !client.address.empty()) {
            const std::chrono::seconds wait = rate_limit.take(client.address, HttpClients::Clock::now());
            if (wait.count() > 0)
                return Refusal{429, "too many requests\n", {{"Retry-After", std::to_string(wait.count())}}};
        }
        if (method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD)
            return Refusal{405, "only GET and HEAD are allowed\n", {{"Allow", "GET, HEAD"}}};
        if (MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size >
            limits.header_bytes)
            return Refusal{431, "the header is too large\n"};
        // libmicrohttpd would refuse this when asked to be pedantic, but 0.9.75 sends the header of that answer twice.
        if (version == MHD_HTTP_VERSION_1_1 && header_of(connection, MHD_HTTP_HEADER_HOST).empty())
            return Refusal{400, "the header Host is missing\n"};
        if (has_body(connection))
            return Refusal{413, "a request cannot have a body here\n"};
        return std::nullopt;
    }

    static MHD_Result refuse(MHD_Connection *connection, const Refusal &refusal)
    {
        const Response response = new_response({refusal.status, "text/plain; charset=utf-8", refusal.text, {}});
        for (const auto &[name, value] : refusal.headers)
            add_header(response, name, value.c_str());
        return MHD_queue_response(connection, refusal.status, response.get());
    }

    MHD_Result answer(MHD_Connection *connection, const char *path) const
    {
        const HttpAnswer answer = ask_handler(
            {path,
             std::string(header_of(connection, MHD_HTTP_HEADER_ACCEPT_LANGUAGE).substr(0, longest_accept_language)),
             std::string(header_of(connection, MHD_HTTP_HEADER_AUTHORIZATION))});
        const Response response = new_response(answer);
        if (is_quiet)
            add_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
        return MHD_queue_response(connection, answer.status, response.get());
    }

    HttpAnswer ask_handler(const HttpRequest &request) const
    {
        try {
            return handler(request);
        } catch (const std::exception &) {
            return {500, {}, {}, {}};
        }
    }

    HttpLimits limits;
    Handler handler;
    HttpClients clients;
    RateLimit rate_limit;
    ListenAddress address;
    SocketFile file;
    bool is_quiet = false;
    bool has_room = false;  // where a connection was, since it was last looked at
    MHD_Daemon *library = nullptr;
};

HttpServer::HttpServer(const ListenAddress &address, HttpLimits limits, Handler handler)
    : daemon_(std::make_unique<Daemon>(listen_on(address), limits, std::move(handler)))
{
}

HttpServer::~HttpServer() = default;

int HttpServer::descriptor() const noexcept
{
    return MHD_get_daemon_info(daemon_->library, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

std::chrono::milliseconds HttpServer::wait_at_most() const
{
    using std::chrono::milliseconds;
    MHD_UNSIGNED_LONG_LONG library_ms = 0;
    milliseconds wait = longest_wait;
    if (MHD_get_timeout(daemon_->library, &library_ms) == MHD_YES && library_ms < static_cast<unsigned>(wait.count()))
        wait = milliseconds(library_ms);
    if (const auto deadline = daemon_->clients.next_deadline()) {
        const auto left = std::chrono::ceil<milliseconds>(*deadline - HttpClients::Clock::now());
        wait = std::min(wait, std::max(left, milliseconds::zero()));
    }
    return wait;
}

void HttpServer::advance()
{
    daemon_->clients.shut_overdue();
    do {
        // At its limit libmicrohttpd stops listening, and begins again only when it is run after a connection has gone.
        daemon_->has_room = false;
        MHD_run(daemon_->library);
    } while (daemon_->has_room);
}

void HttpServer::quiesce()
{
    if (daemon_->is_quiet)
        return;
    daemon_->is_quiet = true;
    const Descriptor no_longer_listening(MHD_quiesce_daemon(daemon_->library));
    daemon_->file.remove();
    daemon_->clients.shut_idle();
}

std::size_t HttpServer::connections() const noexcept
{
    return daemon_->clients.count();
}

std::string HttpServer::bound_address() const
{
    return daemon_->address.text();
}

}  // namespace pitstop::tool
