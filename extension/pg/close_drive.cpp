// pitstop.close_drive(drive_id): closes one drive as TeslaMate closes it.

#include "pg/checks.hpp"
#include "pg/drives.hpp"
#include "pg/result.hpp"

#include "core/error.hpp"

namespace pitstop::pg {

namespace {

DriveClosing close_drive(Spi &spi, const TeslaMate &teslamate, std::int64_t drive_id)
{
    DriveCloser closer(spi, teslamate);
    DriveClosings drives = closer.lock({drive_id}, Locking::wait, false);
    if (drives.empty())
        raise_unknown(spi, SessionKind::drive, drive_id);
    closer.summarize(drives);
    closer.decide(drives.front());
    closer.write(drives);
    return std::move(drives.front());
}

Values row_of(const DriveClosing &drive, std::int64_t event_id)
{
    Values row;
    row.integer(drive.id).text(name_of(drive.outcome));
    row.text(drive.reason.empty() ? std::nullopt : std::optional(drive.reason));
    if (drive.facts)
        row.time(drive.facts->start_date)
            .time(drive.facts->end_date)
            .number(drive.facts->distance)
            .small_integer(drive.facts->duration_min);
    else
        row.null().null().null().null();
    return row.integer(event_id);
}

}  // namespace

}  // namespace pitstop::pg

PITSTOP_FUNCTION(pitstop_close_drive)
{
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    require_ready("close_drive");
    const TeslaMate teslamate = TeslaMate::configured();
    teslamate.require();
    const std::int64_t drive_id = require_id("drive", integer_argument(fcinfo, 0), teslamate.column("drives", "id"));

    Spi spi(teslamate.schema(), Access::read_write);
    const DriveClosing drive = close_drive(spi, teslamate, drive_id);
    const std::int64_t event_id = Journal(spi).record({event_of(drive, "close_drive")}).front();
    result.add(row_of(drive, event_id));
    return result.datum();
}
