// A short-lived worker: attaches to one database, stores what the geocoder answered for it, fills what is known, says what
// to ask next, and leaves, so that nobody who wants to drop, rename or copy the database waits for it.
//
//   order → for each TeslaMate schema from order.run on: store → advance → report

#include "pg/visitor.hpp"

#include <chrono>
#include <vector>

#include "core/error.hpp"
#include "pg/known_places.hpp"
#include "pg/refresh.hpp"
#include "pg/repair.hpp"
#include "pg/settings.hpp"
#include "pg/tenants.hpp"
#include "pg/transaction.hpp"
#include "pg/worker_memory.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "tcop/tcopprot.h"
#include "utils/lsyscache.h"
}

namespace pitstop::pg {

namespace {

using Clock = std::chrono::steady_clock;

// A visit that finds nothing to ask for comes back rather than stay longer.
constexpr std::chrono::milliseconds longest_stay{200};

struct Installation {
    bool exists = false;
    bool is_current = false;  // with the tables of the repair; an older one was not updated yet
};

Installation find_installation()
{
    return call([]() noexcept {
        Installation found;
        found.exists = OidIsValid(get_extension_oid("pitstop", true));
        const Oid schema = get_namespace_oid("pitstop", true);
        found.is_current = found.exists && OidIsValid(schema) && OidIsValid(get_relname_relid("known_place", schema)) &&
                           OidIsValid(get_relname_relid("address_refresh", schema));
        return found;
    });
}

std::string text_of(const std::exception &error)
{
    const auto *const domain = dynamic_cast<const DomainError *>(&error);
    if (domain == nullptr || domain->detail().empty())
        return error.what();
    return std::string(error.what()) + ": " + domain->detail() + " " + domain->hint();
}

class Visit {
public:
    explicit Visit(VisitOrder order) : order_(std::move(order)), ends_at_(Clock::now() + longest_stay)
    {
        report_.run = order_.run;
    }

    VisitReport run()
    {
        if (!find_tenants())
            return report_;
        report_.status = VisitReport::Status::served;
        for (const Tenant &tenant : tenants_) {
            if (tenant.schema < report_.run.schema || is_finished(tenant))
                continue;
            enter(tenant);
            if (!serve(tenant))
                return report_;
        }
        report_.run.phase = RunState::Phase::done;
        if (!served_one_)
            report_.status = VisitReport::Status::cannot_serve;
        return report_;
    }

private:
    bool find_tenants();
    bool is_finished(const Tenant &tenant) const
    {
        return tenant.schema == report_.run.schema && report_.run.phase == RunState::Phase::done;
    }
    void enter(const Tenant &tenant);
    bool serve(const Tenant &tenant);
    void work_on(const Tenant &tenant);
    void log_end() const;

    VisitOrder order_;
    VisitReport report_;
    std::string database_;
    std::vector<Tenant> tenants_;
    bool served_one_ = false;
    Clock::time_point ends_at_;
};

// False when nobody wants addresses here, or cannot have them.
bool Visit::find_tenants()
{
    Installation installation;
    in_transaction("looking for work", [&] {
        installation = find_installation();
        if (!installation.exists)
            return;
        database_ = call([]() noexcept { return get_database_name(MyDatabaseId); });
        Spi spi(teslamate_schema_setting(), Access::read_only);
        tenants_ = tenants_to_repair(spi);
    });
    if (tenants_.empty())
        return false;
    if (installation.is_current)
        return true;
    report_.status = VisitReport::Status::cannot_serve;
    report_.message = "pitstop is of an older version in this database: ALTER EXTENSION pitstop UPDATE";
    return false;
}

// A run goes on in its schema, or begins in the next one.
void Visit::enter(const Tenant &tenant)
{
    if (tenant.schema == report_.run.schema)
        return;
    RunState fresh;
    fresh.schema = tenant.schema;
    fresh.max_lookups = order_.run.max_lookups;
    fresh.lookups = order_.run.max_lookups < 0 ? 0 : report_.run.lookups;
    report_.run = fresh;
}

// Works on one schema, in one transaction after the other. False when the visit ends here: with questions, at the end of its
// time, or by a failure that may pass.
bool Visit::serve(const Tenant &tenant)
{
    const RunState before = report_.run;
    try {
        do {
            in_transaction("repairing addresses", [&] { work_on(tenant); });
            order_.settled.clear();
            served_one_ = true;
            if (!report_.questions.empty())
                return false;
            if (report_.run.phase == RunState::Phase::done) {
                log_end();
                return true;
            }
        } while (Clock::now() < ends_at_);
        return false;
    } catch (const DomainError &error) {
        // The next schema may fare better, and this one next time.
        if (report_.message.empty())
            report_.message = "schema \"" + tenant.schema + "\": " + text_of(error);
        report_.run = before;
        report_.run.phase = RunState::Phase::done;
        report_.questions.clear();
        return true;
    } catch (const PgError &error) {
        report_.status = VisitReport::Status::failed;
        report_.message = "schema \"" + tenant.schema + "\": " + error.what();
        report_.run = before;
        report_.questions.clear();
        return false;
    }
}

void Visit::work_on(const Tenant &tenant)
{
    const TeslaMate teslamate(tenant.schema);
    teslamate.require();
    become_owner(safe_owner_of(tenant.schema.c_str()));

    Spi spi(tenant.schema, Access::read_write);
    RepairOptions options;
    options.language = tenant.language.empty() ? address_language(spi) : tenant.language;
    options.reuse_distance_m = address_reuse_distance_setting();
    options.row_limit = repair_limit_setting();
    options.most_questions = order_.most_questions;

    std::vector<Settled> of_refresh, of_repair;
    for (const Settled &settled : order_.settled)
        (settled.question.of_refresh() ? of_refresh : of_repair).push_back(settled);

    Refresh refresh(spi, teslamate);
    refresh.store(of_refresh, order_.provider);
    store_answers(spi, teslamate, of_repair, order_.provider, report_.run);
    report_.questions = refresh.next_questions(order_.provider, order_.most_questions);
    if (report_.questions.empty())
        report_.questions = Repair(spi, teslamate, options).advance(report_.run);
}

// One line for a run that did something.
void Visit::log_end() const
{
    const RunState &run = report_.run;
    if (run.drives_filled == 0 && run.charges_filled == 0 && run.lookups == 0)
        return;
    std::string line = "pitstop: database \"" + database_ + "\", schema \"" + run.schema +
                       "\": " + std::to_string(run.drives_filled) + " ends of drives and " +
                       std::to_string(run.charges_filled) + " charging processes got an address, " +
                       std::to_string(run.lookups) + " places were asked for, " + std::to_string(run.without_place) +
                       " of them without an address";
    if (run.event_id != 0)
        line += "; event " + std::to_string(run.event_id);
    const char *const text = line.c_str();
    call([text]() noexcept { ereport(LOG, (errmsg_internal("%s", text))); });
}

void visit(int slot)
{
    VisitReport report;
    VisitOrder order = decode_order(take_order(slot).bytes);
    const RunState ordered = order.run;
    try {
        report = Visit(std::move(order)).run();
    } catch (const std::exception &error) {
        report = VisitReport();
        report.status = VisitReport::Status::failed;
        report.run = ordered;
        report.message = error.what();
    }
    put_report(slot, encode(report));
}

}  // namespace

}  // namespace pitstop::pg

extern "C" {

void pitstop_visitor_main(Datum slot)
{
    using namespace pitstop::pg;
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    const int number = DatumGetInt32(slot);
    enter([number]() -> Datum {
        const Oid database = take_order(number).database;
        call([database]() noexcept { BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0); });
        visit(number);
        return Datum{0};
    });
}
}
