#include "pg/json.hpp"

#include <array>
#include <charconv>
#include <cmath>

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

JsonObject &JsonObject::add(const char *name, const std::optional<double> &value)
{
    if (!value || !std::isfinite(*value))
        return put(name, "null");
    std::array<char, 32> digits;  // the shortest that read back as the same number have 24 at most
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *value).ptr;
    return put(name, std::string(digits.data(), end));
}

JsonObject &JsonObject::put(const std::string &name, const std::string &value)
{
    members_ += (members_.empty() ? "\"" : ", \"") + name + "\": " + value;
    return *this;
}

std::string json_array(const std::vector<std::string> &elements)
{
    std::string array;
    for (const std::string &element : elements)
        array += (array.empty() ? "" : ", ") + element;
    return "[" + array + "]";
}

}  // namespace pitstop::pg
