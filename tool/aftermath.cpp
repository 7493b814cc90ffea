#include "aftermath.hpp"

#include <unistd.h>

#include "service.hpp"
#include "side_database.hpp"
#include "step.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

std::string this_host()
{
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
}

}  // namespace

void StoppedService::stop(Output &output)
{
    if (!record_.stopped_service)
        return;
    begin_step(output, "stop the service");
    // What a stop that fails has done by then is not known, so it is started again then too.
    is_stopped_ = true;
    Service::parse(*record_.stopped_service).stop();
}

std::string StoppedService::start_again() noexcept
{
    if (!is_stopped_)
        return {};
    try {
        Service::parse(*record_.stopped_service).start();
        return "The service " + printable(*record_.stopped_service) + " was started again.";
    } catch (const std::exception &error) {
        return "The service is stopped: " + std::string(error.what()) + ". Start it yourself.";
    }
}

std::string drop_or_say(Session &maintenance, const Connection &connection, const std::string &side) noexcept
{
    try {
        // That the server has ended the session shows only when it is used.
        try {
            drop_database(maintenance, side);
        } catch (const SqlError &error) {
            if (error.code() != ExitCode::connection)
                throw;
            Session again = connection.open_maintenance();
            drop_database(again, side);
        }
        return {};
    } catch (const std::exception &error) {
        return "The database \"" + printable(side) + "\" is left behind: " + error.what() +
               ". \"pitstop restore --abort\" clears it away.";
    }
}

RestoreRecord record_of(const RestoreRequest &request, Moment now)
{
    RestoreRecord record;
    record.target = request.target;
    record.source = request.source;
    record.started_at = now;
    record.drop_old = request.drop_old;
    record.in_place = request.in_place;
    record.host = this_host();
    record.pid = ::getpid();
    // Noted before it is stopped: whoever finds the record starts it again.
    if (request.service && (!request.replaced.empty() || request.service->is_running()))
        record.stopped_service = request.service->text();
    return record;
}

std::string joined_lines(const std::string &one, const std::string &other)
{
    return one.empty() ? other : other.empty() ? one : one + "\n" + other;
}

}  // namespace pitstop::tool
