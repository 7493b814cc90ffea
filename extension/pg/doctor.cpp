// pitstop.doctor(): what is not as it should be, and the call that mends it.

#include <cmath>

#include "core/finding_words.hpp"
#include "pg/checks.hpp"
#include "pg/examination.hpp"
#include "pg/result.hpp"

namespace pitstop::pg {

namespace {

// What things are counted of, how many; of a size or an age, the one thing that has it.
std::int64_t how_many(const HealthCheck &check, const Observation &observation)
{
    return check.unit.empty() && observation.value ? std::llround(*observation.value) : 1;
}

Values row_of(const HealthCheck &check, const Examined::Judged &judged)
{
    Values row;
    row.text(std::string(check.code)).text(name_of(judged.status)).text(words_for(check, judged.observation));
    row.integer(how_many(check, judged.observation)).integers(judged.observation.examples);
    return row.text(check.mend.empty() ? std::nullopt : std::optional<std::string>(check.mend));
}

Values row_of_failed(const Examined &examined)
{
    const std::string code(examined.check->code);
    Values row;
    row.text(code).text(name_of(HealthStatus::unknown));
    row.text(std::string(examined.check->title) + ": could not be looked at: " + examined.error);
    row.integer(std::nullopt).integers(std::vector<std::int64_t>{});
    return row.text("SELECT * FROM pitstop.observe('" + code + "') raises the error with its hint");
}

}  // namespace

}  // namespace pitstop::pg

PITSTOP_FUNCTION(pitstop_doctor)
{
    using namespace pitstop;
    using namespace pitstop::pg;
    ResultRows result(fcinfo);
    const TeslaMate teslamate = TeslaMate::configured();
    Spi spi(teslamate.schema(), Access::read_only);
    for (const Examined &examined : examine_all({spi, teslamate, pg::clock_now()})) {
        if (!examined.error.empty())
            result.add(row_of_failed(examined));
        for (const Examined::Judged &judged : examined.observations)
            if (judged.status != HealthStatus::ok)
                result.add(row_of(*examined.check, judged));
    }
    return result.datum();
}
