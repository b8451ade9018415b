#pragma once

#include <cstddef>
#include <string_view>

namespace mqrig::broker {

// Without the blanks before and behind; a view of the same text.
inline std::string_view trimmed(std::string_view text, std::string_view blanks = " ") noexcept {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

}  // namespace mqrig::broker
