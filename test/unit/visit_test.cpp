#include "core/visit.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace pitstop {
namespace {

Question by_coordinates()
{
    return {"52.520008", "13.404954", "zh-TW", {}, 12};
}

Question by_ids()
{
    return {"", "", "en", {{"node", 1}, {"way", 4'294'967'296}}, 50};
}

RunState some_run()
{
    RunState run;
    run.schema = "a schema with \"quotes\" and \xc3\xa4";
    run.phase = RunState::Phase::charges;
    run.cursor = 1;
    run.rows = 2;
    run.event_id = 3;
    run.max_lookups = 4;
    run.lookups = 5;
    run.drives_filled = 6;
    run.charges_filled = 7;
    run.addresses_added = 8;
    run.without_place = 9;
    return run;
}

void expect_same(const Question &a, const Question &b)
{
    EXPECT_EQ(a.latitude, b.latitude);
    EXPECT_EQ(a.longitude, b.longitude);
    EXPECT_EQ(a.language, b.language);
    EXPECT_EQ(a.address_id, b.address_id);
    ASSERT_EQ(a.ids.size(), b.ids.size());
    for (std::size_t i = 0; i < a.ids.size(); ++i) {
        EXPECT_EQ(a.ids[i].type, b.ids[i].type);
        EXPECT_EQ(a.ids[i].id, b.ids[i].id);
    }
}

void expect_same(const RunState &a, const RunState &b)
{
    EXPECT_EQ(a.schema, b.schema);
    EXPECT_EQ(a.phase, b.phase);
    EXPECT_EQ(a.cursor, b.cursor);
    EXPECT_EQ(a.rows, b.rows);
    EXPECT_EQ(a.event_id, b.event_id);
    EXPECT_EQ(a.max_lookups, b.max_lookups);
    EXPECT_EQ(a.lookups, b.lookups);
    EXPECT_EQ(a.drives_filled, b.drives_filled);
    EXPECT_EQ(a.charges_filled, b.charges_filled);
    EXPECT_EQ(a.addresses_added, b.addresses_added);
    EXPECT_EQ(a.without_place, b.without_place);
}

VisitOrder some_order()
{
    VisitOrder order;
    order.run = some_run();
    order.provider = "photon";
    order.most_questions = 500;
    order.settled = {{by_coordinates(), Settled::Outcome::found, std::string("{\0}", 3)},
                     {by_ids(), Settled::Outcome::unanswered, ""}};
    return order;
}

VisitReport some_report()
{
    VisitReport report;
    report.status = VisitReport::Status::cannot_serve;
    report.run = some_run();
    report.questions = {by_ids(), by_coordinates()};
    report.message = "trigger \"x\" is there";
    return report;
}

TEST(Visit, an_order_arrives_as_it_was_sent)
{
    const VisitOrder sent = some_order();
    const VisitOrder order = decode_order(encode(sent));
    expect_same(order.run, sent.run);
    EXPECT_EQ(order.provider, "photon");
    EXPECT_EQ(order.most_questions, 500u);
    ASSERT_EQ(order.settled.size(), 2u);
    expect_same(order.settled[0].question, by_coordinates());
    EXPECT_EQ(order.settled[0].outcome, Settled::Outcome::found);
    EXPECT_EQ(order.settled[0].body, std::string("{\0}", 3));
    expect_same(order.settled[1].question, by_ids());
    EXPECT_EQ(order.settled[1].outcome, Settled::Outcome::unanswered);
}

TEST(Visit, a_report_arrives_as_it_was_sent)
{
    const VisitReport sent = some_report();
    const VisitReport report = decode_report(encode(sent));
    EXPECT_EQ(report.status, VisitReport::Status::cannot_serve);
    expect_same(report.run, sent.run);
    EXPECT_EQ(report.message, sent.message);
    ASSERT_EQ(report.questions.size(), 2u);
    expect_same(report.questions[0], by_ids());
    expect_same(report.questions[1], by_coordinates());
}

TEST(Visit, an_order_that_is_cut_anywhere_is_an_error)
{
    const std::string bytes = encode(some_order());
    for (std::size_t length = 0; length < bytes.size(); ++length)
        EXPECT_THROW(decode_order(std::string_view(bytes).substr(0, length)), std::runtime_error) << length;
    EXPECT_THROW(decode_order(bytes + "x"), std::runtime_error);
}

TEST(Visit, a_report_that_is_cut_anywhere_is_an_error)
{
    const std::string bytes = encode(some_report());
    for (std::size_t length = 0; length < bytes.size(); ++length)
        EXPECT_THROW(decode_report(std::string_view(bytes).substr(0, length)), std::runtime_error) << length;
    EXPECT_THROW(decode_report(bytes + "x"), std::runtime_error);
}

}  // namespace
}  // namespace pitstop
