#include "core/checked_json.hpp"

#include <cstdlib>
#include <string>

namespace pitstop {

namespace {

using Json = nlohmann::json;

constexpr int deepest = 32;
constexpr std::size_t longest_number = 400;
constexpr long largest_exponent = 300;

// Sees each element as it is read, and ends the reading at the first that is not to be had.
class Checker : public nlohmann::json_sax<Json> {
public:
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t &digits) override
    {
        if (digits.size() > longest_number)
            return false;
        const std::size_t exponent = digits.find_first_of("eE");
        return exponent == std::string::npos ||
               std::labs(std::strtol(digits.c_str() + exponent + 1, nullptr, 10)) <= largest_exponent;
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
    Checker checker;
    if (!Json::sax_parse(text.begin(), text.end(), &checker))
        return std::nullopt;
    Json json = Json::parse(text.begin(), text.end(), nullptr, false);
    return json.is_discarded() ? std::nullopt : std::optional<Json>(std::move(json));
}

}  // namespace pitstop
