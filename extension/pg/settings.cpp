#include "pg/settings.hpp"

extern "C" {
#include "postgres.h"
#include "utils/guc.h"
}

namespace pitstop::pg {

namespace {

char *teslamate_schema = nullptr;

}  // namespace

void define_settings()
{
    // For superusers only: who names another schema decides on whose rows the functions work.
    DefineCustomStringVariable("pitstop.teslamate_schema", "The schema that holds TeslaMate's tables.",
                               "Hosters who keep one TeslaMate per schema set it per role or per database.",
                               &teslamate_schema, "public", PGC_SUSET, 0, nullptr, nullptr, nullptr);
    MarkGUCPrefixReserved("pitstop");
}

std::string teslamate_schema_setting()
{
    return teslamate_schema;
}

}  // namespace pitstop::pg
