#include "tool/core/moment.hpp"

#include <algorithm>

namespace pitstop::tool {

namespace {

constexpr std::int64_t day_s = 86400;

constexpr std::int64_t floored(std::int64_t dividend, std::int64_t divisor) noexcept
{
    return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}

bool is_leap_year(std::int64_t year) noexcept
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

std::int64_t days_in_month(std::int64_t year, std::int64_t month) noexcept
{
    constexpr std::int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap_year(year) ? 1 : 0);
}

// Days since 1970-01-01. Years begin in March here, so that the leap day is a year's last.
std::int64_t days_until(std::int64_t year, std::int64_t month, std::int64_t day) noexcept
{
    const std::int64_t shifted_year = month > 2 ? year : year - 1;
    const std::int64_t shifted_month = month > 2 ? month - 3 : month + 9;
    const std::int64_t leap_days = floored(shifted_year, 4) - floored(shifted_year, 100) + floored(shifted_year, 400);
    return shifted_year * 365 + leap_days + (153 * shifted_month + 2) / 5 + day - 1 - 719468;
}

void append_digits(std::string &text, std::int64_t number, std::size_t width)
{
    const std::string digits = std::to_string(number);
    text.append(width - std::min(width, digits.size()), '0') += digits;
}

// One letter of `form` stands for a digit of the year, month, day, hour, minute or second; all else for itself.
constexpr std::string_view iso_form = "yyyy-mm-ddTHH:MM:SSZ";
constexpr std::string_view file_form = "yyyymmddTHHMMSSZ";
constexpr std::string_view fields = "ymdHMS";

std::string text_as(std::string_view form, Moment moment)
{
    const CivilDate date = date_of(moment);
    const std::int64_t second = moment.seconds - floored(moment.seconds, day_s) * day_s;
    const std::int64_t values[] = {date.year, date.month, date.day, second / 3600, second / 60 % 60, second % 60};
    std::string text;
    for (std::size_t i = 0; i < form.size();) {
        const std::size_t field = fields.find(form[i]);
        const std::size_t end =
            field == std::string_view::npos ? i + 1 : std::min(form.find_first_not_of(form[i], i), form.size());
        if (field == std::string_view::npos)
            text += form[i];
        else
            append_digits(text, values[field], end - i);
        i = end;
    }
    return text;
}

std::optional<Moment> parse_as(std::string_view form, std::string_view text) noexcept
{
    if (text.size() != form.size())
        return std::nullopt;
    std::int64_t values[fields.size()] = {};
    for (std::size_t i = 0; i < form.size(); ++i) {
        const std::size_t field = fields.find(form[i]);
        if (field == std::string_view::npos ? text[i] != form[i] : text[i] < '0' || text[i] > '9')
            return std::nullopt;
        if (field != std::string_view::npos)
            values[field] = values[field] * 10 + (text[i] - '0');
    }
    const auto [year, month, day, hour, minute, second] = values;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 ||
        minute > 59 || second > 59)
        return std::nullopt;
    return Moment{((days_until(year, month, day) * 24 + hour) * 60 + minute) * 60 + second};
}

}  // namespace

CivilDate date_of(Moment moment) noexcept
{
    const std::int64_t days = day_of(moment) + 719468;
    const std::int64_t era = floored(days, 146097);
    const std::int64_t day_of_era = days - era * 146097;
    const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month = (5 * day_of_year + 2) / 153;
    const bool is_next_year = month >= 10;
    return {era * 400 + year_of_era + (is_next_year ? 1 : 0),
            static_cast<unsigned>(is_next_year ? month - 9 : month + 3),
            static_cast<unsigned>(day_of_year - (153 * month + 2) / 5 + 1)};
}

std::int64_t day_of(Moment moment) noexcept
{
    return floored(moment.seconds, day_s);
}

std::int64_t week_of(Moment moment) noexcept
{
    // 1970-01-01 was a Thursday.
    return floored(day_of(moment) + 3, 7);
}

std::string iso_text(Moment moment)
{
    return text_as(iso_form, moment);
}

std::optional<Moment> parse_iso(std::string_view text)
{
    return parse_as(iso_form, text);
}

std::string file_text(Moment moment)
{
    return text_as(file_form, moment);
}

std::optional<Moment> parse_file_text(std::string_view text)
{
    return parse_as(file_form, text);
}

}  // namespace pitstop::tool
