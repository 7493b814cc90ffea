#include "tool/core/plausible.hpp"

#include <gtest/gtest.h>

namespace pitstop::tool::test {

namespace {

Manifest backup(std::uint64_t positions, std::uint64_t bytes)
{
    Manifest manifest;
    manifest.format = "custom";
    manifest.compression = "zstd:3";
    manifest.archive_bytes = bytes;
    manifest.tables = {{{"public", "positions"}, {positions, {}}},
                       {{"public", "cars"}, {1, {}}},
                       {{"public", "geofences"}, {2, {}}},
                       {{"private", "tokens"}, {1, {}}}};
    return manifest;
}

const Manifest before = backup(999'996, 215'000'000);  // 1,000,000 rows

}  // namespace

TEST(A_backup, that_grew_is_plausible)
{
    EXPECT_EQ(implausible(before, before), std::nullopt);
    EXPECT_EQ(implausible(backup(1'100'000, 230'000'000), before), std::nullopt);
}

TEST(A_backup, may_have_lost_half)
{
    EXPECT_EQ(implausible(backup(499'996, 107'500'000), before), std::nullopt);
}

TEST(A_backup, that_lost_more_than_half_of_its_rows_is_odd)
{
    EXPECT_EQ(implausible(backup(499'995, 215'000'000), before),
              "it has 499,999 rows, and the one before had 1,000,000");
}

TEST(A_backup, that_lost_more_than_half_of_its_bytes_is_odd)
{
    EXPECT_EQ(implausible(backup(999'996, 107'499'999), before), "it takes 107 MB, and the one before took 215 MB");
}

TEST(A_backup, that_is_stored_otherwise_may_be_smaller)
{
    Manifest now = backup(999'996, 50'000'000);
    now.compression = "gzip:1";
    EXPECT_EQ(implausible(now, before), std::nullopt);
    now = backup(999'996, 50'000'000);
    now.format = "directory";
    EXPECT_EQ(implausible(now, before), std::nullopt);
    now = backup(999'996, 50'000'000);
    now.encrypted_for = "age1xyz";
    EXPECT_EQ(implausible(now, before), std::nullopt);
}

TEST(A_table_of_TeslaMates, that_is_empty_is_odd)
{
    Manifest now = before;
    now.tables[{"public", "cars"}].rows = 0;
    EXPECT_EQ(implausible(now, before), "table \"public.cars\" had 1 row and is empty");
}

TEST(A_table_of_TeslaMates, that_is_gone_is_odd)
{
    Manifest now = before;
    now.tables.erase({"public", "positions"});
    EXPECT_EQ(implausible(now, before), "table \"public.positions\" had 999,996 rows and is gone");
}

TEST(A_table_of_TeslaMates, that_was_empty_may_stay_so)
{
    Manifest empty = before;
    empty.tables[{"public", "cars"}].rows = 0;
    EXPECT_EQ(implausible(empty, empty), std::nullopt);
}

TEST(A_table_of_TeslaMates, may_be_emptied_by_people)
{
    Manifest now = before;
    now.tables[{"public", "geofences"}].rows = 0;
    now.tables[{"private", "tokens"}].rows = 0;
    EXPECT_EQ(implausible(now, before), std::nullopt);
}

TEST(A_table_of_TeslaMates, is_none_of_anothers)
{
    Manifest with_notes = before;
    with_notes.tables[{"public", "notes"}].rows = 5;
    EXPECT_EQ(implausible(before, with_notes), std::nullopt);
}

}  // namespace pitstop::tool::test
