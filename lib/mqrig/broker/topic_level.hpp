// The levels of topic names and filters, section 4.7.
#pragma once

#include <cstddef>
#include <string_view>

namespace mqrig::broker {

// The level that begins at `at`, without the '/' behind it; `at` is at most the size of the text.
inline std::string_view level_at(std::string_view text, std::size_t at) noexcept {
  return text.substr(at, text.find('/', at) - at);
}

}  // namespace mqrig::broker
