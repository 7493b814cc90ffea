// The entry of the workers that visit a database for the address repair.
#pragma once

extern "C" {
#include "postgres.h"

// `slot` is the place in shared memory that has the order, and gets the report.
PGDLLEXPORT void pitstop_visitor_main(Datum slot);
}
