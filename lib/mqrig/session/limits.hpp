// What one side of a connection may send to the other.
#pragma once

#include <cstdint>

#include <mqrig/wire/packets.hpp>

namespace mqrig::session {

// Announced by a receiver in CONNECT or CONNACK; the defaults are those of the specification for
// absent properties.
struct Limits {
  std::uint32_t maximum_packet_size = wire::max_remaining_length + 5;  // bytes, whole packet
  std::uint16_t receive_maximum = 65'535;  // QoS 1 and 2 messages not yet completed
  std::uint16_t topic_alias_maximum = 0;
  wire::QoS maximum_qos = wire::QoS::exactly_once;
  bool retain_available = true;
  bool wildcard_available = true;
  bool subscription_identifier_available = true;
  bool shared_available = true;

  // Reads the properties of CONNECT or CONNACK.
  static Limits from(wire::Properties properties) noexcept;
};

}  // namespace mqrig::session
