#include "core/index_bloat.hpp"

#include <algorithm>
#include <cmath>

namespace pitstop {

namespace {

constexpr double page_header_bytes = 24;
constexpr double btree_special_bytes = 16;
constexpr double line_pointer_bytes = 4;
constexpr double entry_header_bytes = 8;
constexpr double row_pointer_bytes = 6;
constexpr int widest_alignment_bytes = 8;

double aligned(double bytes, int alignment_bytes) noexcept
{
    return std::ceil(bytes / alignment_bytes) * alignment_bytes;
}

double entry_bytes(const Btree &index) noexcept
{
    double key = 0;
    for (const BtreeColumn &column : index.columns)
        key = aligned(key, column.alignment_bytes) + column.width_bytes;
    return line_pointer_bytes + entry_header_bytes + aligned(key, widest_alignment_bytes);
}

// As if no column told anything of another.
double distinct_keys(const Btree &index) noexcept
{
    double distinct = 1;
    for (const BtreeColumn &column : index.columns)
        distinct *= std::max(column.distinct.value_or(index.entries), 1.0);
    return std::min(distinct, index.entries);
}

}  // namespace

double empty_share(const Btree &index, double page_bytes) noexcept
{
    if (index.pages < 1)
        return 0;
    const double entry = entry_bytes(index);
    // Equal keys are kept once, with the list of their rows.
    const double bytes =
        std::min(index.entries * entry, distinct_keys(index) * entry + index.entries * row_pointer_bytes);
    const double leaf_bytes = (page_bytes - page_header_bytes - btree_special_bytes) * index.fill_percent / 100;
    constexpr double meta_page = 1;
    const double needed = std::ceil(bytes / leaf_bytes) + meta_page;
    return std::clamp(1 - needed / index.pages, 0.0, 1.0);
}

}  // namespace pitstop
