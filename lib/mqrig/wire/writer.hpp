// A cursor that writes fields into memory whose size was computed before. Internal to this room.
#pragma once

#include <cstring>
#include <string_view>

#include <mqrig/wire/buffer.hpp>
#include <mqrig/wire/types.hpp>

namespace mqrig::wire {

constexpr std::size_t variable_size(std::size_t value) noexcept {
  return value < 128 ? 1 : value < 16'384 ? 2 : value < 2'097'152 ? 3 : 4;
}

// memcpy() that does without a call for the sizes of most topics and small payloads.
inline void copy_bytes(std::uint8_t* to, const std::uint8_t* from, std::size_t size) noexcept {
  if (size >= 16 && size <= 32) {
    std::memcpy(to, from, 16);
    std::memcpy(to + size - 16, from + size - 16, 16);
  } else if (size >= 8 && size < 16) {
    std::memcpy(to, from, 8);
    std::memcpy(to + size - 8, from + size - 8, 8);
  } else if (size > 0) {
    std::memcpy(to, from, size);
  }
}

class Writer {
 public:
  explicit Writer(std::uint8_t* at) noexcept : at_(at) {}

  std::uint8_t* at() const noexcept { return at_; }

  void byte(std::uint8_t value) noexcept { *at_++ = value; }
  void two_bytes(std::uint16_t value) noexcept {
    at_[0] = static_cast<std::uint8_t>(value >> 8);
    at_[1] = static_cast<std::uint8_t>(value);
    at_ += 2;
  }
  void four_bytes(std::uint32_t value) noexcept {
    two_bytes(static_cast<std::uint16_t>(value >> 16));
    two_bytes(static_cast<std::uint16_t>(value));
  }
  void variable(std::size_t value) noexcept {
    while (value >= 128) {
      byte(static_cast<std::uint8_t>(value | 0x80));
      value >>= 7;
    }
    byte(static_cast<std::uint8_t>(value));
  }
  void bytes(ByteView value) noexcept {
    copy_bytes(at_, value.data(), value.size());
    at_ += value.size();
  }
  void binary(ByteView value) noexcept {
    two_bytes(static_cast<std::uint16_t>(value.size()));
    bytes(value);
  }
  void text(std::string_view value) noexcept { binary(as_bytes(value)); }

 private:
  std::uint8_t* at_;
};

// Appends one packet: `write(Writer&)` fills in exactly `body_size` bytes behind the fixed header.
// False, and nothing appended, when the body is too large for the protocol.
template <class Write>
bool append_packet(Buffer& out, std::uint8_t first_byte, std::size_t body_size, Write&& write) {
  if (body_size > max_remaining_length) return false;
  const std::size_t size = 1 + variable_size(body_size) + body_size;
  Writer writer(out.prepare(size));
  writer.byte(first_byte);
  writer.variable(body_size);
  write(writer);
  out.commit(size);
  return true;
}

constexpr std::uint8_t first_byte(PacketType type, unsigned flags = 0) noexcept {
  return static_cast<std::uint8_t>(static_cast<unsigned>(type) << 4 | flags);
}

}  // namespace mqrig::wire
