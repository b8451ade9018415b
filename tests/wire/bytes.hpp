// Bytes as tests write them down.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <mqrig/wire/decode.hpp>

namespace mqrig::wire::test {

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::array all_versions{Version::mqtt_3_1, Version::mqtt_3_1_1, Version::mqtt_5};

inline Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// "30 0A ff": two digits a byte.
inline Bytes hex(std::string_view digits) {
  const auto value = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 3) {
    bytes.push_back(static_cast<std::uint8_t>(value(digits[i]) << 4 | value(digits[i + 1])));
  }
  return bytes;
}

inline Bytes raw(std::string_view text) {
  return {text.begin(), text.end()};
}

// With two bytes of length in front.
inline Bytes text(std::string_view content) {
  const auto size = content.size();
  return Bytes{static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)} +
         raw(content);
}

inline Bytes variable(std::size_t value) {
  Bytes bytes;
  for (; value >= 128; value >>= 7) bytes.push_back(static_cast<std::uint8_t>(value | 0x80));
  bytes.push_back(static_cast<std::uint8_t>(value));
  return bytes;
}

// Property length and properties.
inline Bytes properties(const Bytes& encoded) {
  return variable(encoded.size()) + encoded;
}

inline Bytes packet(std::uint8_t first_byte, const Bytes& body) {
  return Bytes{first_byte} + variable(body.size()) + body;
}

inline Frame frame_of(const Bytes& bytes, Version version = Version::mqtt_5) {
  Frame frame;
  const FrameResult result = split_frame(bytes, 0xFFFF'FFFF, frame, version);
  REQUIRE(result.status == FrameStatus::complete);
  REQUIRE(frame.size == bytes.size());
  return frame;
}

// What decoding says about these bytes; the packet itself is of no interest.
template <class Packet>
Fault fault_of(const Bytes& bytes, Version version) {
  Packet decoded;
  return decode(frame_of(bytes), version, decoded);
}

}  // namespace mqrig::wire::test
