// What a server allows and announces, on all of its connections alike.
#pragma once

#include <cstdint>

#include <mqrig/session/time.hpp>
#include <mqrig/wire/property.hpp>
#include <mqrig/wire/types.hpp>

namespace mqrig::session {

// What sessions count that share settings, CONNECT left out.
struct PacketCounts {
  std::uint64_t received = 0;  // packets
  std::uint64_t answered = 0;  // of them, at once and without the owner: PINGREQ, PUBREC, PUBREL
};

struct ServerSettings {
  // From open() until all of CONNECT is there, and until an authentication is complete.
  Duration connect_timeout = std::chrono::seconds(10);
  // Bytes of a whole packet that are accepted, in every version; 5.0 clients are told.
  std::uint32_t maximum_packet_size = wire::max_remaining_length + 5;
  // Bytes of the first packet: nothing is known of the peer yet, so that it is believed less. Every
  // CONNECT below 5.0 fits (client identifier, will, user name and password are five fields of at
  // most 65,537 bytes each), with 64 KiB left for properties.
  std::uint32_t maximum_connect_size = 384 * 1024;
  std::uint16_t receive_maximum = 65'535;  // QoS 1 and 2 messages of a 5.0 client, at least 1
  std::uint16_t topic_alias_maximum = 10;  // of a 5.0 client; 0: it may use none
  PacketCounts* counts = nullptr;          // null: nobody wants to know; not owned

  // Adds what a CONNACK has to say of this, where it differs from what an absent property means
  // [MQTT-3.2.2-15] [MQTT-3.2.2-17]. The same for all connections.
  void announce(wire::PropertyWriter& properties) const;
};

}  // namespace mqrig::session
