// The few primitives in which session state is saved: big-endian integers, floating-point
// numbers and length-prefixed bytes.
#pragma once

#include <bit>
#include <cstdint>

#include <mqrig/wire/buffer.hpp>

namespace mqrig::session {

template <typename Integer>
void put_integer(wire::Buffer& out, Integer value) {
  std::uint8_t* bytes = out.prepare(sizeof value);
  for (std::size_t index = 0; index < sizeof value; ++index) {
    bytes[index] = static_cast<std::uint8_t>(value >> (8 * (sizeof value - 1 - index)));
  }
  out.commit(sizeof value);
}

inline void put_u8(wire::Buffer& out, std::uint8_t value) {
  put_integer(out, value);
}
inline void put_u32(wire::Buffer& out, std::uint32_t value) {
  put_integer(out, value);
}
inline void put_u64(wire::Buffer& out, std::uint64_t value) {
  put_integer(out, value);
}
inline void put_double(wire::Buffer& out, double value) {
  put_u64(out, std::bit_cast<std::uint64_t>(value));
}
inline void put_bytes(wire::Buffer& out, wire::ByteView bytes) {
  put_u32(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

// Each takes what it reads off the front of `in`; false when the bytes end too early.
template <typename Integer>
bool get_integer(wire::ByteView& in, Integer& value) noexcept {
  if (in.size() < sizeof value) return false;
  value = 0;
  for (std::size_t index = 0; index < sizeof value; ++index) {
    value = static_cast<Integer>((std::uint64_t{value} << 8) | in[index]);
  }
  in = in.subspan(sizeof value);
  return true;
}

inline bool get_u8(wire::ByteView& in, std::uint8_t& value) noexcept {
  return get_integer(in, value);
}
inline bool get_u32(wire::ByteView& in, std::uint32_t& value) noexcept {
  return get_integer(in, value);
}
inline bool get_u64(wire::ByteView& in, std::uint64_t& value) noexcept {
  return get_integer(in, value);
}
inline bool get_double(wire::ByteView& in, double& value) noexcept {
  std::uint64_t bits = 0;
  if (!get_u64(in, bits)) return false;
  value = std::bit_cast<double>(bits);
  return true;
}
inline bool get_bytes(wire::ByteView& in, wire::ByteView& bytes) noexcept {
  std::uint32_t size = 0;
  if (!get_u32(in, size) || in.size() < size) return false;
  bytes = in.first(size);
  in = in.subspan(size);
  return true;
}

}  // namespace mqrig::session
