// The header Retry-After, part of geocoder_reply.hpp.

#include "core/geocoder_reply.hpp"

#include <algorithm>
#include <array>

namespace pitstop {

namespace {

constexpr std::chrono::seconds longest{86400};
constexpr std::int64_t seconds_per_day = 86400;
constexpr std::int64_t half_a_century = 18262 * seconds_per_day;

// Days since 2000-01-01 in the Gregorian calendar.
std::int64_t days_to(std::int64_t year, std::int64_t month, std::int64_t day)
{
    // March begins the year, so that the leap day is its last.
    const std::int64_t y = month <= 2 ? year - 1 : year;
    const std::int64_t m = month <= 2 ? month + 9 : month - 3;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 730425;
}

// Reads one part after the other; once something does not fit, nothing does.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    // Between `at_least` and `at_most` digits.
    std::int64_t number(std::size_t at_least, std::size_t at_most)
    {
        std::int64_t value = 0;
        std::size_t digits = 0;
        while (digits < at_most && digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9')
            value = value * 10 + (rest_[digits++] - '0');
        fits_ = fits_ && digits >= at_least;
        rest_.remove_prefix(digits);
        return value;
    }
    void literal(std::string_view text)
    {
        fits_ = fits_ && rest_.substr(0, text.size()) == text;
        rest_.remove_prefix(std::min(text.size(), rest_.size()));
    }
    // Letters up to something else.
    std::string_view word()
    {
        std::size_t length = 0;
        while (length < rest_.size() && ((rest_[length] | 0x20) >= 'a' && (rest_[length] | 0x20) <= 'z'))
            ++length;
        const std::string_view found = rest_.substr(0, length);
        fits_ = fits_ && length > 0;
        rest_.remove_prefix(length);
        return found;
    }
    std::int64_t month()
    {
        constexpr std::array<std::string_view, 12> names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        const auto *const found = std::find(names.begin(), names.end(), word());
        fits_ = fits_ && found != names.end();
        return found - names.begin() + 1;
    }
    bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
    bool is_whole() const { return fits_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool fits_ = true;
};

struct Moment {
    std::int64_t year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    bool is_of_any_century = false;

    bool is_possible() const
    {
        const std::int64_t days = month == 12 ? 31 : days_to(year, month + 1, 1) - days_to(year, month, 1);
        return day >= 1 && day <= days && hour <= 23 && minute <= 59 && second <= 60;
    }
    std::int64_t seconds_since_2000() const
    {
        return days_to(year, month, day) * seconds_per_day + hour * 3600 + minute * 60 + second;
    }
};

void read_time(Scanner &in, Moment &moment)
{
    moment.hour = in.number(2, 2);
    in.literal(":");
    moment.minute = in.number(2, 2);
    in.literal(":");
    moment.second = in.number(2, 2);
}

// Sun Nov  6 08:49:37 1994
void read_asctime(Scanner &in, Moment &moment)
{
    in.literal(" ");
    moment.month = in.month();
    in.literal(" ");
    if (in.next_is(' '))
        in.literal(" ");
    moment.day = in.number(1, 2);
    in.literal(" ");
    read_time(in, moment);
    in.literal(" ");
    moment.year = in.number(4, 4);
}

// Sun, 06 Nov 1994 08:49:37 GMT, or Sunday, 06-Nov-94 08:49:37 GMT
void read_gmt(Scanner &in, Moment &moment)
{
    in.literal(", ");
    moment.day = in.number(2, 2);
    const char *const separator = in.next_is('-') ? "-" : " ";
    in.literal(separator);
    moment.month = in.month();
    in.literal(separator);
    moment.is_of_any_century = *separator == '-';
    moment.year = moment.is_of_any_century ? 2000 + in.number(2, 2) : in.number(4, 4);
    in.literal(" ");
    read_time(in, moment);
    in.literal(" GMT");
}

std::optional<Moment> read_moment(std::string_view value)
{
    Scanner in(value);
    Moment moment;
    in.word();
    if (in.next_is(','))
        read_gmt(in, moment);
    else
        read_asctime(in, moment);
    return in.is_whole() && moment.is_possible() ? std::optional(moment) : std::nullopt;
}

bool is_number(std::string_view value)
{
    return !value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos;
}

// More than a few digits are more than a day, however many there are.
std::int64_t seconds_in(std::string_view digits)
{
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits.size() > 6 ? longest.count() : Scanner(digits).number(0, 6);
}

std::int64_t seconds_until(const Moment &moment, UtcTime now)
{
    const std::int64_t seconds = moment.seconds_since_2000() - now.microseconds / 1'000'000;
    // HTTP: two digits of a year that seem to be more than 50 years away mean the one that is gone.
    return moment.is_of_any_century && seconds > half_a_century ? 0 : seconds;
}

}  // namespace

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, UtcTime now)
{
    std::int64_t pause = 0;
    if (is_number(value))
        pause = seconds_in(value);
    else if (const auto moment = read_moment(value))
        pause = seconds_until(*moment, now);
    return pause > 0 ? std::optional(std::min(std::chrono::seconds{pause}, longest)) : std::nullopt;
}

}  // namespace pitstop
