#include "core/geocoder_memory.hpp"

#include <gtest/gtest.h>

#include "values.hpp"

namespace pitstop::test {

namespace {

using namespace std::chrono_literals;

const UtcTime now = after(0);

GeocoderMemory memory_of(std::string url, UtcTime last_used = now)
{
    GeocoderMemory memory;
    memory.url = std::move(url);
    memory.last_used = last_used;
    return memory;
}

GeocoderMemory stopped(std::string reason)
{
    GeocoderMemory memory = memory_of("https://example.org");
    memory.stopped = true;
    memory.stop_reason = std::move(reason);
    memory.stopped_settings = 0xffffffffffffffff;
    return memory;
}

std::vector<GeocoderMemory> again(const std::vector<GeocoderMemory> &memories, UtcTime then = now)
{
    return parse_memories(format_memories(memories), then);
}

std::string url_after_a_restart(std::string url)
{
    return again({memory_of(std::move(url))}).at(0).url;
}

// The text of a file with one geocoder, these lines in it.
std::string file_with(const std::string &lines)
{
    return "pitstop geocoders 1\ngeocoder https://example.org\n" + lines + "end\n";
}

GeocoderMemory read(const std::string &lines)
{
    return parse_memories(file_with(lines), now).at(0);
}

}  // namespace

TEST(A_memory, is_text)
{
    GeocoderMemory memory = memory_of("https://example.org", UtcTime{1000});
    memory.breaker.on_failure(UtcTime{100});
    memory.breaker.on_failure(UtcTime{200});
    memory.pacer.on_request({2s, 0}, UtcTime{1000}, 0);
    EXPECT_EQ(format_memories({memory}), "pitstop geocoders 1\n"
                                         "geocoder https://example.org\n"
                                         "last_used 1000\n"
                                         "failures 100,200\n"
                                         "next 2001000\n"
                                         "day 0\n"
                                         "requests_today 1\n"
                                         "failures_in_a_row 0\n"
                                         "end\n");
}

TEST(A_memory, of_nothing_is_a_header)
{
    EXPECT_EQ(format_memories({}), "pitstop geocoders 1\n");
    EXPECT_TRUE(again({}).empty());
}

TEST(A_memory, keeps_url_and_last_use)
{
    const auto memories = again({memory_of("https://example.org/a b", now - 1h)});
    ASSERT_EQ(memories.size(), 1u);
    EXPECT_EQ(memories[0].url, "https://example.org/a b");
    EXPECT_EQ(memories[0].last_used, now - 1h);
}

TEST(A_memory, keeps_the_failures_of_the_breaker)
{
    GeocoderMemory memory = memory_of("https://example.org");
    memory.breaker.on_failure(now - 2s);
    memory.breaker.on_failure(now - 1s);
    EXPECT_EQ(again({memory}).at(0).breaker.failures(), (std::vector{now - 2s, now - 1s}));
}

TEST(A_memory, keeps_an_open_breaker_open)
{
    GeocoderMemory memory = memory_of("https://example.org");
    for (int i = 0; i < 6; ++i)
        memory.breaker.on_failure(now);
    EXPECT_EQ(again({memory}, now + 1min).at(0).breaker.next_attempt(now + 1min), now + 15min);
}

TEST(A_memory, keeps_what_the_pacer_counts)
{
    GeocoderMemory memory = memory_of("https://example.org");
    memory.pacer.on_request({2s, 0}, now, 0);
    memory.pacer.on_failure(now, 60s, 0);
    const Pacer::Memory kept = again({memory}).at(0).pacer.memory();
    EXPECT_EQ(kept.next, now + 60s);
    EXPECT_EQ(kept.day, 8854);
    EXPECT_EQ(kept.requests_today, 1);
    EXPECT_EQ(kept.failures, 1);
}

TEST(A_memory, keeps_that_and_why_a_geocoder_was_stopped)
{
    const GeocoderMemory memory = again({stopped("access blocked")}).at(0);
    EXPECT_TRUE(memory.stopped);
    EXPECT_EQ(memory.stop_reason, "access blocked");
    EXPECT_EQ(memory.stopped_settings, 0xffffffffffffffff);
}

TEST(A_memory, keeps_a_stop_without_a_reason)
{
    EXPECT_TRUE(again({stopped("")}).at(0).stopped);
}

TEST(A_memory, forgets_nothing_of_several_geocoders)
{
    const auto memories = again({memory_of("https://a.org", now - 2s), memory_of("https://b.org", now - 1s)});
    ASSERT_EQ(memories.size(), 2u);
    EXPECT_EQ(memories[0].url, "https://b.org");
    EXPECT_EQ(memories[1].url, "https://a.org");
}

TEST(A_memory, is_of_the_32_geocoders_used_last)
{
    std::vector<GeocoderMemory> memories;
    for (int i = 0; i < 40; ++i)
        memories.push_back(memory_of("https://example.org/" + std::to_string(i), now - (40 - i) * 1s));
    const auto kept = again(memories);
    ASSERT_EQ(kept.size(), 32u);
    EXPECT_EQ(kept.front().url, "https://example.org/39");
    EXPECT_EQ(kept.back().url, "https://example.org/8");
}

TEST(A_memory, is_of_32_geocoders_at_most_whatever_the_file_says)
{
    std::string text = "pitstop geocoders 1\n";
    for (int i = 0; i < 40; ++i)
        text += "geocoder x\nend\n";
    EXPECT_EQ(parse_memories(text, now).size(), 32u);
}

TEST(A_text_of_a_memory, stays_on_one_line)
{
    EXPECT_EQ(url_after_a_restart("https://a.org\nend\r\n\tx"), "https://a.org end   x");
    EXPECT_EQ(again({stopped("blocked\nstopped_settings 7")}).at(0).stop_reason, "blocked stopped_settings 7");
}

TEST(A_text_of_a_memory, has_no_control_characters)
{
    EXPECT_EQ(url_after_a_restart(std::string("a\0b\x1f\x7f"
                                              "c",
                                              6)),
              "a b  c");
}

TEST(A_text_of_a_memory, keeps_other_bytes)
{
    EXPECT_EQ(url_after_a_restart(" \x80\xff\xc3\xbc "), " \x80\xff\xc3\xbc ");
}

TEST(A_text_of_a_memory, has_500_bytes_at_most)
{
    EXPECT_EQ(url_after_a_restart(std::string(500, 'x')), std::string(500, 'x'));
    EXPECT_EQ(url_after_a_restart(std::string(501, 'x')), std::string(500, 'x'));
}

TEST(A_file, of_another_version_is_not_read)
{
    EXPECT_TRUE(parse_memories("pitstop geocoders 2\ngeocoder https://example.org\nend\n", now).empty());
}

TEST(A_file, without_a_header_is_not_read)
{
    EXPECT_TRUE(parse_memories("geocoder https://example.org\nend\n", now).empty());
}

TEST(A_file, that_is_empty_holds_nothing)
{
    EXPECT_TRUE(parse_memories("", now).empty());
}

TEST(A_file, that_ends_half_way_holds_what_was_whole)
{
    const std::string whole = file_with("");
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_EQ(parse_memories(whole + whole.substr(20, length), now).size(), length + 20 < whole.size() ? 1u : 2u);
}

TEST(A_file, that_lost_the_end_of_a_geocoder_still_holds_the_next)
{
    const auto memories = parse_memories("pitstop geocoders 1\ngeocoder a\nfailures 1\ngeocoder b\nend\n", now);
    ASSERT_EQ(memories.size(), 1u);
    EXPECT_EQ(memories[0].url, "b");
    EXPECT_TRUE(memories[0].breaker.failures().empty());
}

TEST(A_file, may_have_lines_of_no_geocoder)
{
    EXPECT_EQ(parse_memories("pitstop geocoders 1\nend\nnext 5\n\ngeocoder a\nend\nend\n", now).size(), 1u);
}

TEST(A_line, that_makes_no_sense_is_left_out)
{
    const GeocoderMemory memory =
        read("nonsense\n\nnext x\nday 1x\nrequests_today 99999999999999999999\nopened_at \nfailures 1,,x,2\n");
    EXPECT_EQ(memory.pacer.memory().next, UtcTime());
    EXPECT_EQ(memory.pacer.memory().day, 0);
    EXPECT_EQ(memory.pacer.memory().requests_today, 0);
    EXPECT_FALSE(memory.breaker.is_open());
    EXPECT_EQ(memory.breaker.failures(), (std::vector{UtcTime{1}, UtcTime{2}}));
}

TEST(A_future, is_none_for_what_was_remembered)
{
    const GeocoderMemory memory =
        read("last_used 9223372036854775807\nopened_at 9223372036854775807\nfailures 9223372036854775807\n"
             "next 9223372036854775807\nday 9223372036854775807\n");
    EXPECT_EQ(memory.last_used, now);
    EXPECT_EQ(memory.breaker.opened_at(), now);
    EXPECT_EQ(memory.breaker.failures(), std::vector{now});
    EXPECT_EQ(memory.pacer.memory().next, now + 24h);
    EXPECT_EQ(memory.pacer.memory().day, 8854);
}

TEST(The_hash_of_settings, is_the_same_for_the_same_settings)
{
    EXPECT_EQ(hash_of_settings({"a", "bc"}), hash_of_settings({"a", "bc"}));
}

TEST(The_hash_of_settings, is_FNV_1a_of_lengths_and_parts)
{
    EXPECT_EQ(hash_of_settings({}), 0xcbf29ce484222325);
    EXPECT_EQ(hash_of_settings({""}), 0xa8c7f832281a39c5);
}

TEST(The_hash_of_settings, differs_by_where_one_part_ends)
{
    EXPECT_NE(hash_of_settings({"a", "bc"}), hash_of_settings({"ab", "c"}));
    EXPECT_NE(hash_of_settings({"a", ""}), hash_of_settings({"a"}));
}

}  // namespace pitstop::test
