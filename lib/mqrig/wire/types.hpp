// The vocabulary of the wire: protocol versions, packet types, qualities of service.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace mqrig::wire {

// Bytes that somebody else owns. Views that decoding returns live as long as the bytes they were
// decoded from.
using ByteView = std::span<const std::uint8_t>;

// The protocol level byte of CONNECT. MQTT 3.1 differs from 3.1.1 in its protocol name (MQIsdp)
// only.
enum class Version : std::uint8_t { mqtt_3_1 = 3, mqtt_3_1_1 = 4, mqtt_5 = 5 };

// Control packet types, section 2.1.2 of MQTT 5.0.
enum class PacketType : std::uint8_t {
  connect = 1,
  connack = 2,
  publish = 3,
  puback = 4,
  pubrec = 5,
  pubrel = 6,
  pubcomp = 7,
  subscribe = 8,
  suback = 9,
  unsubscribe = 10,
  unsuback = 11,
  pingreq = 12,
  pingresp = 13,
  disconnect = 14,
  auth = 15,
};

enum class QoS : std::uint8_t { at_most_once = 0, at_least_once = 1, exactly_once = 2 };

// Packet identifiers are 1 to 65,535 [MQTT-2.2.1-3]; 0 means that a packet carries none.
using PacketId = std::uint16_t;

// The largest remaining length that four variable bytes can express, section 1.5.5.
inline constexpr std::uint32_t max_remaining_length = 268'435'455;

// "PUBLISH", "PUBACK" and so on, as the specification writes them.
std::string_view name(PacketType type) noexcept;

// "3.1", "3.1.1", "5.0".
std::string_view name(Version version) noexcept;

inline ByteView as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace mqrig::wire
