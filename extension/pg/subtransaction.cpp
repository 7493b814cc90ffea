#include "pg/subtransaction.hpp"

namespace pitstop::pg {

bool concerns_one_row(const PgError &error) noexcept
{
    switch (ERRCODE_TO_CATEGORY(error.sqlstate())) {
    case ERRCODE_CONNECTION_EXCEPTION:
    case ERRCODE_INVALID_TRANSACTION_STATE:
    case ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION:
    case ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE:
    case ERRCODE_OPERATOR_INTERVENTION:
    case ERRCODE_TRANSACTION_ROLLBACK:
    case ERRCODE_INSUFFICIENT_RESOURCES:
    case ERRCODE_SYSTEM_ERROR:
    case ERRCODE_INTERNAL_ERROR: return false;
    default: return true;
    }
}

}  // namespace pitstop::pg
