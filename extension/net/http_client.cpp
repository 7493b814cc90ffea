#include "net/http_client.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <curl/curl.h>

namespace pitstop::net {

namespace {

// Of all headers together; nobody who means well sends as much.
constexpr std::size_t most_header_bytes = 64 * 1024;

struct MultiDeleter {
    void operator()(CURLM *multi) const noexcept { curl_multi_cleanup(multi); }
};
struct EasyDeleter {
    void operator()(CURL *easy) const noexcept { curl_easy_cleanup(easy); }
};
struct ListDeleter {
    void operator()(curl_slist *list) const noexcept { curl_slist_free_all(list); }
};

// libcurl may start a resolver thread, which inherits this mask: PostgreSQL's signal handlers must run in the main thread
// only.
class SignalShield {
public:
    SignalShield() noexcept
    {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    ~SignalShield() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalShield(const SignalShield &) = delete;
    SignalShield &operator=(const SignalShield &) = delete;

private:
    sigset_t before_;
};

template <typename Value>
void set(CURL *easy, CURLoption option, Value value)
{
    if (const CURLcode code = curl_easy_setopt(easy, option, value); code != CURLE_OK)
        throw std::runtime_error(std::string("could not configure libcurl: ") + curl_easy_strerror(code));
}

// One request. Its address is known to libcurl, so it stays where it is.
struct Transfer {
    std::unique_ptr<CURL, EasyDeleter> easy{curl_easy_init()};
    std::unique_ptr<curl_slist, ListDeleter> headers;
    Reply reply;
    std::size_t body_limit = 0;
    std::size_t header_bytes = 0;
    char libcurls_words[CURL_ERROR_SIZE] = "";
    bool is_too_large = false;
    bool is_under_way = false;
};

// Called by C: nothing may be thrown from here, and a short count stops the transfer.
std::size_t take_body(char *data, std::size_t size, std::size_t count, void *target) noexcept
{
    auto &transfer = *static_cast<Transfer *>(target);
    const std::size_t bytes = size * count;
    if (bytes > transfer.body_limit - transfer.reply.body.size()) {
        transfer.is_too_large = true;
        return 0;
    }
    try {
        transfer.reply.body.append(data, bytes);
    } catch (...) {
        return 0;
    }
    return bytes;
}

std::size_t take_header(char *, std::size_t size, std::size_t count, void *target) noexcept
{
    auto &transfer = *static_cast<Transfer *>(target);
    const std::size_t bytes = size * count;
    transfer.header_bytes += bytes;
    if (transfer.header_bytes > most_header_bytes) {
        transfer.is_too_large = true;
        return 0;
    }
    return bytes;
}

// Null for none. The language is a column that anybody may have filled: with a line break it would be two headers.
curl_slist *language_header(const std::string &language)
{
    const bool is_printable =
        std::all_of(language.begin(), language.end(), [](char c) { return c >= ' ' && c <= '~'; });
    return language.empty() || !is_printable ? nullptr
                                             : curl_slist_append(nullptr, ("Accept-Language: " + language).c_str());
}

Reply::Outcome outcome_of(CURLcode code)
{
    switch (code) {
    case CURLE_OK: return Reply::Outcome::answered;
    case CURLE_OPERATION_TIMEDOUT: return Reply::Outcome::timed_out;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return Reply::Outcome::tls;
    default: return Reply::Outcome::unreachable;
    }
}

// A handshake during which the connection was lost, which passes: libcurl has one code for that and for a peer that speaks no
// TLS we understand, and tells them apart in words only.
bool broke_off(std::string_view libcurls_words)
{
    constexpr std::string_view losses[] = {"SSL_connect: ", "Recv failure", "Send failure", "unexpected eof"};
    return std::any_of(std::begin(losses), std::end(losses),
                       [&](std::string_view loss) { return libcurls_words.find(loss) != std::string_view::npos; });
}

std::string in_seconds(std::chrono::milliseconds time)
{
    const auto ms = time.count();
    return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

std::string timeout_in_words(CURL *easy, const Options &options)
{
    curl_off_t ready_us = 0;  // connected, encrypted, and about to ask; newer versions set it when they give up, too
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
    long asked_bytes = 0;
    curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &asked_bytes);
    if (ready_us > 0 && asked_bytes > 0)
        return "timed out after " + in_seconds(options.total_timeout) + " without a whole answer";
    return "timed out after " + in_seconds(std::min(options.connect_timeout, options.total_timeout)) +
           " while connecting";
}

// What is wrong with a certificate is the one thing that libcurl's words tell better; no URL is in them.
std::string certificate_in_words(std::string_view libcurls_words)
{
    const std::size_t colon = libcurls_words.find(": ");
    const std::string reason(libcurls_words.substr(colon == std::string_view::npos ? 0 : colon + 2));
    return "the server's certificate is not to be trusted" + (reason.empty() ? "" : ": " + reason);
}

// In our own words: libcurl's can hold the URL, and with it a key.
std::string error_in_words(const Transfer &transfer, CURLcode code, const Options &options)
{
    CURL *const easy = transfer.easy.get();
    long proxy_status = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    if (proxy_status >= 300)
        return "the proxy refused with status " + std::to_string(proxy_status);
    long system_error = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &system_error);
    const std::string reason =
        system_error != 0 ? std::string(": ") + std::strerror(static_cast<int>(system_error)) : "";
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: return "could not resolve the geocoder's name";
    case CURLE_COULDNT_RESOLVE_PROXY: return "could not resolve the proxy's name";
    case CURLE_COULDNT_CONNECT: return "could not connect" + reason;
    case CURLE_OPERATION_TIMEDOUT: return timeout_in_words(easy, options);
    case CURLE_PEER_FAILED_VERIFICATION: return certificate_in_words(transfer.libcurls_words);
    case CURLE_SSL_CONNECT_ERROR: return "no encrypted connection came about";
    case CURLE_PROXY: return "the proxy refused";
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR: return "the connection broke off" + reason;
    case CURLE_BAD_CONTENT_ENCODING: return "an answer that cannot be decompressed";
    case CURLE_UNSUPPORTED_PROTOCOL: return "neither http nor https";
    default: return curl_easy_strerror(code);
    }
}

std::string header(CURL *easy, const char *name)
{
    curl_header *found = nullptr;
    return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value : "";
}

}  // namespace

void start_library()
{
    const SignalShield shield;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        throw std::runtime_error("could not initialize libcurl");
}

struct HttpClient::Transfers {
    Options options;
    std::unique_ptr<CURLM, MultiDeleter> multi{curl_multi_init()};
    std::vector<std::unique_ptr<Transfer>> all;

    void prepare(Transfer &transfer, const Request &request) const;
    Transfer &idle_one();
    Reply end(Transfer &transfer, CURLcode code);
    void detach(Transfer &transfer) noexcept;
};

HttpClient::HttpClient(Options options) : transfers_(std::make_unique<Transfers>())
{
    transfers_->options = std::move(options);
    if (!transfers_->multi)
        throw std::bad_alloc();
    curl_multi_setopt(transfers_->multi.get(), CURLMOPT_MAXCONNECTS, 8L);
#if LIBCURL_VERSION_NUM >= 0x081400
    // Since then the threads are the multi handle's; CURLOPT_QUICK_EXIT is for those of before.
    curl_multi_setopt(transfers_->multi.get(), CURLMOPT_QUICK_EXIT, 1L);
#endif
}

HttpClient::~HttpClient()
{
    cancel_all();
}

void HttpClient::Transfers::prepare(Transfer &transfer, const Request &request) const
{
    CURL *const easy = transfer.easy.get();
    transfer.reply = Reply();
    transfer.reply.id = request.id;
    transfer.body_limit = options.body_bytes;
    transfer.header_bytes = 0;
    transfer.libcurls_words[0] = '\0';
    transfer.is_too_large = false;
    transfer.headers.reset(language_header(request.language));

    curl_easy_reset(easy);  // options go, the connection stays
    set(easy, CURLOPT_URL, request.url.c_str());
    set(easy, CURLOPT_PRIVATE, &transfer);
    set(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
    set(easy, CURLOPT_HTTPHEADER, transfer.headers.get());
    set(easy, CURLOPT_WRITEFUNCTION, take_body);
    set(easy, CURLOPT_WRITEDATA, &transfer);
    set(easy, CURLOPT_HEADERFUNCTION, take_header);
    set(easy, CURLOPT_HEADERDATA, &transfer);
    set(easy, CURLOPT_ERRORBUFFER, transfer.libcurls_words);
    set(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    set(easy, CURLOPT_BUFFERSIZE, 16384L);
    set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
    set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options.total_timeout.count()));
    set(easy, CURLOPT_NOSIGNAL, 1L);  // SIGALRM belongs to PostgreSQL
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_QUICK_EXIT, 1L);  // never join a resolver that waits for dead DNS
    // Set even where there is none: the environment's proxies are not ours.
    set(easy, CURLOPT_PROXY, options.proxy.c_str());
    set(easy, CURLOPT_NOPROXY, "");
    if (!options.proxy_user.empty()) {
        set(easy, CURLOPT_PROXYUSERNAME, options.proxy_user.c_str());
        set(easy, CURLOPT_PROXYPASSWORD, options.proxy_password.c_str());
    }
}

Transfer &HttpClient::Transfers::idle_one()
{
    for (const auto &transfer : all)
        if (!transfer->is_under_way)
            return *transfer;
    Transfer &made = *all.emplace_back(std::make_unique<Transfer>());
    if (!made.easy)
        throw std::bad_alloc();
    return made;
}

void HttpClient::Transfers::detach(Transfer &transfer) noexcept
{
    const SignalShield shield;
    curl_multi_remove_handle(multi.get(), transfer.easy.get());
    transfer.is_under_way = false;
}

void HttpClient::start(const Request &request)
{
    Transfer &transfer = transfers_->idle_one();
    transfers_->prepare(transfer, request);
    const SignalShield shield;
    if (curl_multi_add_handle(transfers_->multi.get(), transfer.easy.get()) != CURLM_OK)
        throw std::runtime_error("could not start the HTTP transfer");
    transfer.is_under_way = true;
}

std::size_t HttpClient::under_way() const noexcept
{
    return static_cast<std::size_t>(std::count_if(transfers_->all.begin(), transfers_->all.end(),
                                                  [](const auto &transfer) { return transfer->is_under_way; }));
}

Reply HttpClient::Transfers::end(Transfer &transfer, CURLcode code)
{
    CURL *const easy = transfer.easy.get();
    Reply reply = std::move(transfer.reply);
    if (code == CURLE_SSL_CONNECT_ERROR && broke_off(transfer.libcurls_words))
        code = CURLE_RECV_ERROR;
    reply.outcome = transfer.is_too_large ? Reply::Outcome::too_large : outcome_of(code);
    if (transfer.is_too_large)
        reply.error = "an answer that is too large";
    else if (code != CURLE_OK)
        reply.error = error_in_words(transfer, code, options);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply.status);
    const char *content_type = nullptr;
    curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &content_type);
    if (content_type != nullptr)
        reply.content_type = content_type;
    reply.retry_after = header(easy, "Retry-After");
    detach(transfer);
    return reply;
}

std::vector<Reply> HttpClient::advance()
{
    std::vector<Reply> replies;
    int running = 0;
    {
        const SignalShield shield;
        if (curl_multi_perform(transfers_->multi.get(), &running) != CURLM_OK)
            throw std::runtime_error("the HTTP transfers broke down");
    }
    int pending = 0;
    while (const CURLMsg *const message = curl_multi_info_read(transfers_->multi.get(), &pending)) {
        if (message->msg != CURLMSG_DONE)
            continue;
        Transfer *transfer = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        replies.push_back(transfers_->end(*transfer, message->data.result));
    }
    return replies;
}

void HttpClient::wait(std::chrono::milliseconds at_most) noexcept
{
    curl_multi_poll(transfers_->multi.get(), nullptr, 0, static_cast<int>(at_most.count()), nullptr);
}

void HttpClient::cancel_all() noexcept
{
    for (const auto &transfer : transfers_->all)
        if (transfer->is_under_way)
            transfers_->detach(*transfer);
}

}  // namespace pitstop::net
