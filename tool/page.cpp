#include "page.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include "page_files.hpp"
#include "tool/core/language.hpp"

namespace pitstop::tool {

const PageFile *find_page_file(std::string_view path, std::string_view accept_language)
{
    std::vector<std::string_view> languages;
    for (const PageFile &file : page_files)
        if (file.path == path)
            languages.push_back(file.language);
    if (languages.empty())
        return nullptr;
    const std::string_view language = preferred_language(accept_language, languages);
    return std::find_if(std::begin(page_files), std::end(page_files),
                        [&](const PageFile &file) { return file.path == path && file.language == language; });
}

}  // namespace pitstop::tool
