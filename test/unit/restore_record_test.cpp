#include "tool/core/restore_record.hpp"

#include <gtest/gtest.h>

#include "tool/core/failure.hpp"

namespace pitstop::tool::test {

namespace {

const Moment night = *parse_iso("2026-11-25T03:15:00Z");

RestoreRecord example()
{
    RestoreRecord record;
    record.target = "teslamate";
    record.source = "/backups/teslamate-20261124T031500Z";
    record.phase = RestoreRecord::Phase::proven;
    record.started_at = night;
    record.stopped_service = "compose:teslamate@/opt";
    record.drop_old = true;
    record.host = "nas";
    record.pid = 4711;
    return record;
}

constexpr const char *example_text =
    R"(pitstop: {"target":"teslamate","source":"/backups/teslamate-20261124T031500Z","phase":"proven",)"
    R"("started_at":"2026-11-25T03:15:00Z","stopped_service":"compose:teslamate@/opt","drop_old":true,)"
    R"("in_place":false,"is_scratch":false,"host":"nas","pid":4711})";

std::string changed(const std::string &piece, const std::string &replacement)
{
    std::string text = example_text;
    const std::size_t at = text.find(piece);
    EXPECT_NE(at, std::string::npos) << piece;
    return text.replace(at, piece.size(), replacement);
}

std::string repeated(const std::string &piece, int times)
{
    std::string text;
    for (int i = 0; i < times; ++i)
        text += piece;
    return text;
}

}  // namespace

TEST(A_record, is_written_as_a_comment)
{
    EXPECT_EQ(record_text(example()), example_text);
}

TEST(A_record, is_read_as_it_was_written)
{
    const auto record = parse_record(example_text);
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->target, "teslamate");
    EXPECT_EQ(record->source, "/backups/teslamate-20261124T031500Z");
    EXPECT_EQ(record->phase, RestoreRecord::Phase::proven);
    EXPECT_EQ(record->started_at, night);
    EXPECT_EQ(record->stopped_service, "compose:teslamate@/opt");
    EXPECT_TRUE(record->drop_old);
    EXPECT_FALSE(record->is_scratch);
    EXPECT_EQ(record->host, "nas");
    EXPECT_EQ(record->pid, 4711);
}

TEST(A_record, may_be_of_a_scratch_database_and_without_a_service)
{
    RestoreRecord record = example();
    record.phase = RestoreRecord::Phase::loading;
    record.stopped_service = std::nullopt;
    record.drop_old = false;
    record.is_scratch = true;
    const auto again = parse_record(record_text(record));
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->phase, RestoreRecord::Phase::loading);
    EXPECT_EQ(again->stopped_service, std::nullopt);
    EXPECT_FALSE(again->drop_old);
    EXPECT_TRUE(again->is_scratch);
}

TEST(A_record, is_ASCII_whatever_it_holds)
{
    RestoreRecord record = example();
    record.source = "/größe/\n\"車\"";
    const std::string text = record_text(record);
    for (const char c : text)
        ASSERT_TRUE(c >= ' ' && c <= '~') << text;
    EXPECT_EQ(parse_record(text)->source, record.source);
}

TEST(A_record, cannot_be_made_of_a_path_that_is_not_UTF_8)
{
    RestoreRecord record = example();
    record.source = "\xff";
    EXPECT_THROW(record_text(record), Failure);
}

TEST(A_record, is_no_other_comment)
{
    for (const char *comment : {"", "our database", "pitstop", "pitstop: ", "pitstop: the one of Monday", "pitstop: []",
                                "pitstop: {}", " pitstop: {}"})
        EXPECT_EQ(parse_record(comment), std::nullopt) << comment;
    EXPECT_EQ(parse_record(std::string(example_text) + "x"), std::nullopt);
    EXPECT_EQ(parse_record(changed("pitstop: ", "")), std::nullopt);
}

TEST(A_record, has_each_member_with_its_type)
{
    for (const char *member :
         {"target", "source", "phase", "started_at", "drop_old", "in_place", "is_scratch", "host", "pid"})
        EXPECT_EQ(parse_record(changed('"' + std::string(member) + '"', "\"x\"")), std::nullopt) << member;
    EXPECT_EQ(parse_record(changed("\"proven\"", "\"started\"")), std::nullopt);
    EXPECT_EQ(parse_record(changed("2026-11-25T", "2026-11-25 ")), std::nullopt);
    EXPECT_EQ(parse_record(changed("4711", "-1")), std::nullopt);
    EXPECT_EQ(parse_record(changed("4711", "4711.5")), std::nullopt);
    EXPECT_EQ(parse_record(changed("4711", "9223372036854775808")), std::nullopt);
    EXPECT_EQ(parse_record(changed("true", "1")), std::nullopt);
    EXPECT_EQ(parse_record(changed("\"nas\"", "null")), std::nullopt);
}

TEST(A_database_beside, is_named_for_the_target_and_the_moment)
{
    EXPECT_EQ(side_name("teslamate", night), "teslamate_restoring_20261125T031500Z");
    EXPECT_EQ(scratch_name("teslamate", night), "teslamate_verifying_20261125T031500Z");
    EXPECT_EQ(before_name("teslamate", night), "teslamate_before_20261125T031500Z");
}

TEST(A_database_beside, keeps_a_name_that_just_fits)
{
    // 63 bytes without "_restoring_20261125T031500Z", which is 27.
    const std::string fits(36, 'x');
    EXPECT_EQ(side_name(fits, night), fits + "_restoring_20261125T031500Z");
}

TEST(A_database_beside, carries_a_hash_of_a_name_that_is_cut)
{
    const std::string name = side_name(std::string(37, 'x'), night);
    EXPECT_EQ(name.size(), 63U);
    EXPECT_EQ(name.substr(0, 28), std::string(27, 'x') + '_');
    EXPECT_EQ(name.substr(36), "_restoring_20261125T031500Z");
    EXPECT_EQ(name.find_first_not_of("0123456789abcdef", 28), 36U);
    // FNV-1a of "a" is e40c292c: a name of another's beginning gets another hash.
    EXPECT_NE(side_name(std::string(36, 'x') + 'y', night), name);
}

TEST(A_database_beside, breaks_no_character)
{
    // 13 characters of 3 bytes are 39; 9 of them are the 27 bytes that there is room for, and behind an a only 8.
    EXPECT_EQ(side_name(repeated("車", 13), night).substr(0, 28), repeated("車", 9) + '_');
    EXPECT_EQ(side_name('a' + repeated("車", 13), night).substr(0, 26), 'a' + repeated("車", 8) + '_');
}

TEST(A_database_beside, is_known_by_its_name)
{
    for (const std::string &target : {std::string("t"), std::string(60, 'x'), repeated("車", 21)}) {
        EXPECT_TRUE(is_side_name(side_name(target, night)));
        EXPECT_FALSE(is_side_name(scratch_name(target, night)));
        EXPECT_FALSE(is_side_name(before_name(target, night)));
        EXPECT_TRUE(is_scratch_name(scratch_name(target, night)));
        EXPECT_FALSE(is_scratch_name(side_name(target, night)));
    }
}

TEST(A_database_beside, is_none_of_the_users_own)
{
    for (const char *name : {"", "teslamate", "teslamate_restoring_", "teslamate_restoring_20261325T031500Z",
                             "_restoring_20261125T031500Z", "teslamate_restoring_20261125T031500Z2",
                             "teslamate-restoring-20261125T031500Z"})
        EXPECT_FALSE(is_side_name(name)) << name;
}

}  // namespace pitstop::tool::test
