#include "pg/json.hpp"

extern "C" {
#include "lib/stringinfo.h"
#include "utils/json.h"
}

namespace pitstop::pg {

JsonObject &JsonObject::add(const char *name, const std::string &value)
{
    const char *const text = value.c_str();
    return put(name, call([text]() noexcept {
                   StringInfoData escaped;
                   initStringInfo(&escaped);
                   escape_json(&escaped, text);
                   return static_cast<const char *>(escaped.data);
               }));
}

JsonObject &JsonObject::put(const std::string &name, const std::string &value)
{
    members_ += (members_.empty() ? "\"" : ", \"") + name + "\": " + value;
    return *this;
}

}  // namespace pitstop::pg
