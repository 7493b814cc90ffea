// UTF-8 as far as a terminal and the length of a name need it.
#pragma once

#include <cstddef>
#include <string_view>

namespace pitstop::tool {

// Bytes of the character that `text` begins with; 0 where that is no valid UTF-8.
std::size_t character_length(std::string_view text) noexcept;

// Of valid UTF-8.
std::size_t count_code_points(std::string_view text) noexcept;

// As much of the beginning as fits, without breaking a character.
std::string_view first_bytes(std::string_view text, std::size_t bytes) noexcept;
std::string_view first_code_points(std::string_view text, std::size_t code_points) noexcept;

}  // namespace pitstop::tool
