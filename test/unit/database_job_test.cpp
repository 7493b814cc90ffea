#include "core/database_job.hpp"

#include <gtest/gtest.h>

namespace pitstop {
namespace {

using std::chrono::seconds;

constexpr seconds hour{3600};

UtcTime at(std::int64_t second)
{
    return UtcTime{second * 1'000'000};
}

Question question(const char *latitude)
{
    return {latitude, "13.400000", "en", {}, 0};
}

VisitReport served(std::vector<Question> questions, RunState::Phase phase = RunState::Phase::drives)
{
    VisitReport report;
    report.status = VisitReport::Status::served;
    report.run.schema = "public";
    report.run.phase = phase;
    report.questions = std::move(questions);
    return report;
}

// A job whose first visit, at 0, left these questions.
DatabaseJob asking(std::vector<Question> questions)
{
    DatabaseJob job(at(0));
    job.begin_visit("nominatim", 10);
    job.on_report(served(std::move(questions)), hour, at(0));
    return job;
}

TEST(DatabaseJob, is_visited_at_its_time_and_not_before)
{
    const DatabaseJob job(at(100));
    EXPECT_FALSE(job.wants_visit(at(99)));
    EXPECT_TRUE(job.wants_visit(at(100)));
}

TEST(DatabaseJob, is_not_visited_twice_at_the_same_time)
{
    DatabaseJob job(at(0));
    job.begin_visit("nominatim", 10);
    EXPECT_FALSE(job.wants_visit(at(1)));
}

TEST(DatabaseJob, rests_for_the_interval_after_a_run_that_found_nothing)
{
    DatabaseJob job(at(0));
    job.begin_visit("nominatim", 10);
    job.on_report(served({}, RunState::Phase::done), hour, at(1));
    EXPECT_FALSE(job.is_running());
    EXPECT_FALSE(job.wants_visit(at(3600)));
    EXPECT_TRUE(job.wants_visit(at(3601)));
}

TEST(DatabaseJob, is_visited_again_at_once_while_there_is_something_left_to_look_at)
{
    DatabaseJob job = asking({});
    EXPECT_TRUE(job.wants_visit(at(0)));
}

TEST(DatabaseJob, is_visited_when_its_last_question_is_settled)
{
    DatabaseJob job = asking({question("52.1"), question("52.2")});
    const auto first = job.take_question();
    const auto second = job.take_question();
    EXPECT_FALSE(job.wants_visit(at(1)));
    job.settle(first, Settled::Outcome::found, "{}", at(1));
    EXPECT_FALSE(job.wants_visit(at(1))) << "the second is still at the geocoder";
    job.settle(second, Settled::Outcome::no_such_place, "", at(2));
    EXPECT_TRUE(job.wants_visit(at(2)));
    const VisitOrder order = job.begin_visit("nominatim", 10);
    ASSERT_EQ(order.settled.size(), 2u);
    EXPECT_EQ(order.settled[0].question.latitude, "52.1");
    EXPECT_EQ(order.settled[0].body, "{}");
    EXPECT_EQ(order.settled[1].outcome, Settled::Outcome::no_such_place);
}

TEST(DatabaseJob, has_answers_stored_after_five_seconds_although_questions_are_left)
{
    DatabaseJob job = asking({question("52.1"), question("52.2")});
    job.settle(job.take_question(), Settled::Outcome::found, "{}", at(10));
    EXPECT_FALSE(job.wants_visit(at(14)));
    EXPECT_EQ(job.next_visit(), at(15));
    EXPECT_TRUE(job.wants_visit(at(15)));
    EXPECT_FALSE(job.has_question(at(15))) << "or the visit would never find it at rest";
}

TEST(DatabaseJob, has_answers_stored_when_they_take_much_room)
{
    DatabaseJob job = asking({question("52.1"), question("52.2")});
    job.settle(job.take_question(), Settled::Outcome::found, std::string(DatabaseJob::most_bytes_kept, ' '), at(10));
    EXPECT_TRUE(job.wants_visit(at(10)));
}

TEST(DatabaseJob, asks_a_question_again_that_failed_and_settles_it_after_three_times)
{
    DatabaseJob job = asking({question("52.1")});
    for (int attempt = 0; attempt < 2; ++attempt) {
        job.put_back(job.take_question(), at(1));
        EXPECT_TRUE(job.has_question(at(1)));
    }
    job.put_back(job.take_question(), at(1));
    EXPECT_FALSE(job.has_question(at(1)));
    const VisitOrder order = job.begin_visit("nominatim", 10);
    ASSERT_EQ(order.settled.size(), 1u);
    EXPECT_EQ(order.settled[0].outcome, Settled::Outcome::unanswered);
}

TEST(DatabaseJob, does_not_count_an_attempt_that_we_gave_up)
{
    DatabaseJob job = asking({question("52.1")});
    for (int attempt = 0; attempt < 5; ++attempt)
        job.return_question(job.take_question());
    EXPECT_TRUE(job.has_question(at(1)));
}

TEST(DatabaseJob, keeps_its_answers_when_a_visit_fails_and_comes_back_after_growing_pauses)
{
    DatabaseJob job = asking({question("52.1")});
    job.settle(job.take_question(), Settled::Outcome::found, "{}", at(0));
    EXPECT_EQ(job.begin_visit("nominatim", 10).settled.size(), 1u);
    job.on_failed_visit("the disk is full", at(0));
    EXPECT_EQ(job.message(), "the disk is full");
    EXPECT_FALSE(job.wants_visit(at(4)));
    EXPECT_TRUE(job.wants_visit(at(5)));
    EXPECT_EQ(job.begin_visit("nominatim", 10).settled.size(), 1u);
    job.on_failed_visit("the disk is full", at(5));
    EXPECT_FALSE(job.wants_visit(at(14)));
    EXPECT_TRUE(job.wants_visit(at(15)));
}

TEST(DatabaseJob, lets_the_next_schema_have_its_turn_after_five_failed_visits)
{
    DatabaseJob job = asking({question("52.1")});
    job.settle(job.take_question(), Settled::Outcome::found, "{}", at(0));
    for (int visit = 0; visit < 5; ++visit) {
        job.begin_visit("nominatim", 10);
        job.on_failed_visit("no", at(0));
    }
    const VisitOrder order = job.begin_visit("nominatim", 10);
    EXPECT_TRUE(order.settled.empty());
    EXPECT_EQ(order.run.phase, RunState::Phase::done);
    EXPECT_EQ(order.run.schema, "public");
}

TEST(DatabaseJob, forgets_what_was_in_the_way_when_it_no_longer_is)
{
    DatabaseJob job(at(0));
    job.begin_visit("nominatim", 10);
    job.on_failed_visit("locked", at(0));
    job.begin_visit("nominatim", 10);
    job.on_report(served({}, RunState::Phase::done), hour, at(5));
    EXPECT_EQ(job.message(), "");
}

TEST(DatabaseJob, looks_ever_more_rarely_into_a_database_that_wants_nothing)
{
    DatabaseJob job(at(0));
    std::int64_t now = 0;
    for (const std::int64_t rest : {1, 2, 4, 8, 16, 24, 24}) {
        job.begin_visit("nominatim", 10);
        job.on_report(VisitReport(), hour, at(now));
        EXPECT_FALSE(job.wants_visit(at(now + rest * 3600 - 1)));
        now += rest * 3600;
        EXPECT_TRUE(job.wants_visit(at(now)));
        EXPECT_FALSE(job.is_wanted());
    }
}

TEST(DatabaseJob, begins_at_once_when_somebody_wants_it_while_it_rests)
{
    DatabaseJob job(at(1000));
    job.wish(7, at(1));
    EXPECT_TRUE(job.wants_visit(at(1)));
    EXPECT_EQ(job.begin_visit("nominatim", 10).run.max_lookups, 7);
}

TEST(DatabaseJob, begins_again_after_its_run_when_somebody_wants_it_meanwhile)
{
    DatabaseJob job = asking({question("52.1")});
    job.wish(-1, at(1));
    EXPECT_TRUE(job.has_question(at(1)));
    job.settle(job.take_question(), Settled::Outcome::found, "{}", at(2));
    job.begin_visit("nominatim", 10);
    job.on_report(served({}, RunState::Phase::done), hour, at(3));
    EXPECT_TRUE(job.wants_visit(at(3)));
}

TEST(DatabaseJob, does_not_let_somebody_wait_for_the_pause_after_a_failure)
{
    DatabaseJob job(at(0));
    job.begin_visit("nominatim", 10);
    job.on_failed_visit("locked", at(0));
    job.wish(-1, at(1));
    EXPECT_TRUE(job.wants_visit(at(1)));
}

TEST(DatabaseJob, stores_what_was_answered_when_the_geocoder_cannot_be_asked_any_more)
{
    DatabaseJob job = asking({question("52.1"), question("52.2")});
    job.settle(job.take_question(), Settled::Outcome::found, "{}", at(0));
    job.give_up_questions(hour, at(1));
    EXPECT_TRUE(job.wants_visit(at(1)));
    const VisitOrder order = job.begin_visit("nominatim", 10);
    EXPECT_EQ(order.settled.size(), 1u);
    EXPECT_EQ(order.most_questions, 0u) << "what is known is filled in, nothing is asked";
}

TEST(DatabaseJob, ends_its_run_when_the_geocoder_cannot_be_asked_and_nothing_was_answered)
{
    DatabaseJob job = asking({question("52.1")});
    job.give_up_questions(hour, at(1));
    EXPECT_FALSE(job.is_running());
    EXPECT_FALSE(job.wants_visit(at(3600)));
    EXPECT_TRUE(job.wants_visit(at(3601)));
}

TEST(DatabaseJob, rests_no_longer_than_a_shorter_interval_says)
{
    DatabaseJob job(at(0));
    job.begin_visit("nominatim", 10);
    job.on_report(served({}, RunState::Phase::done), hour, at(0));
    job.shorten_rest(seconds{60}, false, at(10));
    EXPECT_EQ(job.next_visit(), at(70));
    job.shorten_rest(hour, false, at(10));
    EXPECT_EQ(job.next_visit(), at(70)) << "it never gets longer";
    job.shorten_rest(hour, true, at(20));
    EXPECT_TRUE(job.wants_visit(at(20)));
}

}  // namespace
}  // namespace pitstop
