#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mqrig::broker {

// In quotes, for a message to a person; after `most` bytes it goes on with "...".
inline std::string quoted(std::string_view text, std::size_t most = std::string_view::npos) {
  return "'" + std::string(text.substr(0, most)) + (text.size() > most ? "...'" : "'");
}

}  // namespace mqrig::broker
