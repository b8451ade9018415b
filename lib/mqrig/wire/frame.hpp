// Splits a byte stream into packets.
#pragma once

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

// Looks at the front of `bytes`. The frame is filled when the status is complete.
// `maximum_packet_size` bounds the whole packet, and is checked before the packet's bytes are
// there: an endless length is refused at its header [MQTT-3.1.2-24]. Reserved flag bits are refused
// here [MQTT-2.1.3-1]; in 3.1 PUBREL, SUBSCRIBE and UNSUBSCRIBE may carry DUP. Before CONNECT is
// decoded the version does not matter.
FrameResult split_frame(ByteView bytes, std::uint32_t maximum_packet_size, Frame& frame,
                        Version version = Version::mqtt_5) noexcept;

}  // namespace mqrig::wire
