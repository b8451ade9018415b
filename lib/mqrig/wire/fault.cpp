#include <mqrig/wire/fault.hpp>

namespace mqrig::wire {

std::string_view text(Fault fault) noexcept {
  switch (fault) {
    case Fault::none:
      return "no fault";
    case Fault::malformed_remaining_length:
      return "the remaining length is not minimal or longer than four bytes";
    case Fault::malformed_variable_integer:
      return "a variable byte integer is not minimal or longer than four bytes";
    case Fault::packet_too_large:
      return "the packet is larger than the announced maximum";
    case Fault::invalid_packet_type:
      return "the packet type is not defined in this version";
    case Fault::invalid_flags:
      return "reserved flag bits of the fixed header have a wrong value";
    case Fault::truncated:
      return "a field ends behind the end of the packet";
    case Fault::trailing_bytes:
      return "bytes are left behind the last field of the packet";
    case Fault::invalid_utf8:
      return "a string is not well-formed UTF-8";
    case Fault::null_character:
      return "a string contains the null character";
    case Fault::invalid_qos:
      return "the QoS is 3";
    case Fault::dup_at_qos_0:
      return "the DUP flag is set at QoS 0";
    case Fault::zero_packet_id:
      return "the packet identifier is 0";
    case Fault::invalid_topic_name:
      return "a topic name is empty or contains a wildcard";
    case Fault::missing_topic:
      return "there is neither a topic nor a topic alias";
    case Fault::invalid_topic_filter:
      return "a topic filter is empty or a wildcard in it is misplaced";
    case Fault::empty_payload:
      return "the packet carries no entry";
    case Fault::invalid_subscription_options:
      return "subscription options have reserved bits";
    case Fault::undefined_subscription_option:
      return "the QoS or the retain handling of a subscription is 3";
    case Fault::shared_no_local:
      return "no local is set on a shared subscription";
    case Fault::invalid_reason_code:
      return "the reason code is not defined for this packet";
    case Fault::invalid_protocol_name:
      return "the protocol name is neither MQTT nor MQIsdp";
    case Fault::unsupported_version:
      return "the protocol version is not 3.1, 3.1.1 or 5.0";
    case Fault::invalid_connect_flags:
      return "the connect flags contradict each other";
    case Fault::invalid_connack_flags:
      return "reserved connect acknowledge flags are set";
    case Fault::session_present_on_refusal:
      return "a refused connection claims a session";
    case Fault::unknown_property:
      return "a property identifier is not defined";
    case Fault::property_not_allowed:
      return "a property does not belong to this packet";
    case Fault::property_repeated:
      return "a property appears twice";
    case Fault::invalid_property_value:
      return "the value of a property is out of range";
    case Fault::zero_topic_alias:
      return "a topic alias is 0";
    case Fault::auth_data_without_method:
      return "authentication data comes without authentication method";
  }
  return "unknown fault";
}

ReasonCode reason(Fault fault) noexcept {
  switch (fault) {
    case Fault::none:
      return ReasonCode::success;
    case Fault::packet_too_large:
      return ReasonCode::packet_too_large;
    case Fault::invalid_protocol_name:
    case Fault::unsupported_version:
      return ReasonCode::unsupported_protocol_version;
    case Fault::invalid_topic_name:
      return ReasonCode::topic_name_invalid;
    case Fault::invalid_topic_filter:
      return ReasonCode::topic_filter_invalid;
    case Fault::zero_topic_alias:
      return ReasonCode::topic_alias_invalid;
    case Fault::missing_topic:
    case Fault::zero_packet_id:
    case Fault::empty_payload:
    case Fault::undefined_subscription_option:
    case Fault::shared_no_local:
    case Fault::invalid_reason_code:
    case Fault::session_present_on_refusal:
    case Fault::property_repeated:
    case Fault::invalid_property_value:
    case Fault::auth_data_without_method:
      return ReasonCode::protocol_error;
    default:
      return ReasonCode::malformed_packet;
  }
}

}  // namespace mqrig::wire
