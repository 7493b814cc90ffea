// A session with a server through libpq: statements with parameters, rows as text, errors with their SQLSTATE. Waiting heeds
// signals and the timeout; nothing here blocks for good.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tool/core/failure.hpp"

namespace pitstop::tool {

// What the server said of a statement that went wrong.
class SqlError : public Failure {
public:
    SqlError(ExitCode code, const std::string &message, std::string detail, std::string hint, std::string sqlstate)
        : Failure(code, message, std::move(detail), std::move(hint)), sqlstate_(std::move(sqlstate))
    {
    }
    const std::string &sqlstate() const noexcept { return sqlstate_; }  // empty when the connection was lost

private:
    std::string sqlstate_;
};

class Rows {
public:
    Rows() = default;
    explicit Rows(PGresult *result) : result_(result, PQclear) {}

    std::size_t size() const noexcept { return static_cast<std::size_t>(PQntuples(result_.get())); }
    std::size_t columns() const noexcept { return static_cast<std::size_t>(PQnfields(result_.get())); }
    bool empty() const noexcept { return size() == 0; }
    std::string column_name(std::size_t column) const { return PQfname(result_.get(), static_cast<int>(column)); }
    Oid column_type(std::size_t column) const { return PQftype(result_.get(), static_cast<int>(column)); }
    bool is_null(std::size_t row, std::size_t column) const
    {
        return PQgetisnull(result_.get(), static_cast<int>(row), static_cast<int>(column)) != 0;
    }
    std::string text(std::size_t row, std::size_t column) const  // a NULL is empty
    {
        return {PQgetvalue(result_.get(), static_cast<int>(row), static_cast<int>(column)),
                static_cast<std::size_t>(PQgetlength(result_.get(), static_cast<int>(row), static_cast<int>(column)))};
    }
    std::int64_t number(std::size_t row, std::size_t column) const;
    bool truth(std::size_t row, std::size_t column) const { return text(row, column) == "t"; }
    std::string affected() const { return PQcmdTuples(result_.get()); }

private:
    std::shared_ptr<PGresult> result_;
};

using Parameters = std::vector<std::optional<std::string>>;

class Session {
public:
    using Timeout = std::optional<std::chrono::milliseconds>;

    // As long as people wait for a connection.
    static constexpr std::chrono::milliseconds connect_patience{30'000};

    // `keywords` as libpq takes them. Failure (connection) says whom it could not reach, and never the password.
    explicit Session(const std::vector<std::pair<std::string, std::string>> &keywords,
                     std::chrono::milliseconds patience = connect_patience);

    Session(Session &&) = default;
    Session &operator=(Session &&) = default;

    // One statement. `timeout` of nothing: as long as it takes.
    Rows query(const std::string &sql, const Parameters &parameters = {}, Timeout timeout = std::nullopt);
    void execute(const std::string &sql) { query(sql); }
    std::string value(const std::string &sql, const Parameters &parameters = {});  // of one row, one column

    // COPY … TO STDOUT, all of it, and COPY … FROM STDIN.
    std::string copy_out(const std::string &sql);
    void copy_in(const std::string &sql, std::string_view text);

    // Sends a statement and goes on; `is_ready` tells, without waiting, whether finish() would not wait.
    void send(const std::string &sql, const Parameters &parameters = {});
    bool is_ready();
    Rows finish(Timeout timeout = std::nullopt);
    int descriptor() const noexcept { return PQsocket(connection_.get()); }

    int server_version() const noexcept { return PQserverVersion(connection_.get()); }  // 150018
    std::string server_version_text() const;                                            // 15.18
    std::string database() const { return PQdb(connection_.get()); }
    std::string user() const { return PQuser(connection_.get()); }
    std::string host() const;
    std::string port() const { return PQport(connection_.get()); }
    int backend_pid() const noexcept { return PQbackendPID(connection_.get()); }
    bool is_open() const noexcept { return connection_ && PQstatus(connection_.get()) == CONNECTION_OK; }
    void close() noexcept { connection_.reset(); }
    // From then on a statement that takes too long is not cancelled, which needs a server that answers, but the session closed.
    void close_on_timeout() noexcept { closes_on_timeout_ = true; }

private:
    struct Finish {
        void operator()(PGconn *connection) const noexcept { PQfinish(connection); }
    };
    void require_accepted(int accepted);
    void wait(Timeout timeout);
    void cancel() noexcept;
    void drain() noexcept;
    Rows checked(PGresult *result);
    [[noreturn]] void fail(const PGresult *result);

    std::unique_ptr<PGconn, Finish> connection_;
    bool closes_on_timeout_ = false;
};

// A transaction that is rolled back unless it is committed.
class Transaction {
public:
    explicit Transaction(Session &session, const std::string &begin = "BEGIN");
    ~Transaction();
    Transaction(const Transaction &) = delete;
    Transaction &operator=(const Transaction &) = delete;
    void commit();

private:
    Session &session_;
    bool is_open_ = true;
};

// An array literal, {"a","b"}, for a parameter of type text[].
std::string array_text(const std::vector<std::string> &elements);

}  // namespace pitstop::tool
