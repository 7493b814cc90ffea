#include "session.hpp"

#include <poll.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "signals.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds cancel_patience{5'000};

struct ClearResult {
    void operator()(PGresult *result) const noexcept { PQclear(result); }
};
using ResultOwner = std::unique_ptr<PGresult, ClearResult>;

std::string field_of(const PGresult *result, int field)
{
    const char *const text = PQresultErrorField(result, field);
    return text != nullptr ? text : "";
}

// libpq ends its messages with line breaks, and repeats itself over several addresses.
std::string one_line(std::string text)
{
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    // It indents what goes on.
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;)
        text.replace(at, std::min(text.find_first_not_of("\n\t ", at), text.size()) - at, "; ");
    return printable(text);
}

std::string hint_for(const std::string &message)
{
    const auto says = [&message](const char *words) { return message.find(words) != std::string::npos; };
    if (says("no password supplied"))
        return "Give the password in DATABASE_PASS of the env file, in PGPASSWORD or in ~/.pgpass.";
    if (says("password authentication failed"))
        return "Compare user and password with TeslaMate's DATABASE_USER and DATABASE_PASS.";
    if (says("could not translate host name"))
        return "A container's name is known only inside of Docker's network; from the host use the published port on "
               "127.0.0.1.";
    if (says("does not exist") && says("database"))
        return "Name the database with --dbname or DATABASE_NAME; TeslaMate calls it \"teslamate\" unless told "
               "otherwise.";
    if (says("Connection refused") || says("No such file or directory"))
        return "Is the server running, and does it listen there? --host, --port and --env-file say where it is.";
    return {};
}

// Waits for the socket; false when the time is over. A signal raises.
bool wait_for(int socket, short events, steady_clock::time_point deadline)
{
    while (true) {
        require_going_on();
        const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
        if (left.count() <= 0)
            return false;
        struct pollfd wanted[2] = {{socket, events, 0}, {signal_descriptor(), POLLIN, 0}};
        const int ready = ::poll(wanted, 2, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
        require_going_on();
        if (ready > 0 && wanted[0].revents != 0)
            return true;
    }
}

void connect(PGconn *connection, milliseconds patience)
{
    const auto deadline = steady_clock::now() + patience;
    PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
    while (wanted == PGRES_POLLING_READING || wanted == PGRES_POLLING_WRITING) {
        const short events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (!wait_for(PQsocket(connection), events, deadline))
            throw Failure(ExitCode::connection,
                          "could not connect to the server: no answer within " +
                              span_text(std::chrono::duration_cast<std::chrono::seconds>(patience)),
                          {}, "Is the host right, and does a firewall let you through?");
        wanted = PQconnectPoll(connection);
    }
}

}  // namespace

std::int64_t Rows::number(std::size_t row, std::size_t column) const
{
    const std::string digits = text(row, column);
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

Session::Session(const std::vector<std::pair<std::string, std::string>> &keywords, milliseconds patience)
{
    std::vector<const char *> names;
    std::vector<const char *> values;
    for (const auto &[name, value] : keywords) {
        names.push_back(name.c_str());
        values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    connection_.reset(PQconnectStartParams(names.data(), values.data(), 1));
    if (!connection_)
        throw Failure(ExitCode::failed, "out of memory");
    if (PQstatus(connection_.get()) != CONNECTION_BAD)
        connect(connection_.get(), patience);
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
        const std::string message = one_line(PQerrorMessage(connection_.get()));
        throw Failure(ExitCode::connection, "could not connect to the server", message, hint_for(message));
    }
    PQsetNoticeProcessor(
        connection_.get(), [](void *, const char *) {}, nullptr);
}

std::string Session::server_version_text() const
{
    const char *const text = PQparameterStatus(connection_.get(), "server_version");
    const std::string version = text != nullptr ? text : "";
    return version.substr(0, version.find(' '));
}

std::string Session::host() const
{
    const char *const text = PQhost(connection_.get());
    return text != nullptr ? text : "";
}

void Session::fail(const PGresult *result)
{
    const std::string sqlstate = result != nullptr ? field_of(result, PG_DIAG_SQLSTATE) : "";
    const bool lost = PQstatus(connection_.get()) == CONNECTION_BAD;
    if (lost || sqlstate.empty()) {
        const std::string message =
            one_line(result != nullptr ? PQresultErrorMessage(result) : PQerrorMessage(connection_.get()));
        throw SqlError(ExitCode::connection, "the connection to the server was lost", message,
                       "Look into the server's log for the reason, then try again.", sqlstate);
    }
    throw SqlError(ExitCode::failed, printable(field_of(result, PG_DIAG_MESSAGE_PRIMARY)),
                   printable(field_of(result, PG_DIAG_MESSAGE_DETAIL)),
                   printable(field_of(result, PG_DIAG_MESSAGE_HINT)), sqlstate);
}

void Session::require_accepted(int accepted)
{
    if (accepted != 1)
        fail(nullptr);
}

void Session::cancel() noexcept
{
    PGcancel *const request = PQgetCancel(connection_.get());
    if (request == nullptr)
        return;
    char message[256];
    PQcancel(request, message, sizeof message);
    PQfreeCancel(request);
}

// Reads what is left of a statement that was cancelled. A server that does not answer loses its session.
void Session::drain() noexcept
{
    const auto deadline = steady_clock::now() + cancel_patience;
    while (PQconsumeInput(connection_.get()) == 1) {
        while (PQisBusy(connection_.get()) == 0) {
            const ResultOwner rest(PQgetResult(connection_.get()));
            if (!rest)
                return;
            const ExecStatusType status = PQresultStatus(rest.get());
            if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT)
                break;
        }
        const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
        struct pollfd wanted = {PQsocket(connection_.get()), POLLIN, 0};
        if (left.count() <= 0 || ::poll(&wanted, 1, static_cast<int>(left.count())) <= 0)
            break;
    }
    connection_.reset();
}

void Session::wait(Timeout timeout)
{
    const auto deadline = timeout ? steady_clock::now() + *timeout : steady_clock::time_point::max();
    try {
        while (true) {
            require_accepted(PQconsumeInput(connection_.get()));
            if (PQisBusy(connection_.get()) == 0)
                return;
            const auto until = timeout ? deadline : steady_clock::now() + std::chrono::hours(24);
            if (!wait_for(PQsocket(connection_.get()), POLLIN, until) && timeout)
                throw Failure(ExitCode::connection,
                              "the server did not answer within " + std::to_string(timeout->count()) + " ms", {},
                              "DATABASE_TIMEOUT sets how long to wait.");
        }
    } catch (const SqlError &) {
        throw;
    } catch (...) {
        if (closes_on_timeout_) {
            close();
        } else {
            cancel();
            drain();
        }
        throw;
    }
}

Rows Session::checked(PGresult *result)
{
    ResultOwner owner(result);
    switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT: break;
    default: {
        // The statement's end is read before its error goes out, so that the session can go on.
        while (PQstatus(connection_.get()) == CONNECTION_OK) {
            const ResultOwner rest(PQgetResult(connection_.get()));
            if (!rest)
                break;
        }
        fail(result);
    }
    }
    return Rows(owner.release());
}

void Session::send(const std::string &sql, const Parameters &parameters)
{
    if (!connection_)
        throw SqlError(ExitCode::connection, "the connection to the server was lost", {}, {}, {});
    std::vector<const char *> values;
    values.reserve(parameters.size());
    for (const auto &parameter : parameters)
        values.push_back(parameter ? parameter->c_str() : nullptr);
    // Without parameters as a simple query, which may hold several statements.
    require_accepted(parameters.empty()
                         ? PQsendQuery(connection_.get(), sql.c_str())
                         : PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                             values.data(), nullptr, nullptr, 0));
}

bool Session::is_ready()
{
    require_accepted(PQconsumeInput(connection_.get()));
    return PQisBusy(connection_.get()) == 0;
}

Rows Session::finish(Timeout timeout)
{
    Rows last;
    while (true) {
        wait(timeout);
        PGresult *const result = PQgetResult(connection_.get());
        if (result == nullptr)
            return last;
        last = checked(result);
    }
}

Rows Session::query(const std::string &sql, const Parameters &parameters, Timeout timeout)
{
    send(sql, parameters);
    return finish(timeout);
}

std::string Session::value(const std::string &sql, const Parameters &parameters)
{
    const Rows rows = query(sql, parameters);
    if (rows.empty())
        throw Failure(ExitCode::failed, "the server returned no row");
    return rows.text(0, 0);
}

std::string Session::copy_out(const std::string &sql)
{
    send(sql);
    wait(std::nullopt);
    checked(PQgetResult(connection_.get()));
    std::string text;
    while (true) {
        char *line = nullptr;
        const int size = PQgetCopyData(connection_.get(), &line, 1);
        if (size > 0) {
            text.append(line, static_cast<std::size_t>(size));
            PQfreemem(line);
        } else if (size == 0) {
            wait_for(PQsocket(connection_.get()), POLLIN, steady_clock::now() + std::chrono::hours(24));
            require_accepted(PQconsumeInput(connection_.get()));
        } else {
            break;
        }
    }
    finish();
    return text;
}

void Session::copy_in(const std::string &sql, std::string_view text)
{
    send(sql);
    wait(std::nullopt);
    checked(PQgetResult(connection_.get()));
    constexpr std::size_t piece = 1 << 16;
    for (std::size_t at = 0; at < text.size(); at += piece) {
        const std::string_view part = text.substr(at, piece);
        require_accepted(PQputCopyData(connection_.get(), part.data(), static_cast<int>(part.size())));
    }
    require_accepted(PQputCopyEnd(connection_.get(), nullptr));
    finish();
}

Transaction::Transaction(Session &session, const std::string &begin) : session_(session)
{
    session_.execute(begin);
}

Transaction::~Transaction()
{
    if (!is_open_ || !session_.is_open())
        return;
    try {
        const Unstoppable clearing_up;
        session_.query("ROLLBACK", {}, cancel_patience);
    } catch (const std::exception &) {
        // The server rolls back by itself when the session ends.
        session_.close();
    }
}

void Transaction::commit()
{
    session_.execute("COMMIT");
    is_open_ = false;
}

std::string array_text(const std::vector<std::string> &elements)
{
    std::string text = "{";
    for (const std::string &element : elements) {
        text += text.size() > 1 ? ",\"" : "\"";
        for (const char each : element) {
            if (each == '"' || each == '\\')
                text += '\\';
            text += each;
        }
        text += '"';
    }
    return text + "}";
}

}  // namespace pitstop::tool
