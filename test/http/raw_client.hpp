// A client that sends what it is told, byte for byte. Nothing waits longer than patience; then the test fails.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <thread>

#include "tool/descriptor.hpp"

namespace pitstop::tool::test {

constexpr std::chrono::seconds patience{20};

struct Answer {
    int status = 0;  // 0: none came
    std::map<std::string, std::string> headers;
    std::string body;
};

class RawClient {
public:
    explicit RawClient(const std::string &address);  // as ListenAddress::text()

    bool is_connected() const noexcept { return is_connected_; }
    bool send(std::string_view bytes) noexcept;  // whether it went
    void end_sending() noexcept;
    Answer read_answer(bool has_body = true);
    std::string read_to_the_end();
    std::string read_what_comes(std::chrono::milliseconds pause);  // until there is such a pause
    bool is_closed();  // within patience, in order or by a reset; what comes before is dropped
    bool has_bytes(std::chrono::milliseconds wait) const noexcept;  // or has come to its end
    bool read_byte() noexcept;

private:
    bool receive();  // something more; false at the end

    Descriptor socket_;
    bool is_connected_ = false;
    std::string received_;
};

// Whether it comes to be.
template <typename Condition>
bool comes(Condition is_met)
{
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!is_met()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

std::string request_for(const std::string &path, const std::string &headers = "", const std::string &method = "GET");
Answer ask(const std::string &address, const std::string &path);

}  // namespace pitstop::tool::test
