#include "pg/teslamate.hpp"

#include <cstring>

#include "core/error.hpp"
#include "pg/boundary.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pitstop::pg {

namespace {

struct FoundColumn {
    Oid type = InvalidOid;
    int32 modifier = -1;
};

FoundColumn find_column(Oid table, const char *column)
{
    return call([table, column]() noexcept {
        FoundColumn found;
        HeapTuple const tuple = SearchSysCacheAttName(table, column);
        if (HeapTupleIsValid(tuple)) {
            const auto *attribute = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
            found = {attribute->atttypid, attribute->atttypmod};
            ReleaseSysCache(tuple);
        }
        return found;
    });
}

bool belongs(Family family, Oid type)
{
    switch (family) {
    case Family::integer: return type == INT2OID || type == INT4OID || type == INT8OID;
    case Family::decimal: return type == NUMERICOID;
    case Family::real: return type == FLOAT8OID;
    case Family::timestamp: return type == TIMESTAMPOID;
    case Family::text: return type == TEXTOID || type == VARCHAROID;
    case Family::label:
        return type == TEXTOID || type == VARCHAROID || call([type]() noexcept { return type_is_enum(type); });
    case Family::boolean: return type == BOOLOID;
    case Family::json: return type == JSONBOID || type == JSONOID;
    }
    return false;
}

// A numeric's limits sit in its modifier: precision in the upper half, scale in 11 signed bits.
void read_numeric_limits(int32 modifier, ColumnType &column)
{
    if (modifier < static_cast<int32>(VARHDRSZ))
        return;
    const int32 packed = modifier - static_cast<int32>(VARHDRSZ);
    const int scale = ((packed & 0x7ff) ^ 1024) - 1024;
    if (scale < 0)  // rounds to tens or hundreds: PostgreSQL itself checks such a column
        return;
    column.precision = (packed >> 16) & 0xffff;
    column.scale = scale;
}

ColumnType describe(Family family, const FoundColumn &found)
{
    ColumnType column;
    column.family = family;
    if (found.type == INT2OID)
        column.largest_integer = PG_INT16_MAX;
    else if (found.type == INT4OID)
        column.largest_integer = PG_INT32_MAX;
    else if (found.type == INT8OID)
        column.largest_integer = PG_INT64_MAX;
    else if (found.type == NUMERICOID)
        read_numeric_limits(found.modifier, column);
    else if (found.type == VARCHAROID && found.modifier >= static_cast<int32>(VARHDRSZ))
        column.largest_length = static_cast<std::size_t>(found.modifier) - VARHDRSZ;
    return column;
}

std::string type_name(const FoundColumn &found)
{
    const Oid type = found.type;
    const int32 modifier = found.modifier;
    return call([type, modifier]() noexcept { return format_type_with_typemod(type, modifier); });
}

}  // namespace

TeslaMate::TeslaMate(std::string schema) : schema_(std::move(schema))
{
    read_columns();
}

TeslaMate TeslaMate::configured()
{
    return TeslaMate(teslamate_schema_setting());
}

void TeslaMate::read_columns()
{
    const char *const name = schema_.c_str();
    const Oid nsp = call([name]() noexcept { return get_namespace_oid(name, true); });
    schema_exists_ = OidIsValid(nsp);

    const char *table_before = "";
    Oid table = InvalidOid;
    for (std::size_t i = 0; i < required_column_count; ++i) {
        const RequiredColumn &required = required_columns[i];
        if (strcmp(required.table, table_before) != 0) {
            table_before = required.table;
            table = schema_exists_
                        ? call([table_before, nsp]() noexcept { return get_relname_relid(table_before, nsp); })
                        : InvalidOid;
        }
        const FoundColumn found = OidIsValid(table) ? find_column(table, required.column) : FoundColumn{};
        if (OidIsValid(found.type) && belongs(required.family, found.type)) {
            types_[i] = describe(required.family, found);
            continue;
        }
        const bool missing = !OidIsValid(found.type);
        misfits_.push_back({std::string(required.table) + "." + required.column, missing ? "missing" : type_name(found),
                            name_of(required.family), Finding::Status::refused,
                            missing ? "pitstop needs this column; TeslaMate has it since schema 20260808090000."
                                    : "pitstop cannot work with this type."});
    }
}

void TeslaMate::require() const
{
    if (!misfits_.empty())
        refuse();
}

void TeslaMate::require(const std::string &table) const
{
    for (const Finding &misfit : misfits_)
        if (misfit.name.rfind(table + ".", 0) == 0)
            refuse();
}

void TeslaMate::refuse() const
{
    const std::string hint = "SELECT * FROM pitstop.check_teslamate() shows what was found. The setting "
                             "pitstop.teslamate_schema names the schema that holds TeslaMate's tables.";
    if (!schema_exists_)
        throw DomainError(DomainError::Kind::wrong_state, "schema \"" + schema_ + "\" does not exist",
                          "The setting pitstop.teslamate_schema names the schema of TeslaMate's tables.", hint);
    if (misfits_.size() == required_column_count)
        throw DomainError(DomainError::Kind::wrong_state, "schema \"" + schema_ + "\" holds no TeslaMate tables",
                          "None of the tables that pitstop works with is there.", hint);
    std::string columns;
    for (const Finding &misfit : misfits_)
        columns += (columns.empty() ? "" : ", ") + misfit.name + " (" + misfit.found + ")";
    throw DomainError(DomainError::Kind::wrong_state,
                      "TeslaMate's tables in schema \"" + schema_ + "\" are not as pitstop needs them",
                      "Missing or of another type: " + columns + ".", hint);
}

const ColumnType &TeslaMate::column(const char *table, const char *column) const
{
    for (std::size_t i = 0; i < required_column_count; ++i)
        if (strcmp(required_columns[i].table, table) == 0 && strcmp(required_columns[i].column, column) == 0)
            return types_[i];
    throw std::logic_error(std::string("column ") + table + "." + column + " is not among the required ones");
}

}  // namespace pitstop::pg
