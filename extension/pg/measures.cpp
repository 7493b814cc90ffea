// pitstop.record_measures(measures), pitstop.measures(code, since): a few numbers over time, for charts. The program records
// them, for nobody else is there all the time.

#include "pg/checks.hpp"
#include "pg/observe.hpp"
#include "pg/records.hpp"
#include "pg/result.hpp"
#include "pg/settings.hpp"

namespace pitstop::pg {

namespace {

constexpr SpanParameter since{"since", "Measures of this time up to now are shown.",
                              "Leave it out for its default of 30 days."};

constexpr Statement codes_given{R"(
    SELECT DISTINCT m.code
      FROM jsonb_to_recordset($1::jsonb) AS m (code text)
     ORDER BY m.code
)"};

constexpr Statement forget_old{R"(
    DELETE FROM pitstop.measure AS m
     WHERE m.at < now() - interval '400 days'
)"};

// Of several programs, and of one that is restarted often, one measure in ten minutes is enough.
constexpr Statement insert_measures{R"(
    INSERT INTO pitstop.measure (at, code, subject, value)
    SELECT now(), m.code, coalesce(m.subject, ''), m.value
      FROM jsonb_to_recordset($1::jsonb) AS m (code text, subject text, value double precision)
     WHERE NOT EXISTS (SELECT
                         FROM pitstop.measure AS known
                        WHERE known.code = m.code
                          AND known.subject = coalesce(m.subject, '')
                          AND known.at > now() - interval '10 minutes')
        ON CONFLICT DO NOTHING
)"};

constexpr Statement measures_since{R"(
    SELECT m.at, m.subject, m.value
      FROM pitstop.measure AS m
     WHERE m.code = $1
       AND m.at >= $2 AT TIME ZONE 'UTC'
     ORDER BY m.at, m.subject
)"};

}  // namespace

}  // namespace pitstop::pg

PITSTOP_FUNCTION(pitstop_record_measures)
{
    using namespace pitstop::pg;
    const std::string measures = json_argument(fcinfo, 0, "measures");
    require_writable("record_measures");
    Spi spi(teslamate_schema_setting(), Access::read_write);
    std::uint64_t count = 0;
    write_given("measures",
                "It has to be an array of objects with code, subject and value; the subject may be missing.", [&] {
                    spi.run(codes_given, Values().text(measures),
                            [](const PassingRow &row) { require_check(row.optional_text(0)); });
                    spi.run(forget_old, Values());
                    count = spi.run(insert_measures, Values().text(measures));
                });
    return Int64GetDatum(static_cast<int64>(count));
}

PITSTOP_FUNCTION(pitstop_measures)
{
    using namespace pitstop;
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    const std::string code(require_check(text_argument(fcinfo, 0)).code);
    const UtcTime from = moment_before_argument(pg::clock_now(), fcinfo, 1, since);
    Spi spi(teslamate_schema_setting(), Access::read_only);
    const AsOwner owner;
    spi.run(measures_since, Values().text(code).time(from), [&](const PassingRow &row) {
        result.add(Values().time(row.time(0)).text(row.text(1)).number(row.number(2)));
    });
    return result.datum();
}
