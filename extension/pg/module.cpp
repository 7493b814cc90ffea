// What PostgreSQL sees first: the magic block and the entry that declares the settings, and the worker where the library is
// preloaded.

#include "pg/geocoder_process.hpp"
#include "pg/settings.hpp"
#include "pg/worker_memory.hpp"

extern "C" {
#include "postgres.h"
#include "fmgr.h"
#include "miscadmin.h"

#ifdef PG_MODULE_MAGIC_EXT  // PostgreSQL 18 shows name and version in pg_get_loaded_modules()
PG_MODULE_MAGIC_EXT(.name = "pitstop", .version = PITSTOP_VERSION);
#else
PG_MODULE_MAGIC;
#endif

PGDLLEXPORT void _PG_init(void);

void _PG_init(void)
{
    pitstop::pg::define_settings();
    if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade)
        return;
    pitstop::pg::reserve_worker_memory();
    pitstop::pg::register_geocoder_process();
}
}
