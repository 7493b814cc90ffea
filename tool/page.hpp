// The page that `pitstop serve` shows: its files, built in, and nothing that is read from a disk.
#pragma once

#include <string_view>

namespace pitstop::tool {

struct PageFile {
    std::string_view path;      // "/", "/page.css"
    std::string_view language;  // empty: the same for all
    std::string_view content_type;
    std::string_view body;
};

// Without its query; nullptr: there is no such file. "/" is there in several languages, of which Accept-Language chooses one.
const PageFile *find_page_file(std::string_view path, std::string_view accept_language);

}  // namespace pitstop::tool
