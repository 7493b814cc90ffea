// Orders and reports of any bytes: what is read as one is written as the same bytes, the rest is refused.
#include <stdexcept>
#include <string_view>

#include "bytes.hpp"
#include "core/visit.hpp"

namespace pitstop::fuzz {

namespace {

template <typename Decode>
void check(std::string_view bytes, Decode &&decode)
{
    std::string again;
    try {
        again = encode(decode(bytes));
    } catch (const std::runtime_error &) {
        return;
    }
    require(again == bytes, "what was read is written as the same bytes", again);
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    using namespace pitstop;
    const std::string_view input(reinterpret_cast<const char *>(bytes), size);
    fuzz::check(input, decode_order);
    fuzz::check(input, decode_report);
    return 0;
}
