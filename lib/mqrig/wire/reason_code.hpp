// Reason codes of MQTT 5.0 (section 2.4); the return codes of 3.1 and 3.1.1 are translated to them
// on the wire.
#pragma once

#include <cstdint>
#include <string_view>

#include <mqrig/wire/types.hpp>

namespace mqrig::wire {

enum class ReasonCode : std::uint8_t {
  success = 0x00,  // also: normal disconnection, granted QoS 0
  granted_qos_1 = 0x01,
  granted_qos_2 = 0x02,
  disconnect_with_will = 0x04,
  no_matching_subscribers = 0x10,
  no_subscription_existed = 0x11,
  continue_authentication = 0x18,
  reauthenticate = 0x19,
  unspecified_error = 0x80,
  malformed_packet = 0x81,
  protocol_error = 0x82,
  implementation_specific_error = 0x83,
  unsupported_protocol_version = 0x84,
  client_identifier_not_valid = 0x85,
  bad_user_name_or_password = 0x86,
  not_authorized = 0x87,
  server_unavailable = 0x88,
  server_busy = 0x89,
  banned = 0x8A,
  server_shutting_down = 0x8B,
  bad_authentication_method = 0x8C,
  keep_alive_timeout = 0x8D,
  session_taken_over = 0x8E,
  topic_filter_invalid = 0x8F,
  topic_name_invalid = 0x90,
  packet_identifier_in_use = 0x91,
  packet_identifier_not_found = 0x92,
  receive_maximum_exceeded = 0x93,
  topic_alias_invalid = 0x94,
  packet_too_large = 0x95,
  message_rate_too_high = 0x96,
  quota_exceeded = 0x97,
  administrative_action = 0x98,
  payload_format_invalid = 0x99,
  retain_not_supported = 0x9A,
  qos_not_supported = 0x9B,
  use_another_server = 0x9C,
  server_moved = 0x9D,
  shared_subscriptions_not_supported = 0x9E,
  connection_rate_exceeded = 0x9F,
  maximum_connect_time = 0xA0,
  subscription_identifiers_not_supported = 0xA1,
  wildcard_subscriptions_not_supported = 0xA2,
};

constexpr bool is_error(ReasonCode code) noexcept {
  return static_cast<std::uint8_t>(code) >= 0x80;
}

// True where the specification lists the value for the packet (CONNACK, PUBACK, PUBREC, PUBREL,
// PUBCOMP, SUBACK, UNSUBACK, DISCONNECT, AUTH).
bool allowed(ReasonCode code, PacketType packet) noexcept;

// "Not authorized", as the specification names it; the packet decides between the three names of
// 0x00. An unlisted value reads "Unknown reason code".
std::string_view name(ReasonCode code, PacketType packet) noexcept;

// The return codes of CONNACK in 3.1 and 3.1.1 (0 to 5; some brokers send 5.0's codes, those pass
// unchanged).
ReasonCode from_connect_return_code(std::uint8_t code) noexcept;
std::uint8_t to_connect_return_code(ReasonCode code) noexcept;

}  // namespace mqrig::wire
