#include "tool/core/manifest.hpp"

#include <gtest/gtest.h>

#include "tool/core/failure.hpp"

namespace pitstop::tool::test {

namespace {

constexpr const char *hash_a = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
constexpr const char *hash_b = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

Proof proof(std::int64_t at_s, const std::string &how, bool passed)
{
    return {{at_s}, how, how == "restore" ? "17.7" : "", passed, passed ? "" : "a row is missing"};
}

Manifest example()
{
    Manifest manifest;
    manifest.name = "teslamate-20261125T031500Z";
    manifest.started_at = *parse_iso("2026-11-25T03:15:00Z");
    manifest.finished_at = *parse_iso("2026-11-25T03:15:39Z");
    manifest.pitstop_version = "0.3";
    manifest.database = "teslamate";
    manifest.format = "custom";
    manifest.compression = "gzip:1";
    manifest.files = {{"teslamate-20261125T031500Z.dump", 215'000'000, hash_a},
                      {"teslamate-20261125T031500Z.pitstop", 4096, hash_b}};
    manifest.archive_bytes = 215'000'000;
    manifest.archive = "teslamate-20261125T031500Z.dump";
    manifest.companion = "teslamate-20261125T031500Z.pitstop";
    manifest.server_version = "15.20";
    manifest.server_version_number = 150020;
    manifest.pg_dump_version = "15.20";
    manifest.encoding = "UTF8";
    manifest.collation = "de_DE.UTF-8";
    manifest.ctype = "C";
    manifest.teslamate_migration = 20260808090000;
    manifest.extensions = {{"cube", "1.5"}, {"pitstop", "0.3"}};
    manifest.tables = {{{"private", "tokens"}, {1, {}}}, {{"public", "positions"}, {9'000'000, {{"date", 0.9999}}}}};
    manifest.indexes = 41;
    manifest.constraints = 38;
    manifest.proofs = {proof(1'795'576'539, "read", true)};
    return manifest;
}

constexpr const char *example_text = R"({
  "format_version": 1,
  "name": "teslamate-20261125T031500Z",
  "database": "teslamate",
  "started_at": "2026-11-25T03:15:00Z",
  "finished_at": "2026-11-25T03:15:39Z",
  "format": "custom",
  "compression": "gzip:1",
  "archive": "teslamate-20261125T031500Z.dump",
  "archive_bytes": 215000000,
  "companion": "teslamate-20261125T031500Z.pitstop",
  "files": [
    {
      "name": "teslamate-20261125T031500Z.dump",
      "bytes": 215000000,
      "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    },
    {
      "name": "teslamate-20261125T031500Z.pitstop",
      "bytes": 4096,
      "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    }
  ],
  "proofs": [
    {
      "at": "2026-11-25T03:15:39Z",
      "how": "read",
      "passed": true
    }
  ],
  "pitstop_version": "0.3",
  "pg_dump_version": "15.20",
  "server_version": "15.20",
  "server_version_number": 150020,
  "encoding": "UTF8",
  "collation": "de_DE.UTF-8",
  "ctype": "C",
  "teslamate_migration": 20260808090000,
  "extensions": {
    "cube": "1.5",
    "pitstop": "0.3"
  },
  "tables": {
    "private": {
      "tokens": 1
    },
    "public": {
      "positions": 9000000
    }
  },
  "column_order": {
    "public": {
      "positions": {
        "date": 0.9999
      }
    }
  },
  "indexes": 41,
  "constraints": 38
}
)";

// The example with one piece of its text replaced, which must be there.
std::string changed(const std::string &piece, const std::string &replacement)
{
    std::string text = example_text;
    const std::size_t at = text.find(piece);
    EXPECT_NE(at, std::string::npos) << piece;
    return text.replace(at, piece.size(), replacement);
}

std::string fault(const std::string &text)
{
    try {
        parse_manifest(text);
    } catch (const Failure &failure) {
        EXPECT_EQ(failure.code(), ExitCode::not_proven);
        EXPECT_FALSE(failure.hint().empty());
        const std::string message = failure.what();
        const std::string beginning = "could not read the manifest: ";
        EXPECT_EQ(message.substr(0, beginning.size()), beginning);
        return message.substr(beginning.size());
    }
    return "nothing";
}

Manifest directory()
{
    Manifest manifest = example();
    manifest.format = "directory";
    manifest.archive = "teslamate-20261125T031500Z.dir";
    manifest.files = {{"teslamate-20261125T031500Z.dir/toc.dat", 100, hash_a},
                      {"teslamate-20261125T031500Z.dir/3841.dat.gz", 200, hash_b}};
    manifest.companion = std::nullopt;
    return manifest;
}

}  // namespace

TEST(A_manifest, is_written_as_JSON_that_people_can_read)
{
    EXPECT_EQ(manifest_text(example()), example_text);
}

TEST(A_manifest, is_read_as_it_was_written)
{
    const Manifest manifest = parse_manifest(example_text);
    EXPECT_EQ(manifest_text(manifest), example_text);
    EXPECT_EQ(manifest.name, "teslamate-20261125T031500Z");
    EXPECT_EQ(manifest.files.at(1).sha256, hash_b);
    EXPECT_EQ(manifest.tables.at({"public", "positions"}).rows, 9'000'000U);
    EXPECT_EQ(manifest.tables.at({"public", "positions"}).order.at(0).column, "date");
    EXPECT_EQ(manifest.tables.at({"public", "positions"}).order.at(0).correlation, 0.9999);
    EXPECT_EQ(manifest.extensions.at(0).version, "1.5");
    EXPECT_EQ(manifest.server_version_number, 150020);
    EXPECT_EQ(manifest.teslamate_migration, 20260808090000);
    EXPECT_EQ(manifest.encrypted_for, std::nullopt);
}

TEST(A_manifest, keeps_what_need_not_be_there)
{
    Manifest manifest = example();
    manifest.encrypted_for = "age1xyz";
    manifest.companion = std::nullopt;
    manifest.proofs.push_back(proof(1'795'576'600, "restore", false));
    const Manifest again = parse_manifest(manifest_text(manifest));
    EXPECT_EQ(again.encrypted_for, "age1xyz");
    EXPECT_EQ(again.companion, std::nullopt);
    ASSERT_EQ(again.proofs.size(), 2U);
    EXPECT_EQ(again.proofs[1].at.seconds, 1'795'576'600);
    EXPECT_EQ(again.proofs[1].how, "restore");
    EXPECT_EQ(again.proofs[1].server, "17.7");
    EXPECT_EQ(again.proofs[1].finding, "a row is missing");
    EXPECT_FALSE(again.proofs[1].passed);
}

TEST(A_manifest, keeps_names_with_quotes_and_unicode_and_line_breaks)
{
    Manifest manifest = example();
    manifest.database = "tesla \"mate\"\n車";
    EXPECT_EQ(parse_manifest(manifest_text(manifest)).database, manifest.database);
}

TEST(A_manifest, cannot_be_written_of_names_that_are_not_UTF_8)
{
    Manifest manifest = example();
    manifest.database = "\xff";
    EXPECT_THROW(manifest_text(manifest), Failure);
}

TEST(A_manifest, may_have_members_that_are_not_known)
{
    EXPECT_EQ(fault(changed("\"database\"", "\"colour\": [1, {}], \"database\"")), "nothing");
}

TEST(A_manifest, is_no_damaged_text)
{
    EXPECT_EQ(fault(""), "it is no JSON object");
    EXPECT_EQ(fault("[]"), "it is no JSON object");
    EXPECT_EQ(fault(std::string(example_text).substr(0, 300)), "it is no JSON object");
}

TEST(A_manifest, of_a_newer_version_says_so)
{
    EXPECT_EQ(fault("{\"format_version\": 2}"), "its format has version 2, the newest known here is 1");
    EXPECT_EQ(fault("{\"format_version\": 0}"), "its format has version 0, which there never was");
    EXPECT_EQ(fault("{}"), "\"format_version\" is missing");
}

TEST(A_manifest, lacks_nothing)
{
    for (const char *name : {"format_version",
                             "name",
                             "database",
                             "started_at",
                             "finished_at",
                             "format",
                             "compression",
                             "archive",
                             "archive_bytes",
                             "files",
                             "bytes",
                             "sha256",
                             "proofs",
                             "at",
                             "how",
                             "passed",
                             "pitstop_version",
                             "pg_dump_version",
                             "server_version",
                             "server_version_number",
                             "encoding",
                             "collation",
                             "ctype",
                             "teslamate_migration",
                             "extensions",
                             "tables",
                             "column_order",
                             "indexes",
                             "constraints"})
        EXPECT_NE(fault(changed('"' + std::string(name) + "\":", "\"x\":")).find(std::string(name) + "\" is missing"),
                  std::string::npos)
            << name;
}

TEST(A_manifest, has_each_member_with_its_type)
{
    EXPECT_EQ(fault(changed("\"teslamate\"", "5")), "\"database\" is no text");
    EXPECT_EQ(fault(changed("true", "\"yes\"")), "\"proofs.passed\" is neither true nor false");
    EXPECT_EQ(fault(changed("2026-11-25T03:15:39Z", "yesterday")), "\"finished_at\" is no moment in UTC");
    EXPECT_EQ(fault(changed("\"format\": \"custom\"", "\"format\": \"plain\"")),
              "\"format\" is neither custom nor directory");
    EXPECT_EQ(fault(changed("0.9999", "1.01")), "\"column_order\" is no number from -1 to 1");
    EXPECT_EQ(fault(changed("0.9999", "\"x\"")), "\"column_order\" is no number from -1 to 1");
    EXPECT_EQ(fault(changed("{\n        \"date\": 0.9999\n      }", "[]")), "\"column_order.positions\" is no object");
    EXPECT_EQ(fault(changed("{\n      \"tokens\": 1\n    }", "7")), "something in \"tables.\" is no object");
}

TEST(A_number_of_a_manifest, is_an_integer_that_fits)
{
    const std::string wrong = "\"archive_bytes\" is no number from 0 to 9223372036854775807";
    for (const char *number : {"-1", "1.0", "1e3", "9223372036854775808", "18446744073709551616", "\"1\"", "null2"})
        EXPECT_NE(fault(changed("\"archive_bytes\": 215000000", "\"archive_bytes\": " + std::string(number))),
                  "nothing")
            << number;
    EXPECT_EQ(fault(changed("\"archive_bytes\": 215000000", "\"archive_bytes\": -1")), wrong);
    EXPECT_EQ(fault(changed("\"archive_bytes\": 215000000", "\"archive_bytes\": 9223372036854775808")), wrong);
    EXPECT_EQ(fault(changed("\"archive_bytes\": 215000000", "\"archive_bytes\": 9223372036854775807")), "nothing");
    EXPECT_EQ(fault(changed("150020", "2147483648")), "\"server_version_number\" is no number from 0 to 2147483647");
    EXPECT_EQ(fault(changed("9000000", "-5")), "\"tables.positions\" is no number from 0 to 9223372036854775807");
}

TEST(A_hash_of_a_manifest, is_64_lower_case_hexadecimal_digits)
{
    const std::string hash = hash_b;
    for (const std::string &wrong :
         {hash.substr(1), hash + '0', "A" + hash.substr(1), "g" + hash.substr(1), std::string()})
        EXPECT_EQ(fault(changed(hash, wrong)), "\"files.sha256\" is no SHA-256") << wrong;
}

TEST(A_file_of_a_manifest, is_no_path)
{
    for (const char *name : {"../x", "/etc/passwd", "a/b", "", ".", "..", "teslamate-20261125T031500Z.dump/x"})
        EXPECT_EQ(fault(changed("\"name\": \"teslamate-20261125T031500Z.pitstop\"",
                                "\"name\": \"" + std::string(name) + '"')),
                  "\"files.name\" is no file name: \"" + std::string(name) + '"');
    EXPECT_EQ(fault(changed("\"companion\": \"teslamate", "\"companion\": \"../teslamate")),
              "\"companion\" is no file name: \"../teslamate-20261125T031500Z.pitstop\"");
    EXPECT_EQ(fault(changed("\"archive\": \"teslamate", "\"archive\": \"/teslamate")),
              "\"archive\" is no file name: \"/teslamate-20261125T031500Z.dump\"");
    EXPECT_EQ(fault(changed("\"name\": \"teslamate-20261125T031500Z\"", "\"name\": \"..\"")),
              "\"name\" is no file name: \"..\"");
}

TEST(A_file_of_a_manifest, is_listed_once_and_the_archive_is_among_them)
{
    Manifest manifest = example();
    manifest.files[1].name = manifest.files[0].name;
    EXPECT_EQ(fault(manifest_text(manifest)), "file \"teslamate-20261125T031500Z.dump\" is listed twice");
    manifest.files.pop_back();
    EXPECT_EQ(fault(manifest_text(manifest)), "the companion is not among its files");
    manifest = example();
    manifest.files.erase(manifest.files.begin());
    EXPECT_EQ(fault(manifest_text(manifest)), "the archive is not among its files");
    manifest = directory();
    manifest.files = {{"teslamate-20261125T031500Z.dir", 1, hash_a}};
    EXPECT_EQ(fault(manifest_text(manifest)), "the archive is not among its files");
}

TEST(A_directory_of_a_manifest, has_its_files_in_it)
{
    const Manifest manifest = parse_manifest(manifest_text(directory()));
    EXPECT_EQ(manifest.files.at(1).name, "teslamate-20261125T031500Z.dir/3841.dat.gz");
}

TEST(A_directory_of_a_manifest, has_no_files_elsewhere)
{
    for (const std::string name :
         {"teslamate-20261125T031500Z.dir/", "teslamate-20261125T031500Z.dir/..", "teslamate-20261125T031500Z.dir/../x",
          "teslamate-20261125T031500Z.dir/a/b", "other/toc.dat", "teslamate-20261125T031500Z.dir2/x"}) {
        Manifest manifest = directory();
        manifest.files[1].name = name;
        EXPECT_EQ(fault(manifest_text(manifest)), "\"files.name\" is no file name: \"" + name + '"');
    }
}

TEST(A_column_order, is_of_a_table_that_is_there)
{
    EXPECT_EQ(fault(changed("\"positions\": {", "\"drives\": {")),
              "\"column_order\" names a table that is not in \"tables\"");
}

TEST(A_backup, is_proven_by_its_newest_proof)
{
    Manifest manifest = example();
    EXPECT_TRUE(is_proven(manifest));
    manifest.proofs.push_back(proof(2, "restore", false));
    EXPECT_FALSE(is_proven(manifest));
    EXPECT_EQ(newest_proof(manifest)->how, "restore");
    manifest.proofs.push_back(proof(3, "read", true));
    EXPECT_TRUE(is_proven(manifest));
    manifest.proofs.clear();
    EXPECT_FALSE(is_proven(manifest));
    EXPECT_EQ(newest_proof(manifest), nullptr);
}

TEST(A_backup, has_rows_and_bytes_in_all)
{
    EXPECT_EQ(total_rows(example()), 9'000'001U);
    EXPECT_EQ(total_bytes(example()), 215'004'096U);
}

TEST(A_backup, names_only_its_own_files)
{
    EXPECT_TRUE(names_only_its_own(example()));
    EXPECT_TRUE(names_only_its_own(directory()));
    Manifest manifest = example();
    manifest.files[1].name = "teslamate-20261125T031500Z2.dump";
    EXPECT_FALSE(names_only_its_own(manifest));
    manifest = example();
    manifest.companion = "other-20261125T031500Z.pitstop";
    EXPECT_FALSE(names_only_its_own(manifest));
    manifest = example();
    manifest.archive = "teslamate-20261124T031500Z.dump";
    EXPECT_FALSE(names_only_its_own(manifest));
    manifest = example();
    manifest.name.clear();
    EXPECT_FALSE(names_only_its_own(manifest));
}

TEST(Proofs, are_kept_up_to_five)
{
    Manifest manifest = example();
    manifest.proofs.clear();
    for (int at_s = 1; at_s <= 7; ++at_s)
        add_proof(manifest, proof(at_s, "read", true));
    ASSERT_EQ(manifest.proofs.size(), 5U);
    EXPECT_EQ(manifest.proofs.front().at.seconds, 3);
    EXPECT_EQ(manifest.proofs.back().at.seconds, 7);
}

TEST(Proofs, are_kept_of_each_kind)
{
    Manifest manifest = example();
    manifest.proofs.clear();
    add_proof(manifest, proof(1, "restore", true));
    add_proof(manifest, proof(2, "restore", true));
    for (int at_s = 3; at_s <= 9; ++at_s)
        add_proof(manifest, proof(at_s, "read", true));
    ASSERT_EQ(manifest.proofs.size(), 6U);
    EXPECT_EQ(manifest.proofs[0].at.seconds, 2);
    EXPECT_EQ(manifest.proofs[1].at.seconds, 5);
    EXPECT_EQ(manifest.proofs[5].at.seconds, 9);
}

}  // namespace pitstop::tool::test
