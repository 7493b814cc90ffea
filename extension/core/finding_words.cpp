#include "core/finding_words.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace pitstop {

namespace {

std::string with_places(int places, double value)
{
    std::array<char, 400> text;  // the largest double has 309 digits
    const int length = std::snprintf(text.data(), text.size(), "%.*f", places, value);
    return std::string(text.data(), static_cast<std::size_t>(length));
}

std::string span_of(double seconds)
{
    constexpr std::pair<double, const char *> units[] = {{86400, " days"}, {3600, " h"}, {60, " min"}};
    for (const auto &[length, name] : units)
        if (seconds >= 2 * length)
            return with_places(0, std::floor(seconds / length)) + name;
    return with_places(0, std::floor(seconds)) + " s";
}

std::string size_of(double bytes)
{
    constexpr std::pair<double, const char *> units[] = {{1e12, " TB"}, {1e9, " GB"}, {1e6, " MB"}, {1e3, " kB"}};
    for (const auto &[size, name] : units)
        if (bytes >= size)
            return with_places(1, bytes / size) + name;
    return with_places(0, bytes) + " bytes";
}

}  // namespace

std::string words_for(double value, std::string_view unit)
{
    if (unit == "s")
        return span_of(value);
    if (unit == "bytes")
        return size_of(value);
    if (unit == "ratio")
        return with_places(0, value * 100) + " %";
    return with_places(0, value);
}

std::string counted(std::int64_t count, const std::string &noun)
{
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string words_for(const HealthCheck &check, const Observation &observation)
{
    std::string words(check.title);
    if (!observation.subject.empty())
        words += ", " + observation.subject;
    const char *separator = ": ";
    if (observation.value) {
        words += separator + words_for(*observation.value, check.unit);
        separator = "; ";
    }
    if (!observation.note.empty())
        words += separator + observation.note;
    return words;
}

}  // namespace pitstop
