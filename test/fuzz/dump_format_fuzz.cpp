// The first and the last bytes of any file.
#include <string_view>

#include "bytes.hpp"
#include "tool/core/dump_format.hpp"

namespace pitstop::fuzz {

namespace {

void check_start(std::string_view start)
{
    using tool::DumpFormat;
    const DumpFormat format = tool::recognise_dump(start);
    require((format == DumpFormat::empty) == start.empty(), "only no byte at all is empty");
    require(format != DumpFormat::directory, "a file is no directory");
    require(tool::name_of(format)[0] != '\0', "a format has a name");
    if (format != DumpFormat::foreign && format != DumpFormat::empty)
        require(tool::recognise_dump(std::string(start) + "\nmore") == format, "what follows changes no format",
                tool::name_of(format));
}

void check_end(std::string_view end)
{
    const std::string seen(end);
    const bool is_whole = tool::ends_as_plain_dump(end);
    require(tool::ends_as_plain_dump(seen + "\n\n\\unrestrict x\n") == is_whole, "\\unrestrict may follow", seen);
    require(!tool::ends_as_plain_dump(seen + "\nSELECT 1;\n"), "nothing else may follow", seen);
    require(tool::ends_as_plain_dump(seen + "\n-- PostgreSQL database dump complete\n"), "the last line is enough",
            seen);
}

}  // namespace

}  // namespace pitstop::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(bytes), size);
    pitstop::fuzz::check_start(text);
    pitstop::fuzz::check_end(text);
    return 0;
}
