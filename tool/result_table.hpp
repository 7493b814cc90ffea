// Rows of the server's as people read them, and as JSON with numbers as numbers.
#pragma once

#include <nlohmann/json.hpp>

#include <set>
#include <string>

#include "session.hpp"
#include "tool/core/text_table.hpp"

namespace pitstop::tool {

// Gathers the rows of several results that have the same columns.
class ResultTable {
public:
    // What is in a hidden column is shown as empty, and as null.
    void add(const Rows &rows, const std::set<std::string> &hidden = {});

    bool empty() const noexcept { return table_.rows.empty(); }
    const TextTable &table() const noexcept { return table_; }
    const nlohmann::ordered_json &json() const noexcept { return json_; }

private:
    TextTable table_;
    nlohmann::ordered_json json_ = nlohmann::ordered_json::array();
};

}  // namespace pitstop::tool
