// Accept-Language of any bytes.
#include <string>

#include "bytes.hpp"
#include "tool/core/language.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    using namespace pitstop;
    const std::string header(reinterpret_cast<const char *>(bytes), size);
    const std::string_view chosen = tool::preferred_language(header, {"en", "zh"});
    fuzz::require(chosen == "en" || chosen == "zh", "one that is offered is chosen", header);
    const std::string asked = "zh," + header;
    fuzz::require(tool::preferred_language(asked, {"en", "zh"}) == "zh", "nothing outweighs the first of weight 1",
                  asked);
    return 0;
}
