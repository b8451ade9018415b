// AUTH: enhanced authentication behind CONNECT, and re-authentication.
#include <mqrig/session/server_session.hpp>
#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::session {

using wire::PacketType;
using wire::PropertyId;
using wire::ReasonCode;

// Nothing is known of the peer yet: it is believed no more than with CONNECT.
bool ServerSession::read_auth(wire::ByteView& in, ServerEvent& event, wire::Buffer& out) {
  wire::Frame frame;
  const wire::FrameResult result =
      wire::split_frame(in, settings_->maximum_connect_size, frame, version_);
  if (result.status == wire::FrameStatus::need_more) return false;
  if (result.status == wire::FrameStatus::invalid) return fail(result.fault, event, out);
  in = in.subspan(frame.size);
  switch (frame.type()) {
    case PacketType::auth:
      return handle_auth(frame, event, out);
    case PacketType::disconnect:
      return handle_disconnect(frame, event, out);
    default:  // [MQTT-3.1.2-30]
      return fail({ReasonCode::protocol_error, "a packet came before the authentication was over"},
                  event, out);
  }
}

bool ServerSession::handle_auth(const wire::Frame& frame, ServerEvent& event, wire::Buffer& out) {
  wire::Auth auth;
  if (const wire::Fault fault = wire::decode(frame, version_, auth); fault != wire::Fault::none) {
    return fail(fault, event, out);
  }
  if (const Violation violation = check_auth(auth)) return fail(violation, event, out);
  if (state_ == State::authenticating) {
    state_ = State::deciding;
  } else {
    turn_ = Turn::owner;
  }
  event.kind = EventKind::auth;
  event.reason = auth.reason;
  event.properties = auth.properties;
  return true;
}

Violation ServerSession::check_auth(const wire::Auth& auth) const noexcept {
  if (!has_method_) {  // [MQTT-4.12.0-7]
    return {ReasonCode::protocol_error, "AUTH came although no method was agreed"};
  }
  if (!auth.properties.find(PropertyId::authentication_method)) {  // [MQTT-4.12.0-5]
    return {ReasonCode::protocol_error, "AUTH came without an authentication method"};
  }
  // The client answers with 0x18 [MQTT-4.12.0-3], and begins anew with 0x19 [MQTT-4.12.1-1].
  const bool answers = state_ == State::authenticating || turn_ == Turn::client;
  const bool expected = answers ? auth.reason == ReasonCode::continue_authentication
                                : turn_ == Turn::none && auth.reason == ReasonCode::reauthenticate;
  if (!expected) return {ReasonCode::protocol_error, "AUTH came out of turn"};
  return {};
}

std::error_code ServerSession::send_auth(ReasonCode reason, wire::Properties properties,
                                         wire::Buffer& out) {
  const std::size_t start = out.size();
  const bool encoded = wire::encode(out, wire::Auth{.reason = reason, .properties = properties});
  if (encoded && out.size() - start <= client_limits_.maximum_packet_size) return {};
  out.truncate(start);  // [MQTT-3.1.2-24]
  disconnect(ReasonCode::packet_too_large, {}, out);
  return Error::packet_too_large;
}

std::error_code ServerSession::authenticate(wire::Properties properties, wire::Buffer& out) {
  const bool connected = state_ == State::connected;
  if (!connected && state_ != State::deciding) return Error::not_connected;
  if (!has_method_ || (connected && turn_ != Turn::owner)) {  // [MQTT-4.12.0-6]
    return Error::no_authentication_method;
  }
  const std::error_code error = send_auth(ReasonCode::continue_authentication, properties, out);
  if (error) return error;
  if (connected) {
    turn_ = Turn::client;
  } else {
    state_ = State::authenticating;
  }
  return {};
}

std::error_code ServerSession::authenticated(wire::Properties properties, wire::Buffer& out) {
  if (state_ != State::connected) return Error::not_connected;
  if (turn_ != Turn::owner) return Error::no_authentication_method;
  turn_ = Turn::none;
  return send_auth(ReasonCode::success, properties, out);
}

}  // namespace mqrig::session
