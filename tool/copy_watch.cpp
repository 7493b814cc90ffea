#include "copy_watch.hpp"

#include <poll.h>

#include <map>

#include "tool/core/progress.hpp"

namespace pitstop::tool {

namespace {

constexpr std::chrono::milliseconds interval{500};
constexpr std::chrono::milliseconds longest_query{5000};

constexpr const char *copies_sql = R"(
SELECT p.pid, p.relid, p.tuples_processed
  FROM pg_catalog.pg_stat_progress_copy AS p
 WHERE p.datname = pg_catalog.current_database()
   AND p.pid <> pg_catalog.pg_backend_pid()
)";

// Adds up what is under way and what was seen of copies that have ended since.
class Copied {
public:
    std::uint64_t after(const Rows &rows)
    {
        std::map<std::pair<std::string, std::string>, std::uint64_t> now;
        for (std::size_t row = 0; row < rows.size(); ++row)
            now[{rows.text(row, 0), rows.text(row, 1)}] = static_cast<std::uint64_t>(rows.number(row, 2));
        for (const auto &[copy, tuples] : under_way_) {
            if (now.count(copy) == 0)
                ended_ += tuples;
        }
        under_way_ = std::move(now);
        std::uint64_t sum = ended_;
        for (const auto &[copy, tuples] : under_way_)
            sum += tuples;
        return sum;
    }

private:
    std::map<std::pair<std::string, std::string>, std::uint64_t> under_way_;
    std::uint64_t ended_ = 0;
};

}  // namespace

CopyWatch::CopyWatch(const Connection &connection, const std::string &database, std::uint64_t rows,
                     const std::string &what, Output &output)
    : output_(output)
{
    if (output.shows_progress())
        thread_ = std::thread([this, connection, database, rows, what] { watch(connection, database, rows, what); });
}

CopyWatch::~CopyWatch()
{
    ended_ = true;
    if (thread_.joinable())
        thread_.join();
    output_.end_progress();
}

void CopyWatch::watch(const Connection &connection, const std::string &database, std::uint64_t rows,
                      const std::string &what)
{
    try {
        Session session = connection.open(database);
        Progress progress(what, rows, Progress::Clock::now());
        Copied copied;
        while (!ended_) {
            progress.advance_to(copied.after(session.query(copies_sql, {}, longest_query)), Progress::Clock::now());
            output_.progress(progress.line(output_.columns() - 1));
            ::poll(nullptr, 0, static_cast<int>(interval.count()));
        }
    } catch (const std::exception &) {
        // Nobody misses a line of progress; the program that does the work says what went wrong.
    }
}

}  // namespace pitstop::tool
