// Decoding of packets: views into the frame, no copies, no allocation.
//
// Each function takes a frame of the matching type (see frame.hpp) and the version that CONNECT
// agreed on, fills the packet, and returns Fault::none or what is wrong; the packet's content is
// then unspecified. All of the packet is validated: UTF-8, topic names and filters, reason codes,
// properties, lengths, trailing bytes.
#pragma once

#include <mqrig/wire/frame.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::wire {

// The version comes out of the packet. A level that is not 3, 4 or 5 gives
// Fault::unsupported_version. When the fault lies behind the level, the version is set
// nevertheless, else it is left as it was: an answer needs to know.
Fault decode(const Frame& frame, Connect& packet) noexcept;

Fault decode(const Frame& frame, Version version, Connack& packet) noexcept;
Fault decode(const Frame& frame, Version version, Publish& packet) noexcept;
// PUBACK, PUBREC, PUBREL, PUBCOMP: the frame's type decides.
Fault decode(const Frame& frame, Version version, Ack& packet) noexcept;
Fault decode(const Frame& frame, Version version, Subscribe& packet) noexcept;
Fault decode(const Frame& frame, Version version, Unsubscribe& packet) noexcept;
// SUBACK, UNSUBACK: the frame's type decides.
Fault decode(const Frame& frame, Version version, SubscriptionAck& packet) noexcept;
Fault decode(const Frame& frame, Version version, Disconnect& packet) noexcept;
Fault decode(const Frame& frame, Version version, Auth& packet) noexcept;
// PINGREQ and PINGRESP carry nothing; this says so.
Fault decode_ping(const Frame& frame) noexcept;

// Takes the next entry off the front of `entries` (of a decoded Subscribe or Unsubscribe); false
// when none is left.
bool next_subscription(ByteView& entries, Version version, Subscription& subscription) noexcept;
bool next_filter(ByteView& entries, std::string_view& filter) noexcept;

}  // namespace mqrig::wire
