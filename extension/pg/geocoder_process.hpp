// The background process that owns the network: one for the whole cluster, connected to no database.
#pragma once

extern "C" {
#include "postgres.h"

PGDLLEXPORT void pitstop_geocoder_main(Datum unused);
}

namespace pitstop::pg {

// For _PG_init while libraries are preloaded: has the postmaster start it, at the end of recovery, and start it again.
void register_geocoder_process();

}  // namespace pitstop::pg
