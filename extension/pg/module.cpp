// What PostgreSQL sees first: the magic block and the entry that declares the settings.

#include "pg/settings.hpp"

extern "C" {
#include "postgres.h"
#include "fmgr.h"

#ifdef PG_MODULE_MAGIC_EXT  // PostgreSQL 18 shows name and version in pg_get_loaded_modules()
PG_MODULE_MAGIC_EXT(.name = "pitstop", .version = PITSTOP_VERSION);
#else
PG_MODULE_MAGIC;
#endif

PGDLLEXPORT void _PG_init(void);

void _PG_init(void)
{
    pitstop::pg::define_settings();
}
}
