// Splits a byte stream into packets.
#pragma once

#include <array>
#include <cstdint>

#include <mqrig/wire/fault.hpp>
#include <mqrig/wire/types.hpp>

namespace mqrig::wire {

// One whole packet: its first byte and what follows the remaining length.
struct Frame {
  std::uint8_t first_byte = 0;
  ByteView body;
  std::size_t size = 0;  // of the whole packet, fixed header included

  PacketType type() const noexcept { return static_cast<PacketType>(first_byte >> 4); }
  std::uint8_t flags() const noexcept { return first_byte & 0x0F; }
};

enum class FrameStatus : std::uint8_t { complete, need_more, invalid };

struct FrameResult {
  FrameStatus status = FrameStatus::need_more;
  Fault fault = Fault::none;  // with `invalid`
  std::size_t wanted =
      0;  // with `need_more`: size of the whole packet as far as it is known, else 0
};

namespace detail {

// First bytes that every version accepts: flags 0, but 2 for PUBREL, SUBSCRIBE and UNSUBSCRIBE, and
// any for PUBLISH, table 2-2.
constexpr bool is_plain_first_byte(std::uint8_t byte) noexcept {
  const unsigned type = byte >> 4U;
  const unsigned flags = byte & 0x0FU;
  if (type == 3) return true;
  const bool two = type == 6 || type == 8 || type == 10;
  return type != 0 && flags == (two ? 2U : 0U);
}

inline constexpr auto plain_first_bytes = [] {
  std::array<bool, 256> plain{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    plain[byte] = is_plain_first_byte(static_cast<std::uint8_t>(byte));
  }
  return plain;
}();

FrameResult split_any_frame(ByteView bytes, std::uint32_t maximum_packet_size, Frame& frame,
                            Version version) noexcept;

}  // namespace detail

// Looks at the front of `bytes`. The frame is filled when the status is complete.
// `maximum_packet_size` bounds the whole packet, and is checked before the packet's bytes are
// there: an endless length is refused at its header [MQTT-3.1.2-24]. Reserved flag bits are refused
// here [MQTT-2.1.3-1]; in 3.1 PUBREL, SUBSCRIBE and UNSUBSCRIBE may carry DUP. Before CONNECT is
// decoded the version does not matter.
inline FrameResult split_frame(ByteView bytes, std::uint32_t maximum_packet_size, Frame& frame,
                               Version version = Version::mqtt_5) noexcept {
  // Whole packets with one byte of remaining length make up most of a busy stream.
  if (bytes.size() >= 2) {
    const std::size_t size = 2U + bytes[1];
    if (bytes[1] < 0x80 && bytes.size() >= size && size <= maximum_packet_size &&
        detail::plain_first_bytes[bytes[0]]) {
      frame = Frame{bytes[0], bytes.subspan(2, size - 2), size};
      return {FrameStatus::complete, Fault::none, 0};
    }
  }
  return detail::split_any_frame(bytes, maximum_packet_size, frame, version);
}

}  // namespace mqrig::wire
