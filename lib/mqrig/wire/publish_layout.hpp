// Where fields of an encoded PUBLISH stand, for those who change them in place: a packet that is
// encoded once and sent to many, each with its own packet identifier.
//
// All take a whole packet, fixed header included, that encode() made or decode() accepted.
#pragma once

#include <cstddef>

#include <mqrig/wire/types.hpp>

namespace mqrig::wire {

// The offset of the two bytes of the packet identifier; at QoS 0, where there is none, of what
// stands in its place.
std::size_t packet_id_offset(ByteView encoded_publish) noexcept;

// The offset of the four bytes of the Message Expiry Interval; 0 when the packet has none, which
// in versions below 5.0 is always.
std::size_t message_expiry_offset(ByteView encoded_publish, Version version) noexcept;

}  // namespace mqrig::wire
