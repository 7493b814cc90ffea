// Health of the addresses: what is missing, and whether anybody is looking it up.

#include "core/number_words.hpp"
#include "pg/observe.hpp"
#include "pg/settings.hpp"
#include "pg/tenants.hpp"
#include "pg/worker_memory.hpp"

extern "C" {
#include "access/xlog.h"
#include "miscadmin.h"
}

namespace pitstop::pg {

namespace {

// What is open, or has no position, has nothing that could be looked up. Each end by the index on its address.
constexpr Statement missing_addresses{R"(
    SELECT (SELECT count(*)
              FROM {schema}.drives AS d
             WHERE d.start_address_id IS NULL
               AND d.start_position_id IS NOT NULL
               AND d.end_date IS NOT NULL),
           (SELECT count(*)
              FROM {schema}.drives AS d
             WHERE d.end_address_id IS NULL
               AND d.end_position_id IS NOT NULL
               AND d.end_date IS NOT NULL),
           (SELECT count(*)
              FROM {schema}.charging_processes AS c
             WHERE c.address_id IS NULL
               AND c.position_id IS NOT NULL)
)"};

// What stands in the way of the repair; empty: nothing.
std::string obstacle()
{
    if (!has_worker_memory())
        return "pitstop.repair is on, but pitstop is not in shared_preload_libraries: there is no worker.";
    const auto worker = worker_status();
    if (!worker)
        return "The worker is not running; the server's log says why it ended.";
    if (worker->unusable.bytes[0] != '\0')
        return std::string("The geocoder is not asked: ") + worker->unusable.bytes + ".";
    if (worker->stopped.bytes[0] != '\0')
        return std::string("The geocoder is not asked any more: ") + worker->stopped.bytes + ".";
    if (worker->breaker == Breaker::State::open)
        return "The geocoder failed too often and is left alone for a while; it is asked again by itself.";
    const auto database = database_status(MyDatabaseId);
    if (database && database->message.bytes[0] != '\0')
        return database->message.bytes;
    return {};
}

}  // namespace

Observations observe_addresses(const Look &look)
{
    look.teslamate.require();
    Observation missing;
    look.spi.run(missing_addresses, Values(), [&](const PassingRow &row) {
        const std::int64_t starts = row.integer(0), ends = row.integer(1), charges = row.integer(2);
        missing.value = static_cast<double>(starts + ends + charges);
        if (*missing.value > 0)
            missing.note = plural(starts, "start", "starts") + " and " + plural(ends, "end", "ends") + " of drives, " +
                           plural(charges, "charge", "charges");
    });
    return {missing};
}

Observations observe_geocoder(const Look &look)
{
    Observation repair;
    repair.verdict = HealthStatus::ok;
    if (!repair_setting() && !is_repair_set(look.spi)) {
        repair.note = "It is off: pitstop.repair is not set for this database.";
        return {repair};
    }
    // What is repaired on the primary arrives by itself.
    if (call([]() noexcept { return RecoveryInProgress(); })) {
        repair.note = "The server is a standby: addresses are repaired on its primary.";
        return {repair};
    }
    repair.note = obstacle();
    if (!repair.note.empty())
        repair.verdict = HealthStatus::warning;
    return {repair};
}

}  // namespace pitstop::pg
