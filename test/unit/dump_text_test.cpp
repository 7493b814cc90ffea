#include "tool/core/dump_text.hpp"

#include <gtest/gtest.h>

namespace pitstop::tool::test {

namespace {

DumpFacts facts_of(std::string_view text)
{
    DumpText dump;
    dump.add(text);
    return dump.finish();
}

// In pieces of that many bytes.
DumpFacts facts_in_pieces(std::string_view text, std::size_t size)
{
    DumpText dump;
    for (; !text.empty(); text.remove_prefix(std::min(size, text.size())))
        dump.add(text.substr(0, size));
    return dump.finish();
}

std::string filtered(std::string_view text)
{
    DumpFilter filter;
    std::string out;
    filter.add(text, out);
    filter.finish(out);
    return out;
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

constexpr const char *dump = R"(--
-- PostgreSQL database dump
--

\restrict aBc

-- Dumped from database version 17.6 (Debian 17.6-1)
-- Dumped by pg_dump version 18.1

SET statement_timeout = 0;
DROP INDEX public.cars_index;
ALTER TABLE IF EXISTS ONLY public.cars DROP CONSTRAINT IF EXISTS cars_pkey;
ALTER TABLE public.cars ALTER COLUMN id DROP DEFAULT;
DROP FUNCTION public.f(
    a integer);
CREATE EXTENSION IF NOT EXISTS cube WITH SCHEMA public;
CREATE EXTENSION "earth distance" WITH SCHEMA public;
CREATE TABLE public.cars (
    id integer NOT NULL
);
DROP TABLE public.afterwards;
ALTER TABLE public.cars OWNER TO teslamate;
COPY public.cars (id, name) FROM stdin;
1	DROP TABLE public.cars;
2	\\restrict x
\restrict nothing
\.

COPY "pri vate"."to""kens" (id) FROM stdin;
\.

COPY public.schema_migrations (inserted_at, version) FROM stdin;
2024-01-01	20240915193446
2024-01-02	20260808090000
2024-01-02	20250407155134
\.

GRANT SELECT ON TABLE public.cars TO "Gra fana";
GRANT SELECT ON TABLE public.cars TO PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT SELECT ON TABLES TO reader;
--
-- PostgreSQL database dump complete
--

\unrestrict aBc

)";

}  // namespace

TEST(A_dump, tells_the_rows_of_each_table)
{
    const DumpFacts facts = facts_of(dump);
    const std::map<TableName, std::uint64_t> expected = {
        {{"public", "cars"}, 3}, {{"pri vate", "to\"kens"}, 0}, {{"public", "schema_migrations"}, 3}};
    EXPECT_EQ(facts.copied_rows, expected);
}

TEST(A_dump, tells_its_roles_extensions_versions_and_its_end)
{
    const DumpFacts facts = facts_of(dump);
    EXPECT_EQ(facts.roles, (std::set<std::string>{"teslamate", "Gra fana", "postgres", "reader"}));
    EXPECT_EQ(facts.extensions, (std::set<std::string>{"cube", "earth distance"}));
    EXPECT_EQ(facts.teslamate_migration, 20260808090000);
    EXPECT_EQ(facts.server_major, 17);
    EXPECT_FALSE(facts.has_inserts);
    EXPECT_FALSE(facts.changes_database);
    EXPECT_TRUE(facts.is_complete);
}

TEST(A_dump, tells_the_same_in_pieces_of_any_size)
{
    const DumpFacts whole = facts_of(dump);
    for (std::size_t size = 1; size < 80; ++size) {
        const DumpFacts facts = facts_in_pieces(dump, size);
        EXPECT_EQ(facts.copied_rows, whole.copied_rows) << size;
        EXPECT_EQ(facts.roles, whole.roles) << size;
        EXPECT_EQ(facts.extensions, whole.extensions) << size;
        EXPECT_EQ(facts.teslamate_migration, whole.teslamate_migration) << size;
        EXPECT_TRUE(facts.is_complete) << size;
    }
}

TEST(A_dump, is_read_with_line_ends_of_Windows_too)
{
    std::string text;
    for (const char *c = dump; *c != '\0'; ++c)
        text += *c == '\n' ? std::string("\r\n") : std::string(1, *c);
    const DumpFacts facts = facts_of(text);
    EXPECT_EQ(facts.copied_rows, facts_of(dump).copied_rows);
    EXPECT_EQ(facts.teslamate_migration, 20260808090000);
    EXPECT_TRUE(facts.is_complete);
}

TEST(A_dump, is_not_complete_without_its_last_line_or_when_it_goes_on)
{
    const std::string text = dump;
    EXPECT_FALSE(facts_of(text.substr(0, text.find("-- PostgreSQL database dump complete"))).is_complete);
    EXPECT_FALSE(facts_of(text + "SELECT 1;\n").is_complete);
    EXPECT_TRUE(facts_of(text + text).is_complete);
    EXPECT_FALSE(facts_of("").is_complete);
}

TEST(A_dump, does_not_end_within_the_rows_of_a_table)
{
    const DumpFacts facts =
        facts_of("COPY public.notes (note) FROM stdin;\n-- PostgreSQL database dump complete\nGRANT x TO y;\n");
    EXPECT_FALSE(facts.is_complete);
    EXPECT_TRUE(facts.roles.empty());
    EXPECT_EQ(facts.copied_rows.at({"public", "notes"}), 2U);
}

TEST(A_dump, with_INSERT_statements_says_so)
{
    EXPECT_TRUE(facts_of("INSERT INTO public.cars VALUES (1);\n").has_inserts);
}

TEST(A_dump, that_leaves_its_database_says_so)
{
    EXPECT_TRUE(facts_of("\\connect teslamate\n").changes_database);
    EXPECT_TRUE(facts_of("\\c teslamate\n").changes_database);
    EXPECT_TRUE(facts_of("CREATE DATABASE teslamate;\n").changes_database);
}

TEST(A_dump, has_COPY_statements_and_rows_of_any_length)
{
    std::string columns;
    for (int column = 0; column < 1600; ++column)
        columns += (column > 0 ? ", " : "") + ('"' + std::string(63, 'c') + '"');
    const std::string row(1 << 20, 'x');
    const std::string text = "COPY public.wide (" + columns + ") FROM stdin;\n" + row + "\n" + row + "\n\\.\n";
    EXPECT_EQ(facts_of(text).copied_rows.at({"public", "wide"}), 2U);
    EXPECT_EQ(facts_in_pieces(text, 100'000).copied_rows.at({"public", "wide"}), 2U);
}

TEST(The_filter, drops_what_clean_drops_and_restrict_but_nothing_else)
{
    std::string expected = dump;
    for (const char *gone :
         {"\\restrict aBc\n", "\\unrestrict aBc\n", "DROP INDEX public.cars_index;\n",
          "ALTER TABLE IF EXISTS ONLY public.cars DROP CONSTRAINT IF EXISTS cars_pkey;\n",
          "ALTER TABLE public.cars ALTER COLUMN id DROP DEFAULT;\n", "DROP FUNCTION public.f(\n    a integer);\n"})
        expected.erase(expected.find(gone), std::string_view(gone).size());
    EXPECT_EQ(filtered(dump), expected);
}

TEST(The_filter, gives_the_same_in_pieces_of_any_size)
{
    for (std::size_t size = 1; size < 80; ++size)
        EXPECT_EQ(filtered_in_pieces(dump, size), filtered(dump)) << size;
}

TEST(The_filter, keeps_a_last_line_without_an_end)
{
    EXPECT_EQ(filtered("SELECT 1"), "SELECT 1");
    EXPECT_EQ(filtered("\\restrict x"), "");
}

}  // namespace pitstop::tool::test
