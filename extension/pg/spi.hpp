// Statements: prepared once per session, run with typed parameters, their rows streamed or kept.
//
// Every statement stands on its own and names TeslaMate's tables through {schema}, which becomes the quoted
// name of TeslaMate's schema.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <string>

#include "pg/boundary.hpp"
#include "pg/values.hpp"

extern "C" {
#include "executor/spi.h"
#include "executor/tuptable.h"
}

namespace pitstop::pg {

// each_time: the length of an array parameter decides between one scan of a table and many of an index,
// so the plan is made anew for each call.
enum class Planning { reusable, each_time };

// A statement's text; the objects are static, and their address is the key of the session's plan.
struct Statement {
    const char *text;
    Planning planning = Planning::reusable;
};

// One row that passes by while a statement runs. Columns count from 0.
class PassingRow {
public:
    explicit PassingRow(TupleTableSlot *slot) noexcept : slot_(slot) {}
    bool is_null(int column) const noexcept { return slot_->tts_isnull[column]; }
    std::int64_t integer(int column) const { return integer_from(slot_->tts_values[column], type(column)); }
    std::optional<std::int64_t> optional_integer(int column) const;
    double number(int column) const { return number_from(slot_->tts_values[column], type(column)); }
    std::optional<double> optional_number(int column) const;
    std::optional<Decimal> optional_decimal(int column) const;
    UtcTime time(int column) const noexcept { return UtcTime{DatumGetInt64(slot_->tts_values[column])}; }
    std::optional<UtcTime> optional_time(int column) const;
    std::string text(int column) const { return text_from(slot_->tts_values[column], type(column)); }
    std::optional<std::string> optional_text(int column) const;
    bool boolean(int column) const noexcept { return !is_null(column) && DatumGetBool(slot_->tts_values[column]); }

private:
    Oid type(int column) const noexcept { return TupleDescAttr(slot_->tts_tupleDescriptor, column)->atttypid; }
    TupleTableSlot *slot_;
};

using RowHandler = std::function<void(const PassingRow &)>;

enum class Access { read_only, read_write };

// A connection to SPI, for one call of one function. Not finished when an error passes through:
// then the end of the (sub)transaction cleans up, and SPI_finish could stumble over what was left open.
class Spi {
public:
    // `schema` is TeslaMate's. read_only statements see the caller's snapshot, read_write ones a new snapshot each.
    Spi(std::string schema, Access access);
    ~Spi();
    Spi(const Spi &) = delete;
    Spi &operator=(const Spi &) = delete;

    const std::string &schema() const noexcept { return schema_; }
    // One of TeslaMate's tables, for run_once().
    std::string qualified(const std::string &table) const;
    Access access() const noexcept { return access_; }

    // Runs a statement and returns how many rows it processed; `handler` sees each row it returns.
    std::uint64_t run(const Statement &statement, Values parameters, const RowHandler &handler = {});
    // A statement made for this call only, its identifiers quoted by the caller.
    std::uint64_t run_once(const std::string &text, Values parameters, const RowHandler &handler = {});

private:
    std::uint64_t execute(SPIPlanPtr plan, Values &parameters, const RowHandler &handler);

    std::string schema_;
    Access access_;
    int exceptions_before_;
    bool keeps_plans_;
};

// What is made while it lives, parameters and results, goes with it: for loops over many chunks of rows.
class ScratchMemory {
public:
    ScratchMemory();
    ~ScratchMemory();
    ScratchMemory(const ScratchMemory &) = delete;
    ScratchMemory &operator=(const ScratchMemory &) = delete;

private:
    MemoryContext caller_;
    MemoryContext scratch_;
    int exceptions_before_;
};

std::string quoted(const std::string &identifier);
std::string quoted_literal(const std::string &text);

}  // namespace pitstop::pg
