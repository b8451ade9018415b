// Finding the bytes of a JSON string that cannot be copied as they are, a word at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mqrig::payload {

// The top bit of each byte that is a control character, a quote, a backslash or not ASCII; bits
// above the lowest one may be wrong.
template <typename Word>
constexpr Word special_bytes(Word word) noexcept {
  constexpr Word ones = static_cast<Word>(~Word{0}) / 0xFF;
  constexpr Word tops = ones * 0x80;
  const Word quote = word ^ (ones * '"');
  const Word backslash = word ^ (ones * '\\');
  const Word control = (word - ones * 0x20) & ~word;
  return (word | control | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) & tops;
}

// How many bytes in front of the first special one, where the word has one; at least 0 on a machine
// that stores the highest byte first.
template <typename Word>
constexpr std::size_t plain_prefix(Word special) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    return static_cast<std::size_t>(std::countr_zero(special)) / 8;
  } else {
    return 0;
  }
}

// How many bytes at the front are surely plain: all up to a special one, or to the last whole word.
inline std::size_t plain_bytes(const std::uint8_t* bytes, std::size_t size) noexcept {
  std::size_t plain = 0;
  for (; size - plain >= sizeof(std::uint64_t); plain += sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, bytes + plain, sizeof word);
    const std::uint64_t special = special_bytes(word);
    if (special != 0) return plain + plain_prefix(special);
  }
  return plain;
}

}  // namespace mqrig::payload
