#include "core/staleness.hpp"

#include <gtest/gtest.h>

#include "values.hpp"

namespace pitstop::test {

namespace {

using namespace std::chrono_literals;

const UtcTime now = after(0);
constexpr auto older_than = 6h;

OpenSession seen(std::chrono::microseconds ago)
{
    OpenSession session;
    session.start_date = now - ago - 1h;
    session.rows = 2;
    session.newest_row = now - ago;
    return session;
}

OpenSession newest_of_car(OpenSession session)
{
    session.newest_of_car = true;
    return session;
}

OpenSession without_rows(OpenSession session)
{
    session.rows = 0;
    session.newest_row.reset();
    return session;
}

OpenSession close_undone(OpenSession session)
{
    session.close_undone = true;
    return session;
}

std::string reason(const OpenSession &session, std::chrono::microseconds age = older_than)
{
    return reason_to_skip(session, now, now - age).value_or("stale");
}

}  // namespace

TEST(A_session_was_last_seen, at_its_newest_row)
{
    EXPECT_EQ(last_seen(seen(10min), now), now - 10min);
}

TEST(A_session_was_last_seen, at_its_start_when_it_has_no_rows)
{
    EXPECT_EQ(last_seen(without_rows(seen(10min)), now), now - 10min - 1h);
}

TEST(A_session_was_last_seen, now_when_its_rows_are_dated_in_the_future)
{
    EXPECT_EQ(last_seen(seen(-3h), now), now);
}

TEST(A_session_was_last_seen, now_when_it_has_no_rows_and_starts_in_the_future)
{
    EXPECT_EQ(last_seen(without_rows(seen(-3h)), now), now);
}

TEST(A_session_was_last_seen, at_its_newest_row_even_before_its_start)
{
    OpenSession session = seen(10h);
    session.start_date = now - 1h;
    EXPECT_EQ(last_seen(session, now), now - 10h);
}

TEST(A_session_was_last_seen, now_when_its_newest_row_is_at_infinity)
{
    OpenSession session = seen(1h);
    session.newest_row = infinity;
    EXPECT_EQ(last_seen(session, now), now);
}

TEST(A_session_is_in_progress, when_seen_exactly_30_minutes_ago)
{
    EXPECT_TRUE(in_progress(newest_of_car(seen(30min)), now));
}

TEST(A_session_is_not_in_progress, when_seen_longer_than_30_minutes_ago)
{
    EXPECT_FALSE(in_progress(newest_of_car(seen(30min + 1us)), now));
}

TEST(A_session_is_not_in_progress, when_the_car_has_a_newer_one)
{
    EXPECT_FALSE(in_progress(seen(1min), now));
}

TEST(A_session_is_in_progress, when_it_began_just_now_and_has_no_rows_yet)
{
    EXPECT_TRUE(in_progress(newest_of_car(without_rows(seen(-1h))), now));
}

TEST(A_session_is_in_progress, when_its_rows_are_dated_in_the_future)
{
    EXPECT_TRUE(in_progress(newest_of_car(seen(-3h)), now));
}

TEST(A_session_is_stale, when_not_seen_for_longer_than_older_than)
{
    EXPECT_EQ(reason(seen(6h + 1us)), "stale");
}

TEST(A_session_is_stale, when_last_seen_exactly_older_than_ago)
{
    EXPECT_EQ(reason(seen(6h)), "stale");
}

TEST(A_session_is_stale, when_it_is_the_newest_of_its_car_and_old)
{
    EXPECT_EQ(reason(newest_of_car(seen(7h))), "stale");
}

TEST(A_session_is_stale, when_it_has_no_rows_and_began_long_ago)
{
    EXPECT_EQ(reason(without_rows(seen(6h))), "stale");
}

TEST(A_session_is_skipped, when_seen_within_older_than)
{
    EXPECT_EQ(reason(seen(6h - 1us)), "seen within older_than");
}

TEST(A_session_is_skipped, when_its_rows_are_dated_in_the_future)
{
    EXPECT_EQ(reason(seen(-3h)), "seen within older_than");
}

TEST(A_session_is_skipped, when_it_is_in_progress)
{
    EXPECT_EQ(reason(newest_of_car(seen(1min))), "in progress");
}

TEST(A_session_is_skipped, when_it_is_in_progress_however_small_older_than_is)
{
    EXPECT_EQ(reason(newest_of_car(seen(29min)), 1min), "in progress");
}

TEST(A_session_is_skipped, when_its_close_was_undone)
{
    EXPECT_EQ(reason(close_undone(seen(7h))), "its close was undone");
}

TEST(A_session_is_stale, at_once_when_older_than_is_nothing_and_the_car_has_a_newer_one)
{
    EXPECT_EQ(reason(seen(0s), 0s), "stale");
}

TEST(The_kind_of_a_session, is_drive_or_charge)
{
    EXPECT_STREQ(name_of(SessionKind::drive), "drive");
    EXPECT_STREQ(name_of(SessionKind::charge), "charge");
}

}  // namespace pitstop::test
