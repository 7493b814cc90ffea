#include "invocation.hpp"

#include <charconv>

#include "tool/core/failure.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

std::optional<std::string> Invocation::value(const std::string &option) const
{
    const auto found = options_.find(option);
    if (found == options_.end() || found->second.empty())
        return std::nullopt;
    return found->second.back();
}

std::vector<std::string> Invocation::values(const std::string &option) const
{
    const auto found = options_.find(option);
    return found == options_.end() ? std::vector<std::string>() : found->second;
}

std::optional<std::string> Invocation::argument(std::size_t position) const
{
    return position < arguments_.size() ? std::optional(arguments_[position]) : std::nullopt;
}

std::optional<unsigned> Invocation::number(const std::string &option, unsigned least, unsigned most) const
{
    const std::optional<std::string> text = value(option);
    if (!text)
        return std::nullopt;
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size() || number < least || number > most)
        throw Failure(ExitCode::usage, option + " takes a whole number from " + std::to_string(least) + " to " +
                                           std::to_string(most) + ", not \"" + printable(*text) + "\"");
    return number;
}

}  // namespace pitstop::tool
