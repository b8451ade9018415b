// The fast path of text validation: eight bytes at a time. Internal to this room.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace mqrig::wire {

inline constexpr std::uint64_t every_byte = 0x0101'0101'0101'0101;
inline constexpr std::uint64_t high_bits = 0x80 * every_byte;

// High bits set where a byte of `word` is zero (and perhaps in bytes above such a byte): non-zero
// exactly when there is one.
constexpr std::uint64_t zero_bytes(std::uint64_t word) noexcept {
  return (word - every_byte) & ~word & high_bits;
}
constexpr std::uint64_t not_ascii(std::uint64_t word) noexcept {
  return word & high_bits;
}
constexpr std::uint64_t null_or_not_ascii(std::uint64_t word) noexcept {
  return (word | zero_bytes(word)) & high_bits;
}
// '+' and '#' differ in bit 3 only.
constexpr std::uint64_t wildcards(std::uint64_t word) noexcept {
  return zero_bytes((word | 0x08 * every_byte) ^ '+' * every_byte);
}
constexpr std::uint64_t not_plain_topic(std::uint64_t word) noexcept {
  return null_or_not_ascii(word) | wildcards(word);
}

inline std::uint64_t load_word(const char* at) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Up to eight bytes; the missing ones read as letters.
inline std::uint64_t load_short(const char* at, std::size_t count) noexcept {
  std::uint64_t word = 'a' * every_byte;
  if (count >= 4) {
    std::uint32_t front;
    std::uint32_t back;
    std::memcpy(&front, at, sizeof front);
    std::memcpy(&back, at + count - 4, sizeof back);
    return std::uint64_t{front} << 32 | back;
  }
  for (std::size_t i = 0; i < count; ++i) {
    word = word << 8 | static_cast<unsigned char>(at[i]);
  }
  return word;
}

// True when `suspicious(word)` is zero for all of the text. The last word may overlap the one
// before.
template <class Suspicious>
[[gnu::always_inline]] inline bool all_words(std::string_view text,
                                             Suspicious suspicious) noexcept {
  if (text.size() < 8) return suspicious(load_short(text.data(), text.size())) == 0;
  const char* last = text.data() + text.size() - 8;
  std::uint64_t found = suspicious(load_word(last));
  for (const char* at = text.data(); at < last; at += 8) found |= suspicious(load_word(at));
  return found == 0;
}

// ASCII without U+0000: nothing more to check.
inline bool is_plain_text(std::string_view text) noexcept {
  return all_words(text, null_or_not_ascii);
}
// The same, and without wildcards.
[[gnu::always_inline]] inline bool is_plain_topic(std::string_view text) noexcept {
  return all_words(text, not_plain_topic);
}

inline bool has_no_wildcard(std::string_view text) noexcept {
  return all_words(text, wildcards);
}

}  // namespace mqrig::wire
