// JSON as text, escaped by PostgreSQL: small objects for the journal, what a call was asked and what came out; and health().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pg/boundary.hpp"

namespace pitstop::pg {

class JsonObject {
public:
    JsonObject &add(const char *name, std::int64_t value) { return put(name, std::to_string(value)); }
    JsonObject &add(const char *name, bool value) { return put(name, value ? "true" : "false"); }
    JsonObject &add(const char *name, const std::string &value);
    JsonObject &add(const char *name, const std::optional<double> &value);  // null for nothing, NaN and infinity
    JsonObject &add_json(const char *name, const std::string &json) { return put(name, json); }
    std::string text() const { return "{" + members_ + "}"; }

private:
    JsonObject &put(const std::string &name, const std::string &value);
    std::string members_;
};

// Of elements that are JSON already.
std::string json_array(const std::vector<std::string> &elements);

}  // namespace pitstop::pg
