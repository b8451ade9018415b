// Decimal digits of fixed and of any width, the quick way.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace mqrig::payload {

namespace detail {
constexpr std::array<char, 200> make_digit_pairs() {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}
inline constexpr std::array<char, 200> digit_pairs = make_digit_pairs();
}  // namespace detail

// Two digits of a value below 100.
template <typename Byte>
inline void put_two_digits(Byte* to, std::uint32_t value) noexcept {
  std::memcpy(to, &detail::digit_pairs[2 * value], 2);
}

// Six digits of a value below 1,000,000.
template <typename Byte>
inline void put_six_digits(Byte* to, std::uint32_t value) noexcept {
  put_two_digits(to, value / 10'000);
  put_two_digits(to + 2, value / 100 % 100);
  put_two_digits(to + 4, value % 100);
}

// Nine digits of a value below 1,000,000,000.
template <typename Byte>
inline void put_nine_digits(Byte* to, std::uint32_t value) noexcept {
  put_six_digits(to, value / 1000);
  put_two_digits(to + 6, value / 10 % 100);
  to[8] = static_cast<Byte>('0' + value % 10);
}

// As many digits as the value needs, at most 20; returns the end.
inline std::uint8_t* put_number(std::uint8_t* to, std::uint64_t value) noexcept {
  if (value < 10) {
    *to = static_cast<std::uint8_t>('0' + value);
    return to + 1;
  }
  char* begin = reinterpret_cast<char*>(to);
  return reinterpret_cast<std::uint8_t*>(std::to_chars(begin, begin + 20, value).ptr);
}

}  // namespace mqrig::payload
