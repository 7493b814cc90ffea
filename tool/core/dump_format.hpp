// What a file is, told by its first bytes and never by its name.
#pragma once

#include <string>
#include <string_view>

namespace pitstop::tool {

enum class DumpFormat {
    custom,     // PGDMP …
    directory,  // a directory with toc.dat; told by the caller, who sees directories
    tar,        // a tar archive whose first member is toc.dat
    plain,      // SQL text as pg_dump writes it
    gzip,       // compressed: look again at what is inside
    zstd,
    age,      // encrypted with age
    empty,    // no byte at all
    html,     // a web page: an error saved as a backup
    foreign,  // none of these
};

constexpr std::size_t bytes_to_recognise = 4096;

// `start` is the file's first bytes, up to bytes_to_recognise of them (fewer only when the file is shorter).
DumpFormat recognise_dump(std::string_view start);

// "a custom-format archive of pg_dump", "a web page", …
const char *name_of(DumpFormat format) noexcept;

// The last line of what pg_dump writes as SQL. Without it the dump is cut off: psql restores half of one with exit 0.
// `end` is the text's end, some hundred bytes of it; \unrestrict lines and blanks may follow.
bool ends_as_plain_dump(std::string_view end);

}  // namespace pitstop::tool
