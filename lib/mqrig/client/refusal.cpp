#include <mqrig/client/refusal.hpp>

namespace mqrig::client {

using wire::ReasonCode;

bool is_permanent(ReasonCode reason) noexcept {
  switch (reason) {
    case ReasonCode::success:
    case ReasonCode::unspecified_error:
    case ReasonCode::implementation_specific_error:
    case ReasonCode::server_unavailable:
    case ReasonCode::server_busy:
    case ReasonCode::server_shutting_down:
    case ReasonCode::keep_alive_timeout:
    case ReasonCode::receive_maximum_exceeded:
    case ReasonCode::message_rate_too_high:
    case ReasonCode::quota_exceeded:
    case ReasonCode::connection_rate_exceeded:
    case ReasonCode::maximum_connect_time:
      return false;
    default:
      return true;
  }
}

bool concerns_one_server(ReasonCode reason) noexcept {
  return !is_permanent(reason) || reason == ReasonCode::use_another_server ||
         reason == ReasonCode::server_moved || reason == ReasonCode::unsupported_protocol_version;
}

FailureKind kind_of(ReasonCode reason, bool connected) noexcept {
  switch (reason) {
    case ReasonCode::bad_user_name_or_password:
    case ReasonCode::not_authorized:
    case ReasonCode::banned:
    case ReasonCode::bad_authentication_method:
      return FailureKind::not_authorised;
    default:
      return connected ? FailureKind::disconnected : FailureKind::refused;
  }
}

std::string_view advice(ReasonCode reason) noexcept {
  switch (reason) {
    case ReasonCode::bad_user_name_or_password:
      return "check --username and the password";
    case ReasonCode::not_authorized:
      return "check the credentials and the broker's access rules";
    case ReasonCode::client_identifier_not_valid:
      return "try another --id";
    case ReasonCode::unsupported_protocol_version:
      return "try another --protocol-version";
    case ReasonCode::session_taken_over:
      return "another client uses the same client id; give each its own --id";
    case ReasonCode::packet_too_large:
      return "a packet was above the broker's limit";
    case ReasonCode::bad_authentication_method:
      return "the broker wants another authentication method";
    default:
      return {};
  }
}

std::string_view guess_peer(std::string_view first_bytes) noexcept {
  if (first_bytes.substr(0, 5) == "HTTP/") {
    return "the peer speaks HTTP: is this the broker's port?";
  }
  if (first_bytes.substr(0, 2) == "\x15\x03") {
    return "the peer speaks TLS: give --tls, or a URL of mqtts://";
  }
  if (first_bytes.substr(0, 4) == "SSH-") return "the peer speaks SSH: is this the broker's port?";
  return "is this the port of an MQTT broker?";
}

}  // namespace mqrig::client
