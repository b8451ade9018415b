// One character of UTF-8 outside ASCII (RFC 3629).
#pragma once

#include <cstddef>
#include <cstdint>

namespace mqrig::payload {

// The size (2 to 4) of the well-formed sequence at `bytes`, whose first byte is 0x80 or above; 0
// where there is none. Reads at most `available` bytes, which is at least 1.
inline std::size_t utf8_sequence_size(const std::uint8_t* bytes, std::size_t available) noexcept {
  const std::uint8_t first = bytes[0];
  const auto continues = [bytes](std::size_t i) { return (bytes[i] & 0xC0) == 0x80; };
  if (first < 0xC2) return 0;
  if (first < 0xE0) return available >= 2 && continues(1) ? 2 : 0;
  if (first < 0xF0) {
    if (available < 3 || !continues(1) || !continues(2)) return 0;
    if (first == 0xE0 && bytes[1] < 0xA0) return 0;  // overlong
    if (first == 0xED && bytes[1] > 0x9F) return 0;  // a surrogate
    return 3;
  }
  if (first > 0xF4 || available < 4 || !continues(1) || !continues(2) || !continues(3)) return 0;
  if (first == 0xF0 && bytes[1] < 0x90) return 0;  // overlong
  if (first == 0xF4 && bytes[1] > 0x8F) return 0;  // above U+10FFFF
  return 4;
}

}  // namespace mqrig::payload
