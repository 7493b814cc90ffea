#include "core/index_bloat.hpp"

#include <gtest/gtest.h>

namespace pitstop::test {

namespace {

constexpr double page = 8192;

// A bigint that is unique: an entry takes 4 + 8 + 8 = 20 bytes, a leaf page holds (8192 - 40) * 90 % = 7336.8 bytes of them.
// A million entries take 20,000,000 / 7336.8 = 2725.98 pages, so 2726, and the page that says where the root is.
Btree unique_bigints(double pages)
{
    return {pages, 1'000'000, 90, {{8, 8, 1'000'000}}};
}

}  // namespace

TEST(An_index, that_is_packed_has_nothing_empty)
{
    EXPECT_DOUBLE_EQ(empty_share(unique_bigints(2727), page), 0);
}

TEST(An_index, of_twice_the_pages_it_needs_is_half_empty)
{
    EXPECT_DOUBLE_EQ(empty_share(unique_bigints(2 * 2727), page), 0.5);
}

TEST(An_index, with_fewer_pages_than_estimated_is_not_less_than_full)
{
    EXPECT_DOUBLE_EQ(empty_share(unique_bigints(1000), page), 0);
}

TEST(An_index, without_pages_is_not_empty)
{
    EXPECT_DOUBLE_EQ(empty_share(unique_bigints(0), page), 0);
}

// 100 keys of 20 bytes, and 6 bytes for each row: 6,002,000 / 7336.8 = 818.07, so 819 pages and one.
TEST(Equal_keys, are_kept_once)
{
    EXPECT_DOUBLE_EQ(empty_share({1640, 1'000'000, 90, {{2, 2, 100}}}, page), 0.5);
}

TEST(Keys, of_which_nobody_knows_how_many_differ_count_as_different)
{
    EXPECT_DOUBLE_EQ(empty_share({2 * 2727, 1'000'000, 90, {{8, 8, std::nullopt}}}, page), 0.5);
}

// smallint, timestamp, boolean: 2 bytes and 6 to the next, 8, 1 and 7 to the end: 24 + 12 = 36 bytes an entry;
// 36,000,000 / 7336.8 = 4906.8, so 4907 pages and one.
TEST(Columns, begin_where_their_type_is_aligned)
{
    EXPECT_DOUBLE_EQ(empty_share({2 * 4908, 1'000'000, 90, {{2, 2, 3}, {8, 8, 1'000'000}, {1, 1, 1}}}, page), 0.5);
}

// Half of 8152 bytes: 20,000,000 / 4076 = 4906.8.
TEST(A_fill_factor, makes_room_that_is_not_empty)
{
    EXPECT_DOUBLE_EQ(empty_share({4908, 1'000'000, 50, {{8, 8, 1'000'000}}}, page), 0);
}

}  // namespace pitstop::test
