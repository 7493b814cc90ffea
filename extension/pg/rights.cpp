#include "pg/rights.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "utils/acl.h"
}

namespace pitstop::pg {

bool owns(Oid relation, Oid role) noexcept
{
#if PG_VERSION_NUM >= 160000  // one function for all kinds of objects
    return object_ownercheck(RelationRelationId, relation, role);
#else
    return pg_class_ownercheck(relation, role);
#endif
}

bool may_use_schema(Oid schema, Oid role) noexcept
{
#if PG_VERSION_NUM >= 160000
    return object_aclcheck(NamespaceRelationId, schema, role, ACL_USAGE) == ACLCHECK_OK;
#else
    return pg_namespace_aclcheck(schema, role, ACL_USAGE) == ACLCHECK_OK;
#endif
}

bool may_update(Oid relation, Oid role) noexcept
{
    return pg_class_aclcheck(relation, role, ACL_UPDATE) == ACLCHECK_OK;
}

}  // namespace pitstop::pg
