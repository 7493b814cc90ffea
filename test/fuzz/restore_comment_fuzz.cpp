// Comments of databases, and databases' names, of any bytes.
#include <string_view>

#include "bytes.hpp"
#include "tool/core/restore_record.hpp"
#include "tool/core/utf8.hpp"

namespace pitstop::fuzz {

namespace {

bool is_utf8(std::string_view text)
{
    while (!text.empty()) {
        const std::size_t length = tool::character_length(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

void check_comment(std::string_view comment)
{
    const auto record = tool::parse_record(comment);
    if (!record)
        return;
    const std::string text = tool::record_text(*record);
    const auto again = tool::parse_record(text);
    require(again.has_value(), "what is written can be read", text);
    require(tool::record_text(*again) == text, "it is read as it was written", text);
}

void check_name(const std::string &name, std::string_view target)
{
    require(name.size() <= 63, "a name is one of PostgreSQL's", name);
    require(!is_utf8(target) || is_utf8(name), "a name breaks no character", name);
}

void check_names(std::string_view target)
{
    const tool::Moment at{1'795'576'500};
    const std::string side = tool::side_name(target, at);
    const std::string scratch = tool::scratch_name(target, at);
    check_name(side, target);
    check_name(scratch, target);
    check_name(tool::before_name(target, at), target);
    require(tool::is_side_name(side) == !target.empty(), "a side database is known by its name", side);
    require(tool::is_scratch_name(scratch) == !target.empty(), "a scratch database is known by its name", scratch);
    require(!tool::is_scratch_name(side) && !tool::is_side_name(scratch), "the two are told apart", side);
    require(side != tool::side_name(std::string(target) + 'x', at), "two names do not meet", side);
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(bytes), size);
    pitstop::fuzz::check_comment(text);
    pitstop::fuzz::check_names(text);
    return 0;
}
