#include <mqrig/wire/reason_code.hpp>

#include <algorithm>
#include <array>

namespace mqrig::wire {

namespace {

constexpr std::uint16_t in(PacketType type) {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(type));
}

constexpr std::uint16_t connack = in(PacketType::connack);
constexpr std::uint16_t puback = in(PacketType::puback) | in(PacketType::pubrec);
constexpr std::uint16_t pubrel = in(PacketType::pubrel) | in(PacketType::pubcomp);
constexpr std::uint16_t suback = in(PacketType::suback);
constexpr std::uint16_t unsuback = in(PacketType::unsuback);
constexpr std::uint16_t disconnect = in(PacketType::disconnect);
constexpr std::uint16_t auth = in(PacketType::auth);

struct Row {
  ReasonCode code;
  std::uint16_t packets;  // bit n: listed for packet type n
  std::string_view name;
};

using enum ReasonCode;

// Table 2-6, in the order of the values.
constexpr std::array table{
    Row{success, connack | puback | pubrel | suback | unsuback | disconnect | auth, "Success"},
    Row{granted_qos_1, suback, "Granted QoS 1"},
    Row{granted_qos_2, suback, "Granted QoS 2"},
    Row{disconnect_with_will, disconnect, "Disconnect with Will Message"},
    Row{no_matching_subscribers, puback, "No matching subscribers"},
    Row{no_subscription_existed, unsuback, "No subscription existed"},
    Row{continue_authentication, auth, "Continue authentication"},
    Row{reauthenticate, auth, "Re-authenticate"},
    Row{unspecified_error, connack | puback | suback | unsuback | disconnect, "Unspecified error"},
    Row{malformed_packet, connack | disconnect, "Malformed Packet"},
    Row{protocol_error, connack | disconnect, "Protocol Error"},
    Row{implementation_specific_error, connack | puback | suback | unsuback | disconnect,
        "Implementation specific error"},
    Row{unsupported_protocol_version, connack, "Unsupported Protocol Version"},
    Row{client_identifier_not_valid, connack, "Client Identifier not valid"},
    Row{bad_user_name_or_password, connack, "Bad User Name or Password"},
    Row{not_authorized, connack | puback | suback | unsuback | disconnect, "Not authorized"},
    Row{server_unavailable, connack, "Server unavailable"},
    Row{server_busy, connack | disconnect, "Server busy"},
    Row{banned, connack, "Banned"},
    Row{server_shutting_down, disconnect, "Server shutting down"},
    Row{bad_authentication_method, connack | disconnect, "Bad authentication method"},
    Row{keep_alive_timeout, disconnect, "Keep Alive timeout"},
    Row{session_taken_over, disconnect, "Session taken over"},
    Row{topic_filter_invalid, suback | unsuback | disconnect, "Topic Filter invalid"},
    Row{topic_name_invalid, connack | puback | disconnect, "Topic Name invalid"},
    Row{packet_identifier_in_use, puback | suback | unsuback, "Packet Identifier in use"},
    Row{packet_identifier_not_found, pubrel, "Packet Identifier not found"},
    Row{receive_maximum_exceeded, disconnect, "Receive Maximum exceeded"},
    Row{topic_alias_invalid, disconnect, "Topic Alias invalid"},
    Row{packet_too_large, connack | disconnect, "Packet too large"},
    Row{message_rate_too_high, disconnect, "Message rate too high"},
    Row{quota_exceeded, connack | puback | suback | disconnect, "Quota exceeded"},
    Row{administrative_action, disconnect, "Administrative action"},
    Row{payload_format_invalid, connack | puback | disconnect, "Payload format invalid"},
    Row{retain_not_supported, connack | disconnect, "Retain not supported"},
    Row{qos_not_supported, connack | disconnect, "QoS not supported"},
    Row{use_another_server, connack | disconnect, "Use another server"},
    Row{server_moved, connack | disconnect, "Server moved"},
    Row{shared_subscriptions_not_supported, suback | disconnect,
        "Shared Subscriptions not supported"},
    Row{connection_rate_exceeded, connack | disconnect, "Connection rate exceeded"},
    Row{maximum_connect_time, disconnect, "Maximum connect time"},
    Row{subscription_identifiers_not_supported, suback | disconnect,
        "Subscription Identifiers not supported"},
    Row{wildcard_subscriptions_not_supported, suback | disconnect,
        "Wildcard Subscriptions not supported"},
};

const Row* find(ReasonCode code) noexcept {
  const auto* row = std::lower_bound(table.begin(), table.end(), code,
                                     [](const Row& a, ReasonCode b) { return a.code < b; });
  return row != table.end() && row->code == code ? row : nullptr;
}

}  // namespace

bool allowed(ReasonCode code, PacketType packet) noexcept {
  const Row* row = find(code);
  return row != nullptr && (row->packets & in(packet)) != 0;
}

std::string_view name(ReasonCode code, PacketType packet) noexcept {
  if (code == success && packet == PacketType::suback) return "Granted QoS 0";
  if (code == success && packet == PacketType::disconnect) return "Normal disconnection";
  const Row* row = find(code);
  return row != nullptr ? row->name : "Unknown reason code";
}

ReasonCode from_connect_return_code(std::uint8_t code) noexcept {
  switch (code) {
    case 0:
      return success;
    case 1:
      return unsupported_protocol_version;
    case 2:
      return client_identifier_not_valid;
    case 3:
      return server_unavailable;
    case 4:
      return bad_user_name_or_password;
    case 5:
      return not_authorized;
    default:
      return code >= 0x80 ? static_cast<ReasonCode>(code) : unspecified_error;
  }
}

std::uint8_t to_connect_return_code(ReasonCode code) noexcept {
  switch (code) {
    case success:
      return 0;
    case unsupported_protocol_version:
      return 1;
    case client_identifier_not_valid:
      return 2;
    case bad_user_name_or_password:
      return 4;
    case not_authorized:
    case banned:
    case bad_authentication_method:
      return 5;
    default:
      return 3;
  }
}

}  // namespace mqrig::wire
