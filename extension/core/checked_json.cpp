#include "core/checked_json.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pitstop {

namespace {

using Json = nlohmann::json;

constexpr std::size_t deepest = 32;
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

// Builds the value while it checks each element as it is read, and ends the reading at the first that is not to be had.
class Builder : public nlohmann::json_sax<Json> {
public:
    bool null() override { return put(nullptr); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(number_integer_t value) override { return put(value); }
    bool number_unsigned(number_unsigned_t value) override { return put(value); }
    bool number_float(number_float_t value, const string_t &digits) override
    {
        return digits.size() <= longest_number && has_modest_exponent(digits) && put(value);
    }
    bool string(string_t &text) override { return text.find('\0') == std::string::npos && put(std::move(text)); }
    bool binary(binary_t &) override { return false; }
    bool start_object(std::size_t) override { return open(Json::value_t::object); }
    bool key(string_t &text) override
    {
        if (text.find('\0') != std::string::npos)
            return false;
        member_ = &(*open_.back())[std::move(text)];
        return true;
    }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(Json::value_t::array); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t, const std::string &, const nlohmann::detail::exception &) override { return false; }

    Json take() { return std::move(root_); }

private:
    // Where the next value belongs: it is all there is, an element of an array, or the member whose name was just read.
    Json &place()
    {
        if (open_.empty())
            return root_;
        Json &parent = *open_.back();
        return parent.is_array() ? parent.emplace_back() : *member_;
    }

    template <typename Value>
    bool put(Value &&value)
    {
        place() = std::forward<Value>(value);
        return true;
    }

    bool open(Json::value_t type)
    {
        if (open_.size() == deepest)
            return false;
        Json &value = place();
        value = Json(type);
        open_.push_back(&value);
        return true;
    }

    bool close()
    {
        open_.pop_back();
        return true;
    }

    Json root_;
    // From the outermost in. Nothing is added to a value before the ones inside it are closed, so that they stay in place.
    std::vector<Json *> open_;
    Json *member_ = nullptr;
};

}  // namespace

std::optional<Json> read_checked_json(std::string_view text)
{
    // nlohmann skips a byte order mark and takes a NUL for the end of the text; PostgreSQL does neither.
    if (text.substr(0, 3) == "\xef\xbb\xbf" || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    Builder builder;
    if (!Json::sax_parse(text.begin(), text.end(), &builder))
        return std::nullopt;
    return builder.take();
}

}  // namespace pitstop
