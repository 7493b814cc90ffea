#include "webhook.hpp"

#include <curl/curl.h>

#include <memory>

#include "tool/core/failure.hpp"

namespace pitstop::tool {

namespace {

constexpr long connect_timeout_s = 5;
constexpr long total_timeout_s = 15;

struct CleanUp {
    void operator()(CURL *easy) const noexcept { curl_easy_cleanup(easy); }
    void operator()(curl_slist *list) const noexcept { curl_slist_free_all(list); }
};

// The answer's body is nobody's concern.
std::size_t pass_over(char *, std::size_t size, std::size_t count, void *) noexcept
{
    return size * count;
}

template <typename Value>
void set(CURL *easy, CURLoption option, Value value)
{
    if (curl_easy_setopt(easy, option, value) != CURLE_OK)
        throw Failure(ExitCode::failed, "could not configure libcurl");
}

}  // namespace

void post_json(const std::string &url, const std::string &json)
{
    const std::unique_ptr<CURL, CleanUp> easy(curl_easy_init());
    const std::unique_ptr<curl_slist, CleanUp> headers(curl_slist_append(nullptr, "Content-Type: application/json"));
    if (!easy || !headers)
        throw Failure(ExitCode::failed, "out of memory");
    CURL *const handle = easy.get();
    set(handle, CURLOPT_URL, url.c_str());
    set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    set(handle, CURLOPT_POSTFIELDS, json.data());
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(json.size()));
    set(handle, CURLOPT_HTTPHEADER, headers.get());
    set(handle, CURLOPT_USERAGENT, "pitstop/" PITSTOP_VERSION);
    set(handle, CURLOPT_WRITEFUNCTION, pass_over);
    set(handle, CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
    set(handle, CURLOPT_TIMEOUT, total_timeout_s);
    set(handle, CURLOPT_NOSIGNAL, 1L);
    if (const CURLcode code = curl_easy_perform(handle); code != CURLE_OK)
        throw Failure(ExitCode::program, std::string("could not send to the web hook: ") + curl_easy_strerror(code), {},
                      "Is its address right, and does it listen?");
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200 || status > 299)
        throw Failure(ExitCode::program, "the web hook answered with status " + std::to_string(status), {},
                      "Look at what listens there; its address is in the configuration.");
}

}  // namespace pitstop::tool
