// Small JSON objects for the journal: what a call was asked and what came out.
#pragma once

#include <cstdint>
#include <string>

#include "pg/boundary.hpp"

namespace pitstop::pg {

class JsonObject {
public:
    JsonObject &add(const char *name, std::int64_t value) { return put(name, std::to_string(value)); }
    JsonObject &add(const char *name, bool value) { return put(name, value ? "true" : "false"); }
    JsonObject &add(const char *name, const std::string &value);
    std::string text() const { return "{" + members_ + "}"; }

private:
    JsonObject &put(const std::string &name, const std::string &value);
    std::string members_;
};

}  // namespace pitstop::pg
