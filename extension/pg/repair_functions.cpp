// pitstop.repair_addresses(max_lookups), reset_geocoder(), refresh_addresses(language): what sessions want of the worker.

#include "core/error.hpp"
#include "pg/checks.hpp"
#include "pg/known_places.hpp"
#include "pg/refresh.hpp"
#include "pg/result.hpp"
#include "pg/settings.hpp"
#include "pg/tenants.hpp"
#include "pg/teslamate.hpp"
#include "pg/worker_memory.hpp"

extern "C" {
#include "access/xact.h"
#include "miscadmin.h"
}

namespace pitstop::pg {

namespace {

void require_worker()
{
    if (!has_worker_memory())
        throw DomainError(DomainError::Kind::wrong_state, "the address repair is not loaded",
                          "Its worker starts with the server, and only where the library is preloaded.",
                          "Add pitstop to shared_preload_libraries in postgresql.conf and restart the server.");
}

[[noreturn]] void raise_not_running()
{
    throw DomainError(DomainError::Kind::wrong_state, "the address repair worker is not running",
                      "It starts with the server, and again ten seconds after it has ended.",
                      "Wait a moment and call again; else the server's log says why it ended.");
}

void require_wanted()
{
    Spi spi(teslamate_schema_setting(), Access::read_only);
    if (!repair_setting() && !is_repair_set(spi))
        throw DomainError(DomainError::Kind::wrong_state, "addresses are not repaired in this database",
                          "The setting pitstop.repair is off.",
                          "As a superuser: ALTER DATABASE … SET pitstop.repair = on; then call again.");
}

std::int64_t max_lookups_argument(FunctionCallInfo fcinfo)
{
    if (PG_ARGISNULL(0))
        return -1;
    const std::int32_t max_lookups = PG_GETARG_INT32(0);
    if (max_lookups < 1)
        throw DomainError(DomainError::Kind::invalid_argument, "max_lookups is " + std::to_string(max_lookups),
                          "It limits how many requests the run sends.",
                          "Leave it out to have everything looked up that is missing.");
    return max_lookups;
}

// Why nothing will be asked for, although a run begins.
std::string obstacle()
{
    const auto status = worker_status();
    if (!status)
        raise_not_running();
    if (status->unusable.bytes[0] != '\0')
        return std::string("only addresses that are known already are filled in: ") + status->unusable.bytes;
    if (status->stopped.bytes[0] != '\0')
        return std::string("only addresses that are known already are filled in, until pitstop.reset_geocoder() is "
                           "called: ") +
               status->stopped.bytes;
    return "SELECT * FROM pitstop.address_repair() shows how far it is";
}

// What a session asks for in a table, the worker sees only once that is committed.
bool wakes_at_commit = false;

void at_end_of_transaction(XactEvent event, void *) noexcept
{
    if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT)
        return;
    try {
        if (wakes_at_commit && event == XACT_EVENT_COMMIT)
            (void)wish_for_repair({MyDatabaseId, -1});
    } catch (...) {  // the next visit finds it
    }
    wakes_at_commit = false;
}

void wake_worker_at_commit()
{
    static bool is_registered = false;
    if (!is_registered)
        call([]() noexcept { RegisterXactCallback(at_end_of_transaction, nullptr); });
    is_registered = true;
    wakes_at_commit = true;
}

std::string language_argument(FunctionCallInfo fcinfo, Spi &spi)
{
    const auto language = text_argument(fcinfo, 0);
    if (!language)
        return address_language(spi);
    const bool is_one = !language->empty() && language->size() <= 35 &&
                        language->find_first_not_of(
                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == std::string::npos;
    if (!is_one)
        throw DomainError(DomainError::Kind::invalid_argument, "\"" + *language + "\" is not a language",
                          "A language is written as en, de or zh-TW.",
                          "Leave it out for the language that new addresses get.");
    return *language;
}

}  // namespace

}  // namespace pitstop::pg

PITSTOP_FUNCTION(pitstop_repair_addresses)
{
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    const std::int64_t max_lookups = max_lookups_argument(fcinfo);
    require_writable("repair_addresses");
    require_worker();
    require_wanted();
    const std::string message = obstacle();
    if (!wish_for_repair({MyDatabaseId, max_lookups}))
        raise_not_running();
    result.add(Values().text("begun").text(message));
    return result.datum();
}

PITSTOP_FUNCTION(pitstop_reset_geocoder)
{
    using namespace pitstop::pg;
    require_writable("reset_geocoder");
    require_worker();
    if (!wish_for_reset())
        raise_not_running();
    PG_RETURN_VOID();
}

PITSTOP_FUNCTION(pitstop_refresh_addresses)
{
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    require_writable("refresh_addresses");
    const TeslaMate teslamate = TeslaMate::configured();
    teslamate.require();
    Spi spi(teslamate.schema(), Access::read_write);
    const std::string language = language_argument(fcinfo, spi);
    require_worker();
    require_wanted();
    const std::string message = obstacle();
    request_refresh(spi, language);
    wake_worker_at_commit();
    result.add(Values().text("begun").text("all addresses are looked up in \"" + language + "\"; " + message));
    return result.datum();
}
