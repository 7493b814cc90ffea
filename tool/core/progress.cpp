#include "tool/core/progress.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "tool/core/utf8.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

constexpr unsigned narrow_columns = 20;
constexpr std::uint64_t bar_length = 10;
constexpr double smoothed_s = 10;
constexpr double fastest = 1e18;  // rows a second that an integer holds
constexpr double longest_span_s = 100 * 86400.0;

double seconds_between(Progress::Clock::time_point earlier, Progress::Clock::time_point later)
{
    return std::chrono::duration<double>(later - earlier).count();
}

// How many of `parts` parts are done; the last one only at the end.
std::uint64_t share_of(std::uint64_t done, std::uint64_t total, std::uint64_t parts)
{
    if (done >= total)
        return parts;
    return done <= std::numeric_limits<std::uint64_t>::max() / parts ? done * parts / total : done / (total / parts);
}

std::string percentage(std::uint64_t done, std::uint64_t total)
{
    const std::string number = std::to_string(share_of(done, total, 100));
    return std::string(3 - number.size(), ' ') + number + " %";
}

std::string bar(std::uint64_t done, std::uint64_t total)
{
    const std::uint64_t length = share_of(done, total, bar_length);
    return '[' + std::string(length, '#') + std::string(bar_length - length, '-') + ']';
}

std::string joined(const std::string &what, const std::vector<std::string> &parts)
{
    std::string line = what;
    for (const std::string &part : parts)
        if (!part.empty())
            line += (line.empty() ? "" : part[0] == '[' ? " " : "  ") + part;
    return line;
}

}  // namespace

Progress::Progress(std::string what, std::uint64_t total, Clock::time_point start)
    : what_(std::move(what)), total_(total), start_(start), now_(start)
{
}

void Progress::advance_to(std::uint64_t done, Clock::time_point now)
{
    const std::uint64_t advanced = std::max(done, done_) - done_;
    done_ += advanced;
    const double passed_s = seconds_between(now_, now);
    if (passed_s <= 0)
        return;
    now_ = now;
    // The mean of all the time there was, until that is more than what it is smoothed over.
    const double weight = std::max(1 - std::exp(-passed_s / smoothed_s), passed_s / seconds_between(start_, now));
    rate_ += weight * (static_cast<double>(advanced) / passed_s - rate_);
}

std::string Progress::line(unsigned columns) const
{
    const std::string done = count_text(done_) + " rows";
    const std::string percent = total_ > 0 ? percentage(done_, total_) : "";
    const std::string &least = total_ > 0 ? percent : done;
    if (columns < narrow_columns)
        return std::string(first_code_points(least, columns));

    const std::string name = printable(what_);
    const std::string what(first_code_points(name, columns / 3));
    const std::string drawn = total_ > 0 ? bar(done_, total_) : "";
    const std::string rate =
        now_ > start_ ? count_text(static_cast<std::uint64_t>(std::min(rate_, fastest))) + " rows/s" : "";
    std::string left;
    if (const double left_s = done_ < total_ ? static_cast<double>(total_ - done_) / rate_ : 0;
        done_ < total_ && rate_ > 0 && left_s < longest_span_s)
        left = span_text(std::chrono::seconds(std::llround(std::ceil(left_s)))) + " left";

    const std::vector<std::vector<std::string>> choices = {
        {drawn, percent, done, rate, left}, {percent, done, rate, left}, {least, left}};
    for (const auto &parts : choices)
        if (std::string line = joined(what, parts); count_code_points(line) <= columns)
            return line;
    return std::string(first_code_points(joined(what, {least}), columns));
}

}  // namespace pitstop::tool
