// CONNACK and AUTH: the beginning of a connection, and re-authentication.
#include <mqrig/session/client_session.hpp>
#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::session {

using wire::PropertyId;
using wire::ReasonCode;
using wire::Version;

bool ClientSession::handle_connack(const wire::Frame& frame, Event& event, wire::Buffer& out,
                                   Time now) {
  wire::Connack connack;
  if (const wire::Fault fault = wire::decode(frame, version_, connack);
      fault != wire::Fault::none) {
    return fail(fault, event, out);
  }
  event.reason = connack.reason;
  event.properties = connack.properties;
  event.session_present = connack.session_present;
  if (connack.reason != ReasonCode::success) {
    close();
    event.kind = EventKind::refused;
    return true;
  }
  if (const Violation violation = check_connack(connack)) return fail(violation, event, out);
  accepted(connack, now);
  event.kind = EventKind::connected;
  return true;
}

Violation ClientSession::check_connack(const wire::Connack& connack) const noexcept {
  // With clean start there is no session on our side [MQTT-3.2.2-4]. Without it the owner asked for
  // the session of its client identifier, which may be older than this process.
  if (connack.session_present && clean_start_) {
    return {ReasonCode::protocol_error, "a session is present although a clean one was asked for"};
  }
  // [MQTT-4.12.0-5], [MQTT-4.12.0-6].
  const auto method = connack.properties.text(PropertyId::authentication_method);
  if (method.has_value() != (authentication_method_ != nullptr) ||
      (method && *method != *authentication_method_)) {
    return {ReasonCode::protocol_error, "CONNACK has another authentication method than CONNECT"};
  }
  return {};
}

void ClientSession::accepted(const wire::Connack& connack, Time now) {
  state_ = State::connected;
  answer_deadline_ = never;
  last_acknowledged_ = now;
  if (const auto seconds = connack.properties.integer(PropertyId::server_keep_alive)) {
    keep_alive_ = static_cast<std::uint16_t>(*seconds);  // [MQTT-3.2.2-21]
  }
  engine_.resume(connack.session_present, version_, Limits::from(connack.properties), own_);
}

Violation ClientSession::check_auth(const wire::Auth& auth) const noexcept {
  const auto method = auth.properties.text(PropertyId::authentication_method);
  if (!authentication_method_) {  // [MQTT-4.12.0-6]
    return {ReasonCode::protocol_error, "AUTH came although no authentication method was given"};
  }
  if (!method || *method != *authentication_method_) {  // [MQTT-4.12.0-5]
    return {ReasonCode::protocol_error, "AUTH has another authentication method"};
  }
  // The server only continues what the client began, and ends with success a re-authentication
  // only, table 3-16.
  const bool expected = state_ == State::connecting
                            ? auth.reason == ReasonCode::continue_authentication
                            : reauthenticating_ && auth.reason != ReasonCode::reauthenticate;
  if (!expected) return {ReasonCode::protocol_error, "AUTH came unasked for"};
  return {};
}

bool ClientSession::handle_auth(const wire::Frame& frame, Event& event, wire::Buffer& out,
                                Time now) {
  wire::Auth auth;
  if (const wire::Fault fault = wire::decode(frame, version_, auth); fault != wire::Fault::none) {
    return fail(fault, event, out);
  }
  if (const Violation violation = check_auth(auth)) return fail(violation, event, out);
  if (state_ == State::connecting) answer_deadline_ = now + settings_->connack_timeout;
  if (auth.reason == ReasonCode::success) reauthenticating_ = false;
  event.kind = EventKind::auth;
  event.reason = auth.reason;
  event.properties = auth.properties;
  return true;
}

std::error_code ClientSession::send_auth(ReasonCode reason, wire::Properties properties, Time now,
                                         wire::Buffer& out) {
  if (state_ == State::closed) return Error::not_connected;
  if (version_ != Version::mqtt_5) return Error::not_in_version;
  const auto method = properties.text(PropertyId::authentication_method);
  if (!authentication_method_ || !method || *method != *authentication_method_) {
    return Error::no_authentication_method;
  }
  const std::size_t start = out.size();
  const bool encoded = wire::encode(out, wire::Auth{.reason = reason, .properties = properties});
  if (!encoded || out.size() - start > engine_.peer().maximum_packet_size) {
    out.truncate(start);
    return Error::packet_too_large;
  }
  sent(now);
  return {};
}

std::error_code ClientSession::authenticate(wire::Properties properties, Time now,
                                            wire::Buffer& out) {
  return send_auth(ReasonCode::continue_authentication, properties, now, out);
}

std::error_code ClientSession::reauthenticate(wire::Properties properties, Time now,
                                              wire::Buffer& out) {
  if (state_ != State::connected) return Error::not_connected;
  const std::error_code error = send_auth(ReasonCode::reauthenticate, properties, now, out);
  if (!error) reauthenticating_ = true;
  return error;
}

}  // namespace mqrig::session
