// Who owns what and who may what, where PostgreSQL's versions differ in how to ask.
// All of them are called within pg::call().
#pragma once

extern "C" {
#include "postgres.h"
}

namespace pitstop::pg {

bool owns(Oid relation, Oid role) noexcept;
bool may_use_schema(Oid schema, Oid role) noexcept;
bool may_update(Oid relation, Oid role) noexcept;

}  // namespace pitstop::pg
