#include "tool/core/dump_format.hpp"

#include <gtest/gtest.h>

namespace pitstop::tool::test {

namespace {

using namespace std::string_view_literals;

constexpr auto sql = "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 17.7\n"sv;

// A header of a tar archive: the name of 100 bytes, then mode, owner, size and time, then the magic at 257.
std::string tar_of(const std::string &member)
{
    std::string header = member;
    header.resize(257, '\0');
    return header + "ustar\00000" + std::string(247, '\0');
}

}  // namespace

TEST(A_dump, is_recognised_by_its_first_bytes)
{
    EXPECT_EQ(recognise_dump("PGDMP\x01\x0e\x00"sv), DumpFormat::custom);
    EXPECT_EQ(recognise_dump("\x1f\x8b\x08\x00"sv), DumpFormat::gzip);
    EXPECT_EQ(recognise_dump("\x28\xb5\x2f\xfd\x04"sv), DumpFormat::zstd);
    EXPECT_EQ(recognise_dump("age-encryption.org/v1\n-> X25519 "), DumpFormat::age);
    EXPECT_EQ(recognise_dump("-----BEGIN AGE ENCRYPTED FILE-----\n"), DumpFormat::age);
    EXPECT_EQ(recognise_dump(""), DumpFormat::empty);
}

TEST(A_dump, as_a_tar_archive_begins_with_its_table_of_contents)
{
    EXPECT_EQ(recognise_dump(tar_of("toc.dat")), DumpFormat::tar);
    EXPECT_EQ(recognise_dump(tar_of("toc.data")), DumpFormat::foreign);
    EXPECT_EQ(recognise_dump(tar_of("backup/toc.dat")), DumpFormat::foreign);
    EXPECT_EQ(recognise_dump(tar_of("toc.dat").substr(0, 257)), DumpFormat::foreign);
}

TEST(A_dump, as_SQL_begins_with_its_title)
{
    EXPECT_EQ(recognise_dump(sql), DumpFormat::plain);
    EXPECT_EQ(recognise_dump("--\r\n-- PostgreSQL database dump\r\n--\r\n"), DumpFormat::plain);
    EXPECT_EQ(recognise_dump("\xef\xbb\xbf" + std::string(sql)), DumpFormat::plain);
    EXPECT_EQ(recognise_dump("\\restrict aBc123\n\n" + std::string(sql)), DumpFormat::plain);
}

TEST(A_dump, as_SQL_has_nothing_printed_before_its_title)
{
    EXPECT_EQ(recognise_dump("pg_dump: warning: there are circular foreign keys\n" + std::string(sql)),
              DumpFormat::foreign);
}

TEST(A_dump, of_a_whole_cluster_is_none)
{
    EXPECT_EQ(recognise_dump("--\n-- PostgreSQL database cluster dump\n--\n\n" + std::string(sql)),
              DumpFormat::foreign);
}

TEST(A_dump, is_no_web_page)
{
    EXPECT_EQ(recognise_dump("<!DOCTYPE html><html><body>502 Bad Gateway"), DumpFormat::html);
    EXPECT_EQ(recognise_dump("\xef\xbb\xbf\r\n <HTML>"), DumpFormat::html);
    EXPECT_EQ(recognise_dump("<htm"), DumpFormat::foreign);
}

TEST(A_dump, is_no_other_file)
{
    for (const auto start : {"P"sv, "PGDM"sv, "PK\x03\x04"sv, "SELECT 1;"sv, "\0"sv, "\n\n"sv, "--\n"sv, "{}"sv,
                             "pg_dump: error: connection to server failed"sv})
        EXPECT_EQ(recognise_dump(start), DumpFormat::foreign) << start;
}

TEST(A_format, has_a_name)
{
    EXPECT_STREQ(name_of(DumpFormat::custom), "a custom-format archive of pg_dump");
    EXPECT_STREQ(name_of(DumpFormat::html), "a web page");
    EXPECT_STREQ(name_of(DumpFormat::foreign), "no dump of a database");
}

TEST(An_SQL_dump, that_is_whole_ends_with_its_last_line)
{
    EXPECT_TRUE(ends_as_plain_dump("\n--\n-- PostgreSQL database dump complete\n--\n\n"));
    EXPECT_TRUE(ends_as_plain_dump("\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict aBc123\n\n"));
    EXPECT_TRUE(ends_as_plain_dump("\r\n-- PostgreSQL database dump complete\r\n--\r\n\r\n"));
    EXPECT_TRUE(ends_as_plain_dump("\n-- PostgreSQL database dump complete"));
}

TEST(An_SQL_dump, that_is_cut_off_does_not)
{
    for (const auto end :
         {""sv, "\n"sv, "\n--\n\n"sv, "\n1\t2024-05-01\t52.5"sv, "\n-- PostgreSQL database dump\n--\n"sv,
          "\n-- PostgreSQL database dump complet"sv, "\n\\unrestrict aBc123\n"sv})
        EXPECT_FALSE(ends_as_plain_dump(end)) << end;
}

TEST(An_SQL_dump, with_something_behind_its_last_line_is_not_whole)
{
    EXPECT_FALSE(ends_as_plain_dump("\n-- PostgreSQL database dump complete\n--\nCOPY public.cars FROM stdin;\n"));
    EXPECT_FALSE(ends_as_plain_dump("\n-- PostgreSQL database dump complete\n\\restrict aBc123\n"));
}

TEST(An_SQL_dump, does_not_end_with_a_row_that_looks_like_its_last_line)
{
    EXPECT_FALSE(ends_as_plain_dump("\n7\t-- PostgreSQL database dump complete\n"));
    EXPECT_FALSE(ends_as_plain_dump("-- PostgreSQL database dump complete\n"));
}

}  // namespace pitstop::tool::test
