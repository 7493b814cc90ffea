#include "tool/core/env_file.hpp"

#include <algorithm>

#include "tool/core/failure.hpp"

namespace pitstop::tool {

namespace {

constexpr std::string_view blanks = " \t\v\f\r";

bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

bool is_in_name(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

// Walks through the text once, statement by statement.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    Variables read()
    {
        while (skip_to_statement()) {
            skip_export();
            const std::string name = take_name();
            skip_blanks();
            // A name alone takes its value from the environment, which is looked into anyway.
            if (rest_.empty() || rest_[0] == '\n')
                continue;
            if (rest_[0] != '=')
                fail(line_, "is not NAME=VALUE");
            advance(1);
            variables_[name] = take_value();
        }
        return std::move(variables_);
    }

private:
    [[noreturn]] static void fail(std::size_t line, const std::string &what)
    {
        throw Failure(ExitCode::usage, "line " + std::to_string(line) + " of the env file " + what, {},
                      "Write NAME=VALUE, one to a line, and quotes around a value with spaces at its ends, "
                      "line breaks or \" #\".");
    }

    void advance(std::size_t bytes)
    {
        line_ += static_cast<std::size_t>(std::count(rest_.begin(), rest_.begin() + bytes, '\n'));
        rest_.remove_prefix(bytes);
    }

    void skip_blanks() { advance(std::min(rest_.find_first_not_of(blanks), rest_.size())); }
    void skip_line() { advance(std::min(rest_.find('\n'), rest_.size())); }

    bool skip_to_statement()
    {
        for (;;) {
            skip_blanks();
            if (rest_.empty())
                return false;
            if (rest_[0] == '#')
                skip_line();
            else if (rest_[0] == '\n')
                advance(1);
            else
                return true;
        }
    }

    void skip_export()
    {
        constexpr std::string_view word = "export";
        if (rest_.substr(0, word.size()) != word)
            return;
        const std::size_t next = rest_.find_first_not_of(blanks, word.size());
        // "export=1" and "exported=1" are names.
        if (next != std::string_view::npos && next > word.size() && is_letter(rest_[next]))
            advance(next);
    }

    std::string take_name()
    {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_in_name);
        const std::string name(rest_.begin(), end);
        if (name.empty() || !is_letter(name[0]))
            fail(line_, "does not begin with a name");
        advance(name.size());
        return name;
    }

    std::string take_value()
    {
        const std::size_t begin = std::min(rest_.find_first_not_of(blanks), rest_.size());
        const char first = begin < rest_.size() ? rest_[begin] : '\n';
        if (first != '"' && first != '\'')
            return take_unquoted();
        advance(begin + 1);
        std::string value = take_quoted(first);
        skip_blanks();
        if (!rest_.empty() && rest_[0] == '#')
            skip_line();
        if (!rest_.empty() && rest_[0] != '\n')
            fail(line_, "has something behind the closing quote");
        return value;
    }

    std::string take_unquoted()
    {
        std::string_view value = rest_.substr(0, rest_.find('\n'));
        advance(value.size());
        value = value.substr(0, std::min(value.find(" #"), value.find("\t#")));
        const std::size_t begin = value.find_first_not_of(blanks);
        if (begin == std::string_view::npos)
            return {};
        return std::string(value.substr(begin, value.find_last_not_of(blanks) + 1 - begin));
    }

    std::string take_quoted(char quote)
    {
        const std::size_t first_line = line_;
        std::string value;
        for (std::size_t i = 0; i < rest_.size(); ++i) {
            const char next = i + 1 < rest_.size() ? rest_[i + 1] : '\0';
            if (rest_[i] == quote) {
                advance(i + 1);
                return value;
            }
            if (quote == '"' && rest_[i] == '\\' && (next == '"' || next == '\\' || next == 'n')) {
                value += next == 'n' ? '\n' : next;
                ++i;
            } else if (rest_[i] != '\r' || next != '\n') {
                value += rest_[i];
            }
        }
        fail(first_line, "has a quote that is never closed");
    }

    std::string_view rest_;
    std::size_t line_ = 1;
    Variables variables_;
};

}  // namespace

Variables parse_env_file(std::string_view text)
{
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.substr(0, byte_order_mark.size()) == byte_order_mark)
        text.remove_prefix(byte_order_mark.size());
    if (text.find('\0') != std::string_view::npos)
        throw Failure(ExitCode::usage, "the env file is no text", "It holds a NUL character.",
                      "It must be saved as UTF-8, not as UTF-16.");
    return Reader(text).read();
}

}  // namespace pitstop::tool
