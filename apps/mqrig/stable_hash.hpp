#pragma once

#include <cstdint>
#include <string_view>

namespace mqrig {

/// FNV-1a: the same in every build, which std::hash does not promise. Goes on from the hash of what
/// stands before the text.
inline std::uint64_t stable_hash(std::string_view text,
                                 std::uint64_t hash = 0xCBF2'9CE4'8422'2325) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01B3;
  return hash;
}

}  // namespace mqrig
