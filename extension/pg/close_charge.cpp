// pitstop.close_charge(charging_process_id): completes one charging process as TeslaMate completes it.

#include "pg/charges.hpp"
#include "pg/checks.hpp"
#include "pg/result.hpp"

namespace pitstop::pg {

namespace {

ChargeClosing close_charge(Spi &spi, const TeslaMate &teslamate, std::int64_t charging_process_id)
{
    ChargeCloser closer(spi, teslamate);
    ChargeClosings charges = closer.lock({charging_process_id}, Locking::wait, false);
    if (charges.empty())
        raise_unknown(spi, SessionKind::charge, charging_process_id);
    closer.summarize(charges.front());
    closer.read_surroundings(charges, Locking::wait);
    closer.decide(charges.front(), clock_now());
    closer.write(charges);
    return std::move(charges.front());
}

Values row_of(const ChargeClosing &charge, std::int64_t event_id)
{
    Values row;
    row.integer(charge.id).text(name_of(charge.outcome)).time(charge.end_date);
    row.small_integer(charge.facts ? std::optional(charge.facts->duration_min) : std::nullopt);
    return row.decimal(charge.energy_added).decimal(charge.energy_used).decimal(charge.cost).integer(event_id);
}

}  // namespace

}  // namespace pitstop::pg

PITSTOP_FUNCTION(pitstop_close_charge)
{
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    require_ready("close_charge");
    const TeslaMate teslamate = TeslaMate::configured();
    teslamate.require();
    const std::int64_t id =
        require_id("charging process", integer_argument(fcinfo, 0), teslamate.column("charging_processes", "id"));

    Spi spi(teslamate.schema(), Access::read_write);
    const ChargeClosing charge = close_charge(spi, teslamate, id);
    const std::int64_t event_id = Journal(spi).record({event_of(charge, "close_charge")}).front();
    result.add(row_of(charge, event_id));
    return result.datum();
}
