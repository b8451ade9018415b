// Why the session did not take a request: faults of ours, not of the peer.
#pragma once

#include <system_error>

namespace mqrig::session {

// Nothing was sent and no state changed when one of these is returned.
enum class Error {
  none = 0,
  would_block,               // as many messages in flight as receiver and settings allow: await an
                             // acknowledgement
  not_connected,             // no CONNACK yet, or the connection has ended
  packet_too_large,          // beyond the peer's Maximum Packet Size [MQTT-3.2.2-15]
  qos_not_supported,         // beyond the server's Maximum QoS [MQTT-3.2.2-11]
  retain_not_supported,      // [MQTT-3.2.2-14]
  topic_alias_invalid,       // beyond the server's Topic Alias Maximum [MQTT-3.2.2-17]
  shared_not_supported,      // section 3.2.2.3.13
  wildcard_not_supported,    // section 3.2.2.3.11
  identifier_not_supported,  // subscription identifiers, section 3.2.2.3.12
  not_in_version,            // a feature of 5.0 on an older connection
  no_authentication_method,  // AUTH without a method in CONNECT [MQTT-4.12.0-7]
  corrupt_state,             // restore() of bytes that dump() did not write
  invalid_topic,             // a topic or response topic that is no topic name [MQTT-3.3.2-2]
  invalid_filter,            // a topic filter that no packet may carry, or none [MQTT-3.8.3-2]
  shared_no_local,           // no local on a shared subscription [MQTT-3.8.3-4]
  identifier_in_publish,     // only servers send subscription identifiers [MQTT-3.3.4-6]
};

const std::error_category& error_category() noexcept;
inline std::error_code make_error_code(Error error) noexcept {
  return {static_cast<int>(error), error_category()};
}

}  // namespace mqrig::session

template <>
struct std::is_error_code_enum<mqrig::session::Error> : std::true_type {};
