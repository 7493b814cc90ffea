// TeslaMate's schema as it is found: do its tables have the columns we rely on, and what can these hold?
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/column.hpp"
#include "core/required_columns.hpp"
#include "core/server_version.hpp"

namespace pitstop::pg {

class TeslaMate {
public:
    // Reads the catalog; `schema` is TeslaMate's. Never raises for what is missing there.
    explicit TeslaMate(std::string schema);
    // The schema that pitstop.teslamate_schema names.
    static TeslaMate configured();

    const std::string &schema() const noexcept { return schema_; }
    bool schema_exists() const noexcept { return schema_exists_; }

    // One finding for each column that is missing or of another family of types.
    const std::vector<Finding> &misfits() const noexcept { return misfits_; }
    // Raises DomainError::wrong_state, naming schema and columns, unless everything is there.
    void require() const;
    // The same for one table, for those who ask nothing else.
    void require(const std::string &table) const;

    // A required column's type.
    const ColumnType &column(const char *table, const char *column) const;

private:
    void read_columns();
    [[noreturn]] void refuse() const;

    std::string schema_;
    bool schema_exists_ = false;
    std::array<ColumnType, required_column_count> types_;
    std::vector<Finding> misfits_;
};

}  // namespace pitstop::pg
