// SQL of a dump, any bytes: how it comes in pieces changes nothing, and what the filter takes out is never a row.
#include <algorithm>

#include "bytes.hpp"
#include "tool/core/dump_text.hpp"

namespace pitstop::fuzz {

namespace {

using tool::DumpFacts;
using tool::DumpFilter;
using tool::DumpText;

DumpFacts facts_in_pieces(std::string_view text, std::size_t size)
{
    DumpText dump;
    for (; !text.empty(); text.remove_prefix(std::min(size, text.size())))
        dump.add(text.substr(0, size));
    return dump.finish();
}

std::string filtered_in_pieces(std::string_view text, std::size_t size)
{
    DumpFilter filter;
    std::string out;
    for (; !text.empty(); text.remove_prefix(std::min(size, text.size())))
        filter.add(text.substr(0, size), out);
    filter.finish(out);
    return out;
}

std::uint64_t rows_of(const DumpFacts &facts)
{
    std::uint64_t rows = 0;
    for (const auto &[table, count] : facts.copied_rows)
        rows += count;
    return rows;
}

void check_facts(std::string_view text, const DumpFacts &whole, const DumpFacts &pieces, const std::string &seen)
{
    require(pieces.copied_rows == whole.copied_rows, "pieces have the same rows", seen);
    require(pieces.roles == whole.roles && pieces.extensions == whole.extensions, "pieces have the same names", seen);
    require(pieces.teslamate_migration == whole.teslamate_migration && pieces.server_major == whole.server_major,
            "pieces have the same versions", seen);
    require(pieces.has_inserts == whole.has_inserts && pieces.changes_database == whole.changes_database &&
                pieces.is_complete == whole.is_complete,
            "pieces have the same marks", seen);
    const auto lines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    require(rows_of(whole) <= lines, "there are no more rows than lines", seen);
}

void check(std::string_view text, std::size_t size)
{
    const std::string seen(text);
    const DumpFacts whole = facts_in_pieces(text, text.size());
    check_facts(text, whole, facts_in_pieces(text, size), seen);
    const std::string out = filtered_in_pieces(text, text.size());
    require(filtered_in_pieces(text, size) == out, "pieces are filtered the same", seen);
    require(out.size() <= text.size(), "the filter adds nothing", seen);
    // Within COPY nothing is touched, whatever it looks like.
    if (seen.find("\\.") == std::string::npos) {
        const std::string copy = "COPY t (a) FROM stdin;\n" + seen;
        require(filtered_in_pieces(copy, size) == copy, "rows are left as they are", seen);
    }
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    if (size < 2)
        return 0;
    const std::string_view text(reinterpret_cast<const char *>(bytes) + 1, size - 1);
    pitstop::fuzz::check(text, bytes[0] % 32 + 1U);
    return 0;
}
