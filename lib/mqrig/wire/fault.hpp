// What can be wrong with bytes that claim to be MQTT.
#pragma once

#include <cstdint>
#include <string_view>

#include <mqrig/wire/reason_code.hpp>

namespace mqrig::wire {

// A named violation of the specification. `none` is zero, so that a fault reads as a condition.
enum class Fault : std::uint8_t {
  none = 0,
  malformed_remaining_length,    // a fifth byte, or more bytes than needed [MQTT-1.5.5-1]
  malformed_variable_integer,    // the same inside a packet [MQTT-1.5.5-1]
  packet_too_large,              // beyond the maximum packet size that we announced [MQTT-3.1.2-24]
  invalid_packet_type,           // type 0, or AUTH below 5.0
  invalid_flags,                 // reserved bits of the fixed header [MQTT-2.1.3-1]
  truncated,                     // a field ends behind the packet's end
  trailing_bytes,                // bytes left behind the last field
  invalid_utf8,                  // [MQTT-1.5.4-1]
  null_character,                // [MQTT-1.5.4-2]
  invalid_qos,                   // both QoS bits set [MQTT-3.3.1-4]
  dup_at_qos_0,                  // [MQTT-3.3.1-2]
  zero_packet_id,                // [MQTT-2.2.1-3]
  invalid_topic_name,            // wildcards or empty [MQTT-3.3.2-2]
  missing_topic,                 // neither topic nor topic alias, section 3.3.2.1
  invalid_topic_filter,          // [MQTT-4.7.1-1], [MQTT-4.7.1-2], [MQTT-4.7.3-1], [MQTT-4.8.2-1]
  empty_payload,                 // SUBSCRIBE, SUBACK, UNSUBSCRIBE without an entry [MQTT-3.8.3-2]
  invalid_subscription_options,  // reserved bits [MQTT-3.8.3-5]
  undefined_subscription_option,  // QoS 3, retain handling 3, section 3.8.3.1
  shared_no_local,                // [MQTT-3.8.3-4]
  invalid_reason_code,            // a value that this packet may not carry
  invalid_protocol_name,          // [MQTT-3.1.2-1]
  unsupported_version,            // [MQTT-3.1.2-2]
  invalid_connect_flags,          // reserved bit, will bits without will, QoS 3 [MQTT-3.1.2-3]
  invalid_connack_flags,          // [MQTT-3.2.2-1]
  session_present_on_refusal,     // [MQTT-3.2.2-6]
  unknown_property,               // section 2.2.2.2
  property_not_allowed,           // defined, but not for this packet
  property_repeated,              // twice where once is the limit, section 2.2.2.2
  invalid_property_value,         // a value outside the property's range
  zero_topic_alias,               // [MQTT-3.3.2-8]
  auth_data_without_method,       // section 3.1.2.11.10
};

// One clear clause for a person, such as "the remaining length is not minimal".
std::string_view text(Fault fault) noexcept;

// What DISCONNECT (or CONNACK) should say to the peer, section 4.13.
ReasonCode reason(Fault fault) noexcept;

}  // namespace mqrig::wire
