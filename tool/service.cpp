#include "service.hpp"

#include <curl/curl.h>
#include <poll.h>

#include <chrono>
#include <memory>
#include <optional>

#include "signals.hpp"
#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::minutes health_patience{2};
constexpr long request_timeout_ms = 5000;
constexpr int pause_ms = 500;

std::optional<std::string> behind(const std::string &text, const std::string &beginning)
{
    return text.rfind(beginning, 0) == 0 ? std::optional(text.substr(beginning.size())) : std::nullopt;
}

ProgramCall compose(const std::string &directory, std::vector<std::string> arguments)
{
    ProgramCall call{{"docker", "compose"}, {}, directory};
    call.argv.insert(call.argv.end(), arguments.begin(), arguments.end());
    return call;
}

ProgramCall shell(const std::string &command)
{
    return {{"/bin/sh", "-c", command}, {}, {}};
}

[[noreturn]] void fail_on_text(const std::string &text)
{
    throw Failure(ExitCode::usage, "--service cannot be \"" + printable(text) + "\"", {},
                  "It is systemd:UNIT, compose:NAME, compose:NAME@DIRECTORY or command:STOP;START.");
}

void run(const ProgramCall &call, const std::string &doing)
{
    ChildProcess child(call, {});
    child.require_success(doing);
}

std::size_t discard(char *, std::size_t size, std::size_t count, void *)
{
    return size * count;
}

int stop_on_signal(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
    return requested_signal() != 0 && is_stoppable() ? 1 : 0;
}

struct CleanUp {
    void operator()(CURL *handle) const noexcept { ::curl_easy_cleanup(handle); }
};

bool answers(const std::string &url)
{
    const std::unique_ptr<CURL, CleanUp> handle(::curl_easy_init());
    if (!handle)
        return false;
    ::curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
    ::curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    ::curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, discard);
    ::curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, request_timeout_ms);
    ::curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
    ::curl_easy_setopt(handle.get(), CURLOPT_NOPROGRESS, 0L);
    ::curl_easy_setopt(handle.get(), CURLOPT_XFERINFOFUNCTION, stop_on_signal);
    long status = 0;
    return ::curl_easy_perform(handle.get()) == CURLE_OK &&
           ::curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status / 100 == 2;
}

}  // namespace

Service Service::parse(const std::string &text)
{
    Service service;
    service.text_ = text;
    if (const auto unit = behind(text, "systemd:"); unit && !unit->empty() && unit->front() != '-') {
        service.ask_ = {{"systemctl", "show", "--property=ActiveState", "--value", *unit}, {}, {}};
        service.stop_ = {{"systemctl", "stop", *unit}, {}, {}};
        service.start_ = {{"systemctl", "start", *unit}, {}, {}};
    } else if (const auto composed = behind(text, "compose:")) {
        const std::size_t at = composed->find('@');
        const std::string name = composed->substr(0, at);
        const std::string directory = at == std::string::npos ? "" : composed->substr(at + 1);
        if (name.empty() || name.front() == '-' || (at != std::string::npos && directory.empty()))
            fail_on_text(text);
        service.ask_ = compose(directory, {"ps", "--status", "running", "--quiet", name});
        service.stop_ = compose(directory, {"stop", name});
        service.start_ = compose(directory, {"start", name});
    } else if (const auto commands = behind(text, "command:")) {
        const std::size_t semicolon = commands->find(';');
        if (semicolon == std::string::npos || semicolon == 0 || semicolon + 1 == commands->size())
            fail_on_text(text);
        service.stop_ = shell(commands->substr(0, semicolon));
        service.start_ = shell(commands->substr(semicolon + 1));
    } else {
        fail_on_text(text);
    }
    return service;
}

bool Service::is_running() const
{
    if (ask_.argv.empty())
        return true;
    std::string answer = output_of(ask_, "ask whether " + printable(text_) + " is running");
    while (!answer.empty() && answer.back() == '\n')
        answer.pop_back();
    return ask_.argv[0] == "systemctl" ? answer == "active" || answer == "activating" || answer == "reloading"
                                       : !answer.empty();
}

void Service::stop() const
{
    run(stop_, "stop " + printable(text_));
}

void Service::start() const
{
    run(start_, "start " + printable(text_));
}

bool wait_until_healthy(const std::string &url)
{
    const auto deadline = steady_clock::now() + health_patience;
    while (!answers(url)) {
        require_going_on();
        if (steady_clock::now() > deadline)
            return false;
        struct pollfd wanted = {signal_descriptor(), POLLIN, 0};
        ::poll(&wanted, 1, pause_ms);
    }
    return true;
}

}  // namespace pitstop::tool
