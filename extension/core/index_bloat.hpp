// How much of a B-tree is empty: what its entries need when they are packed as a new index packs them, beside the pages that
// it has. An estimate from what ANALYZE knows, without a look into the index.
#pragma once

#include <optional>
#include <vector>

namespace pitstop {

struct BtreeColumn {
    double width_bytes = 0;  // on average
    int alignment_bytes = 1;
    std::optional<double> distinct;  // values; nothing: not known
};

struct Btree {
    double pages = 0;
    double entries = 0;
    double fill_percent = 90;  // of the leaf pages of a new index
    std::vector<BtreeColumn> columns;
};

// From 0 to 1. What many entries share, and cannot be known to, counts as needed: the estimate rather errs to the low side.
double empty_share(const Btree &index, double page_bytes) noexcept;

}  // namespace pitstop
