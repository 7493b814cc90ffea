#include "pg/databases.hpp"

#include "pg/boundary.hpp"

extern "C" {
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "utils/snapmgr.h"
}

namespace pitstop::pg {

namespace {

// A DROP DATABASE that was interrupted leaves -2 there.
constexpr int32 invalid_database = -2;

struct List {
    Oid *oids;
    int count;
};

}  // namespace

std::vector<Oid> list_databases()
{
    MemoryContext const caller = CurrentMemoryContext;
    const List list = call([caller]() noexcept {
        StartTransactionCommand();
        (void)GetTransactionSnapshot();
        Relation const databases = table_open(DatabaseRelationId, AccessShareLock);
        TableScanDesc const scan = table_beginscan_catalog(databases, 0, nullptr);
        List found = {static_cast<Oid *>(MemoryContextAlloc(caller, sizeof(Oid))), 0};
        for (HeapTuple tuple; (tuple = heap_getnext(scan, ForwardScanDirection)) != nullptr;) {
            const auto *const database = reinterpret_cast<Form_pg_database>(GETSTRUCT(tuple));
            if (!database->datallowconn || database->datistemplate || database->datconnlimit == invalid_database)
                continue;
            found.oids = static_cast<Oid *>(repalloc(found.oids, sizeof(Oid) * static_cast<Size>(found.count + 1)));
            found.oids[found.count++] = database->oid;
        }
        table_endscan(scan);
        table_close(databases, AccessShareLock);
        CommitTransactionCommand();
        MemoryContextSwitchTo(caller);
        return found;
    });
    std::vector<Oid> oids(list.oids, list.oids + list.count);
    call([list]() noexcept { pfree(list.oids); });
    return oids;
}

}  // namespace pitstop::pg
