#include "pg/spi.hpp"

#include <cstring>

extern "C" {
#include "nodes/params.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
}

namespace pitstop::pg {

namespace {

// The session's plans, for one schema at a time: a session that serves many schemas must not hoard their plans.
struct PlanEntry {
    const Statement *statement;  // the key
    SPIPlanPtr plan;
};
HTAB *plans = nullptr;
char *schema_of_plans = nullptr;
int open_connections = 0;  // a trigger on TeslaMate's tables may call one of our functions while another runs

void forget_plans() noexcept
{
    HASH_SEQ_STATUS scan;
    hash_seq_init(&scan, plans);
    while (auto *entry = static_cast<PlanEntry *>(hash_seq_search(&scan))) {
        SPI_freeplan(entry->plan);
        hash_search(plans, &entry->statement, HASH_REMOVE, nullptr);
    }
}

// False while a function further up works with the plans of another schema: they must not be dropped under it.
bool use_plans_of(const char *schema) noexcept
{
    if (plans == nullptr) {
        HASHCTL control = {};
        control.keysize = sizeof(const Statement *);
        control.entrysize = sizeof(PlanEntry);
        control.hcxt = CacheMemoryContext;
        plans = hash_create("pitstop plans", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    }
    if (schema_of_plans != nullptr && strcmp(schema_of_plans, schema) == 0)
        return true;
    if (open_connections > 0)
        return false;
    forget_plans();
    if (schema_of_plans != nullptr)
        pfree(schema_of_plans);
    schema_of_plans = nullptr;
    schema_of_plans = MemoryContextStrdup(CacheMemoryContext, schema);
    return true;
}

std::string with_schema(const char *text, const std::string &schema)
{
    constexpr const char *placeholder = "{schema}";
    const std::string name = quoted(schema);
    std::string result = text;
    for (std::size_t at = result.find(placeholder); at != std::string::npos;
         at = result.find(placeholder, at + name.size()))
        result.replace(at, strlen(placeholder), name);
    return result;
}

SPIPlanPtr prepare(const std::string &text, Planning planning, const Values &parameters)
{
    const char *const sql = text.c_str();
    Oid *const types = const_cast<Oid *>(parameters.types());
    const int count = parameters.count();
    const int options = planning == Planning::each_time ? CURSOR_OPT_CUSTOM_PLAN : CURSOR_OPT_GENERIC_PLAN;
    return call([sql, types, count, options]() noexcept {
        MemoryContext const caller = CurrentMemoryContext;
        SPIPlanPtr const plan = SPI_prepare_cursor(sql, count, types, options);
        MemoryContextSwitchTo(caller);  // SPI leaves its own behind
        if (plan == nullptr)
            elog(ERROR, "could not prepare a statement: %s", SPI_result_code_string(SPI_result));
        return plan;
    });
}

// Hands each row to a C++ handler, straight from the executor's slot.
struct Receiver {
    DestReceiver callbacks;
    const RowHandler *handler;
    MemoryContext row_memory;
    std::exception_ptr *failure;
};

bool receive(TupleTableSlot *slot, DestReceiver *self) noexcept
{
    auto &receiver = *reinterpret_cast<Receiver *>(self);
    slot_getallattrs(slot);
    MemoryContext const caller = MemoryContextSwitchTo(receiver.row_memory);
    bool more = true;
    try {
        (*receiver.handler)(PassingRow(slot));
    } catch (...) {
        *receiver.failure = std::current_exception();
        more = false;  // ends the statement; execute() throws on when the executor is done
    }
    MemoryContextSwitchTo(caller);
    MemoryContextReset(receiver.row_memory);
    return more;
}

void start_up(DestReceiver *, int, TupleDesc) noexcept {}
void do_nothing(DestReceiver *) noexcept {}

ParamListInfo parameter_list(Values &parameters)
{
    const Oid *const types = parameters.types();
    const Datum *const datums = parameters.datums();
    const bool *const nulls = parameters.nulls();
    const int count = parameters.count();
    return call([=]() noexcept {
        ParamListInfo const list = makeParamList(count);
        for (int i = 0; i < count; ++i) {
            list->params[i].value = datums[i];
            list->params[i].isnull = nulls[i];
            list->params[i].pflags = PARAM_FLAG_CONST;
            list->params[i].ptype = types[i];
        }
        return list;
    });
}

}  // namespace

ScratchMemory::ScratchMemory()
    : caller_(CurrentMemoryContext), scratch_(call([]() noexcept {
          return AllocSetContextCreate(CurrentMemoryContext, "pitstop chunk", ALLOCSET_DEFAULT_SIZES);
      })),
      exceptions_before_(std::uncaught_exceptions())
{
    MemoryContextSwitchTo(scratch_);
}

// After an error the context is left to the end of the transaction: the error may live in it.
ScratchMemory::~ScratchMemory()
{
    MemoryContextSwitchTo(caller_);
    if (std::uncaught_exceptions() == exceptions_before_)
        MemoryContextDelete(scratch_);
}

std::string Spi::qualified(const std::string &table) const
{
    return quoted(schema_) + "." + quoted(table);
}

std::string quoted(const std::string &identifier)
{
    const char *const name = identifier.c_str();
    return call([name]() noexcept { return quote_identifier(name); });
}

std::string quoted_literal(const std::string &text)
{
    const char *const value = text.c_str();
    return call([value]() noexcept { return static_cast<const char *>(quote_literal_cstr(value)); });
}

std::optional<std::int64_t> PassingRow::optional_integer(int column) const
{
    return is_null(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<double> PassingRow::optional_number(int column) const
{
    return is_null(column) ? std::nullopt : std::optional(number(column));
}

std::optional<Decimal> PassingRow::optional_decimal(int column) const
{
    return is_null(column) ? std::nullopt : std::optional(decimal_from(slot_->tts_values[column], type(column)));
}

std::optional<UtcTime> PassingRow::optional_time(int column) const
{
    return is_null(column) ? std::nullopt : std::optional(time(column));
}

std::optional<std::string> PassingRow::optional_text(int column) const
{
    return is_null(column) ? std::nullopt : std::optional(text(column));
}

Spi::Spi(std::string schema, Access access)
    : schema_(std::move(schema)), access_(access), exceptions_before_(std::uncaught_exceptions()), keeps_plans_(false)
{
    const char *const name = schema_.c_str();
    keeps_plans_ = call([name]() noexcept {
        const bool keeps_plans = use_plans_of(name);
        if (SPI_connect() != SPI_OK_CONNECT)
            elog(ERROR, "could not connect to SPI");
        return keeps_plans;
    });
    ++open_connections;
}

Spi::~Spi()
{
    --open_connections;
    if (std::uncaught_exceptions() == exceptions_before_)
        SPI_finish();
}

std::uint64_t Spi::run(const Statement &statement, Values parameters, const RowHandler &handler)
{
    if (!keeps_plans_)
        return execute(prepare(with_schema(statement.text, schema_), statement.planning, parameters), parameters,
                       handler);
    const Statement *const key = &statement;
    auto *entry =
        static_cast<PlanEntry *>(call([key]() noexcept { return hash_search(plans, &key, HASH_FIND, nullptr); }));
    if (entry == nullptr) {
        SPIPlanPtr const plan = prepare(with_schema(statement.text, schema_), statement.planning, parameters);
        entry = call([key, plan]() noexcept {
            SPI_keepplan(plan);
            auto *const made = static_cast<PlanEntry *>(hash_search(plans, &key, HASH_ENTER, nullptr));
            made->plan = plan;
            return made;
        });
    }
    return execute(entry->plan, parameters, handler);
}

std::uint64_t Spi::run_once(const std::string &text, Values parameters, const RowHandler &handler)
{
    SPIPlanPtr const plan = prepare(text, Planning::each_time, parameters);
    const std::uint64_t processed = execute(plan, parameters, handler);
    call([plan]() noexcept { SPI_freeplan(plan); });
    return processed;
}

std::uint64_t Spi::execute(SPIPlanPtr plan, Values &parameters, const RowHandler &handler)
{
    std::exception_ptr failure;
    Receiver receiver = {};
    receiver.callbacks.receiveSlot = receive;
    receiver.callbacks.rStartup = start_up;
    receiver.callbacks.rShutdown = do_nothing;
    receiver.callbacks.rDestroy = do_nothing;
    receiver.callbacks.mydest = DestNone;
    receiver.handler = &handler;
    receiver.failure = &failure;

    SPIExecuteOptions options = {};
    options.params = parameter_list(parameters);
    options.read_only = access_ == Access::read_only;
    options.dest = handler ? &receiver.callbacks : None_Receiver;
    const std::uint64_t processed = call([plan, &options, &receiver]() noexcept {
        MemoryContext const caller = CurrentMemoryContext;
        receiver.row_memory = AllocSetContextCreate(CurrentMemoryContext, "pitstop row", ALLOCSET_DEFAULT_SIZES);
        const int result = SPI_execute_plan_extended(plan, &options);
        if (result < 0)
            elog(ERROR, "could not run a statement: %s", SPI_result_code_string(result));
        MemoryContextSwitchTo(caller);  // SPI leaves its own behind
        MemoryContextDelete(receiver.row_memory);
        return SPI_processed;
    });
    if (failure)
        std::rethrow_exception(failure);
    return processed;
}

}  // namespace pitstop::pg
