#include "core/checked_json.hpp"

#include <charconv>
#include <cstdint>
#include <string>

namespace pitstop {

namespace {

using Json = nlohmann::json;

constexpr int deepest = 32;
constexpr std::size_t longest_number = 400;
constexpr std::int64_t largest_exponent = 1000;

// Whether numeric can hold a number that is written with an exponent so large.
bool has_modest_exponent(const std::string &digits)
{
    const std::size_t at = digits.find_first_of("eE");
    if (at == std::string::npos)
        return true;
    const char *const first = digits.data() + at + (digits[at + 1] == '+' ? 2 : 1);
    std::int64_t exponent = 0;
    return std::from_chars(first, digits.data() + digits.size(), exponent).ec == std::errc() &&
           exponent >= -largest_exponent && exponent <= largest_exponent;
}

// Sees each element as it is read, and ends the reading at the first that is not to be had.
class Checker : public nlohmann::json_sax<Json> {
public:
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t &digits) override
    {
        return digits.size() <= longest_number && has_modest_exponent(digits);
    }
    bool string(string_t &text) override { return text.find('\0') == std::string::npos; }
    bool binary(binary_t &) override { return false; }
    bool start_object(std::size_t) override { return ++depth_ <= deepest; }
    bool key(string_t &text) override { return text.find('\0') == std::string::npos; }
    bool end_object() override
    {
        --depth_;
        return true;
    }
    bool start_array(std::size_t) override { return ++depth_ <= deepest; }
    bool end_array() override
    {
        --depth_;
        return true;
    }
    bool parse_error(std::size_t, const std::string &, const nlohmann::detail::exception &) override { return false; }

private:
    int depth_ = 0;
};

}  // namespace

std::optional<Json> read_checked_json(std::string_view text)
{
    // nlohmann skips a byte order mark and takes a NUL for the end of the text; PostgreSQL does neither.
    if (text.substr(0, 3) == "\xef\xbb\xbf" || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    Checker checker;
    if (!Json::sax_parse(text.begin(), text.end(), &checker))
        return std::nullopt;
    Json json = Json::parse(text.begin(), text.end(), nullptr, false);
    return json.is_discarded() ? std::nullopt : std::optional(std::move(json));
}

}  // namespace pitstop
