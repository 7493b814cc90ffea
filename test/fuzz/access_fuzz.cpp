// Authorization headers and tokens of any bytes: the first line is the header, the rest the token.
#include <algorithm>
#include <string_view>

#include "bytes.hpp"
#include "tool/core/access.hpp"
#include "tool/core/base64.hpp"

namespace pitstop::fuzz {

namespace {

std::string base64_of(std::string_view bytes)
{
    constexpr const char *characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t bits = 0;
        for (std::size_t k = i; k < i + 3; ++k)
            bits = bits << 8 | (k < bytes.size() ? static_cast<unsigned char>(bytes[k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            text += k <= bytes.size() - i ? characters[bits >> (18 - 6 * k) & 63] : '=';
    }
    return text;
}

void check_base64(std::string_view text)
{
    if (const auto bytes = tool::decode_base64(text))
        require(base64_of(*bytes) == text, "what is decoded is what an encoder writes", std::string(text));
    const auto again = tool::decode_base64(base64_of(text));
    require(again && *again == text, "what is encoded is decoded");
}

bool passes(const std::string &authorization, const std::string &token)
{
    return tool::may_pass("/health", authorization, token);
}

// The token stands at the end of what passes, as it is or in Base64.
void check_who_passes(const std::string &authorization, const std::string &token)
{
    if (!passes(authorization, token))
        return;
    const std::string_view credentials = std::string_view(authorization).substr(authorization.find(' ') + 1);
    const std::string_view given = credentials.substr(std::min(credentials.find_first_not_of(' '), credentials.size()));
    const std::string decoded = tool::decode_base64(given).value_or("");
    const auto ends_with_token = [&](std::string_view text) {
        return text.size() >= token.size() && text.substr(text.size() - token.size()) == token;
    };
    require(!token.empty(), "nobody passes with an empty token", authorization);
    require(ends_with_token(given) || ends_with_token(decoded), "nobody passes without the token", authorization);
}

void check_token(const std::string &token)
{
    const bool may_be_given = !token.empty() && token.size() < 1000 && token[0] != ' ';
    require(!may_be_given || passes("Bearer " + token, token), "the token passes as bearer", token);
    require(!may_be_given || passes("basic " + base64_of("me:" + token), token), "the token passes as password", token);
    require(!passes("Bearer " + token + 'x', token), "a longer one does not", token);
    require(!passes("Basic " + base64_of("me:x" + token), token), "another one does not", token);
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    using namespace pitstop;
    const std::string text(reinterpret_cast<const char *>(bytes), size);
    const std::size_t line_end = std::min(text.find('\n'), size);
    const std::string authorization = text.substr(0, line_end);
    const std::string token = text.substr(std::min(line_end + 1, size));
    fuzz::check_base64(authorization);
    fuzz::check_who_passes(authorization, token);
    fuzz::check_token(token);
    fuzz::require(tool::may_pass("/livez", authorization, token), "the probes of life are for anybody");
    return 0;
}
