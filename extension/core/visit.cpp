#include "core/visit.hpp"

#include <cstring>
#include <limits>
#include <stdexcept>

namespace pitstop {

namespace {

class Writer {
public:
    void integer(std::int64_t value) { bytes_.append(reinterpret_cast<const char *>(&value), sizeof value); }
    void text(const std::string &value)
    {
        integer(static_cast<std::int64_t>(value.size()));
        bytes_ += value;
    }
    template <typename Enum>
    void choice(Enum value)
    {
        integer(static_cast<std::int64_t>(value));
    }
    std::string bytes() && { return std::move(bytes_); }

private:
    std::string bytes_;
};

class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::int64_t integer()
    {
        std::int64_t value = 0;
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }
    std::string text() { return std::string(take(integer())); }
    std::uint32_t unsigned_integer()
    {
        const std::int64_t value = integer();
        if (value < 0 || value > std::numeric_limits<std::uint32_t>::max())
            throw std::runtime_error("a visit's bytes are damaged");
        return static_cast<std::uint32_t>(value);
    }
    // A count of things that take at least eight bytes each.
    std::int64_t count()
    {
        const std::int64_t value = integer();
        if (value < 0 || value > static_cast<std::int64_t>(rest_.size() / sizeof value))
            throw std::runtime_error("a visit's bytes are damaged");
        return value;
    }
    template <typename Enum>
    Enum choice(Enum last)
    {
        const std::int64_t value = integer();
        if (value < 0 || value > static_cast<std::int64_t>(last))
            throw std::runtime_error("a visit's bytes are damaged");
        return static_cast<Enum>(value);
    }
    void require_end() const
    {
        if (!rest_.empty())
            throw std::runtime_error("a visit's bytes are damaged");
    }

private:
    std::string_view take(std::int64_t size)
    {
        if (size < 0 || size > static_cast<std::int64_t>(rest_.size()))
            throw std::runtime_error("a visit's bytes are damaged");
        const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(size));
        rest_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view rest_;
};

void write(Writer &out, const Question &question)
{
    out.text(question.latitude);
    out.text(question.longitude);
    out.text(question.language);
    out.integer(question.address_id);
    out.integer(static_cast<std::int64_t>(question.ids.size()));
    for (const OsmId &id : question.ids) {
        out.text(id.type);
        out.integer(id.id);
    }
}

Question read_question(Reader &in)
{
    Question question;
    question.latitude = in.text();
    question.longitude = in.text();
    question.language = in.text();
    question.address_id = in.integer();
    for (std::int64_t left = in.count(); left > 0; --left) {
        OsmId &id = question.ids.emplace_back();
        id.type = in.text();
        id.id = in.integer();
    }
    return question;
}

void write(Writer &out, const RunState &run)
{
    out.text(run.schema);
    out.choice(run.phase);
    for (const std::int64_t value : {run.cursor, run.rows, run.event_id, run.max_lookups, run.lookups,
                                     run.drives_filled, run.charges_filled, run.addresses_added, run.without_place})
        out.integer(value);
}

RunState read_run(Reader &in)
{
    RunState run;
    run.schema = in.text();
    run.phase = in.choice(RunState::Phase::done);
    for (std::int64_t *const value :
         {&run.cursor, &run.rows, &run.event_id, &run.max_lookups, &run.lookups, &run.drives_filled,
          &run.charges_filled, &run.addresses_added, &run.without_place})
        *value = in.integer();
    return run;
}

}  // namespace

std::string encode(const VisitOrder &order)
{
    Writer out;
    write(out, order.run);
    out.text(order.provider);
    out.integer(order.most_questions);
    out.integer(static_cast<std::int64_t>(order.settled.size()));
    for (const Settled &settled : order.settled) {
        write(out, settled.question);
        out.choice(settled.outcome);
        out.text(settled.body);
    }
    return std::move(out).bytes();
}

VisitOrder decode_order(std::string_view bytes)
{
    Reader in(bytes);
    VisitOrder order;
    order.run = read_run(in);
    order.provider = in.text();
    order.most_questions = in.unsigned_integer();
    for (std::int64_t left = in.count(); left > 0; --left) {
        Settled &settled = order.settled.emplace_back();
        settled.question = read_question(in);
        settled.outcome = in.choice(Settled::Outcome::unanswered);
        settled.body = in.text();
    }
    in.require_end();
    return order;
}

std::string encode(const VisitReport &report)
{
    Writer out;
    out.choice(report.status);
    write(out, report.run);
    out.text(report.message);
    out.integer(static_cast<std::int64_t>(report.questions.size()));
    for (const Question &question : report.questions)
        write(out, question);
    return std::move(out).bytes();
}

VisitReport decode_report(std::string_view bytes)
{
    Reader in(bytes);
    VisitReport report;
    report.status = in.choice(VisitReport::Status::failed);
    report.run = read_run(in);
    report.message = in.text();
    for (std::int64_t left = in.count(); left > 0; --left)
        report.questions.push_back(read_question(in));
    in.require_end();
    return report;
}

}  // namespace pitstop
