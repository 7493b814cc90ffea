// Replies of all formats and statuses with any bytes in them: what is found can be stored, and a reason can be logged.
// A byte for the format, one for the status, a line with the content type, one with Retry-After; the rest is the body.
#include <algorithm>
#include <cmath>
#include <string_view>

#include "bytes.hpp"
#include "core/checked_json.hpp"
#include "core/geocoder_reply.hpp"
#include "lines.hpp"

namespace pitstop::fuzz {

namespace {

constexpr UtcTime now{765'000'000'000'000};

// Length of the character that the text begins with; 0 when it is none of UTF-8's, or a NUL.
std::size_t character_length(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (byte(0) < 0x80)
        return byte(0) != 0 ? 1 : 0;
    const std::size_t length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
    if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < length)
        return 0;
    std::uint32_t code = byte(0) & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (byte(i) & 0x3fU);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    return code >= smallest[length] && code <= 0x10ffff && !is_surrogate ? length : 0;
}

// -1 for what is no text.
int characters_of(std::string_view text)
{
    int characters = 0;
    for (; !text.empty(); ++characters) {
        const std::size_t length = character_length(text);
        if (length == 0)
            return -1;
        text.remove_prefix(length);
    }
    return characters;
}

std::vector<std::string> texts_of(const Address &a)
{
    std::vector<std::string> texts = {a.osm_type, a.latitude, a.longitude, a.display_name, a.raw};
    for (const auto &column : {a.name, a.house_number, a.road, a.neighbourhood, a.city, a.county, a.postcode, a.state,
                               a.state_district, a.country})
        texts.push_back(column.value_or("<NULL>"));
    return texts;
}

bool is_same(const Address &a, const Address &b)
{
    return a.osm_id == b.osm_id && texts_of(a) == texts_of(b);
}

void check_coordinate(const std::string &text, double limit)
{
    const bool is_plain = text.find_first_not_of("+-.0123456789") == std::string::npos;
    char *end = nullptr;
    const double degrees = std::strtod(text.c_str(), &end);
    require(!text.empty() && is_plain && *end == '\0', "a coordinate is decimal text", text);
    require(std::abs(degrees) <= limit, "a coordinate is on earth", text);
}

void check_address(const Address &address)
{
    const std::string &type = address.osm_type;
    require(type == "node" || type == "way" || type == "relation" || type == "unknown", "a type is known", type);
    require(address.osm_id != 0 && (address.osm_id < 0) == (type == "unknown"), "only unknown ids are negative", type);
    check_coordinate(address.latitude, 90);
    check_coordinate(address.longitude, 180);
    for (const std::string &text : texts_of(address))
        require(characters_of(text) >= 0, "an address is UTF-8 without NUL", text);
    require(!address.display_name.empty(), "an address can be shown");
    require(read_checked_json(address.raw).has_value(), "raw is JSON", address.raw);

    const std::string few = first_characters(address.display_name, 3);
    require(address.display_name.compare(0, few.size(), few) == 0, "the first characters come first", few);
    require(characters_of(few) == std::min(3, characters_of(address.display_name)), "as many as asked for", few);
}

struct Judge {
    void operator()(const Address &address) const { check_address(address); }
    void operator()(const std::vector<Address> &addresses) const
    {
        for (const Address &address : addresses) {
            check_address(address);
            const auto again = read_address(ReplyFormat::nominatim, address.raw);
            require(again && is_same(*again, address), "an entry can be read alone", address.raw);
        }
    }
    void operator()(const NoSuchPlace &) const {}
    void operator()(const Wait &wait) const
    {
        using namespace std::chrono_literals;
        require(!wait.retry_after || (*wait.retry_after > 0s && *wait.retry_after <= 86400s),
                "a pause is a day at most", wait.retry_after ? std::to_string(wait.retry_after->count()) : "");
        check_reason(wait.reason);
    }
    template <typename Other>
    void operator()(const Other &other) const
    {
        check_reason(other.reason);
    }

private:
    static void check_reason(const std::string &reason)
    {
        require(reason.size() <= 200, "a reason is short", reason);
        require(std::all_of(reason.begin(), reason.end(), [](char c) { return c >= ' ' && c <= '~'; }),
                "a reason is printable ASCII", reason);
    }
};

// Most inputs are for the statuses with a body that is read.
long status_of(std::uint8_t byte)
{
    constexpr long statuses[] = {100, 204, 206, 301, 400, 401, 403, 404, 405, 407, 408, 414, 425, 429, 500, 503, 600};
    return byte < std::size(statuses) ? statuses[byte] : 200;
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    using namespace pitstop;
    if (size < 2)
        return 0;
    const ReplyFormat format = bytes[0] % 2 == 0 ? ReplyFormat::nominatim : ReplyFormat::photon;
    std::string_view rest(reinterpret_cast<const char *>(bytes) + 2, size - 2);
    HttpReply reply;
    reply.status = fuzz::status_of(bytes[1]);
    reply.content_type = fuzz::take_line(rest);
    reply.retry_after = fuzz::take_line(rest);
    reply.body = rest;

    const Answer answer = read_reverse_reply(format, reply, fuzz::now);
    std::visit(fuzz::Judge(), answer);
    std::visit(fuzz::Judge(), read_lookup_reply(format, reply, fuzz::now));
    const auto address = read_address(format, reply.body);
    if (address)
        fuzz::check_address(*address);
    if (const auto *const found = std::get_if<Address>(&answer))
        fuzz::require(address && fuzz::is_same(*address, *found), "what was found is read again", found->raw);
    return 0;
}
