// pitstop.incomplete(): what has no end, and whether it is still going on.

#include "pg/checks.hpp"
#include "pg/result.hpp"
#include "pg/sessions.hpp"
#include "pg/teslamate.hpp"

PITSTOP_FUNCTION(pitstop_incomplete)
{
    using namespace pitstop;
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    const TeslaMate teslamate = TeslaMate::configured();
    teslamate.require();

    Spi spi(teslamate.schema(), Access::read_only);
    std::vector<OpenSession> sessions = open_sessions(spi);
    count_rows(spi, sessions);
    const UtcTime now = clock_now();
    for (const OpenSession &session : sessions)
        result.add(Values()
                       .text(name_of(session.kind))
                       .integer(session.id)
                       .integer(session.car_id)
                       .time(session.start_date)
                       .time(last_seen(session, now))
                       .integer(session.rows)
                       .boolean(in_progress(session, now)));
    return result.datum();
}
