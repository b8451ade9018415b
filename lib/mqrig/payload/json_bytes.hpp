// Finding the bytes of a JSON string that cannot be copied as they are, a word at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace mqrig::payload {

// The top bit of each byte that is a control character, a quote or a backslash; bits above the
// lowest one may be wrong.
template <typename Word>
constexpr Word escaped_bytes(Word word) noexcept {
  constexpr Word ones = static_cast<Word>(~Word{0}) / 0xFF;
  constexpr Word tops = ones * 0x80;
  const Word quote = word ^ (ones * '"');
  const Word backslash = word ^ (ones * '\\');
  const Word control = (word - ones * 0x20) & ~word;
  return (control | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) & tops;
}

// How many bytes stand in front of the first marked one, where a byte is marked; at least 0 on a
// machine that stores the highest byte first.
template <typename Word>
constexpr std::size_t plain_prefix(Word marked) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    return static_cast<std::size_t>(std::countr_zero(marked)) / 8;
  } else {
    return 0;
  }
}

}  // namespace mqrig::payload
