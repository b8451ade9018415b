#include <mqrig/session/server_session.hpp>

#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::session {

using wire::PacketType;
using wire::PropertyId;
using wire::ReasonCode;
using wire::Version;

void ServerSession::open(Time now) noexcept {
  close();
  state_ = State::awaiting_connect;
  last_received_ = now;
  keep_alive_ = 0;
  turn_ = Turn::none;
  has_method_ = false;
  reading_ = true;
}

void ServerSession::close() noexcept {
  state_ = State::closed;
  if (engine_ != nullptr) engine_->connection_lost();
  engine_ = nullptr;
}

bool ServerSession::read(wire::ByteView& in, Time now, ServerEvent& event, wire::Buffer& out) {
  if (state_ == State::awaiting_connect) return read_connect(in, event, out);
  if (state_ == State::authenticating) return read_auth(in, event, out);
  if (state_ == State::connected && engine_->sender().has_refused()) {
    return engine_->take_refused(event);
  }
  while (state_ == State::connected) {
    wire::Frame frame;
    const wire::FrameResult result =
        wire::split_frame(in, settings_->maximum_packet_size, frame, version_);
    if (result.status == wire::FrameStatus::need_more) return false;
    if (result.status == wire::FrameStatus::invalid) return fail(result.fault, event, out);
    in = in.subspan(frame.size);
    last_received_ = now;
    const std::size_t start = out.size();
    const bool reported = handle(frame, event, out);
    if (settings_->counts != nullptr) count(out.size() != start);
    if (reported) return true;
  }
  return false;
}

void ServerSession::count(bool answered) const noexcept {
  ++settings_->counts->received;
  if (answered) ++settings_->counts->answered;
}

// SUBSCRIBE and UNSUBSCRIBE: an identifier, properties and entries.
template <class Request>
bool ServerSession::handle_request(const wire::Frame& frame, EventKind kind, ServerEvent& event,
                                   wire::Buffer& out) {
  Request packet;
  if (const wire::Fault fault = wire::decode(frame, version_, packet); fault != wire::Fault::none) {
    return fail(fault, event, out);
  }
  event.kind = kind;
  event.packet_id = packet.packet_id;
  event.properties = packet.properties;
  event.entries = packet.entries;
  return true;
}

bool ServerSession::handle(const wire::Frame& frame, ServerEvent& event, wire::Buffer& out) {
  switch (frame.type()) {
    case PacketType::publish:
    case PacketType::puback:
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp:
      if (const Violation violation = engine_->handle(frame, event, out)) {
        return fail(violation, event, out);
      }
      return event.kind != EventKind::none;
    case PacketType::subscribe:
      return handle_request<wire::Subscribe>(frame, EventKind::subscribe, event, out);
    case PacketType::unsubscribe:
      return handle_request<wire::Unsubscribe>(frame, EventKind::unsubscribe, event, out);
    case PacketType::pingreq:
      if (const wire::Fault fault = wire::decode_ping(frame); fault != wire::Fault::none) {
        return fail(fault, event, out);
      }
      wire::encode_pingresp(out);  // [MQTT-3.12.4-1]
      return false;
    case PacketType::disconnect:
      return handle_disconnect(frame, event, out);
    case PacketType::connect:
      return fail({ReasonCode::protocol_error, "a second CONNECT came"}, event, out);
    case PacketType::auth:
      return handle_auth(frame, event, out);
    default:
      return fail({ReasonCode::protocol_error, "a packet came that only servers send"}, event, out);
  }
}

bool ServerSession::handle_disconnect(const wire::Frame& frame, ServerEvent& event,
                                      wire::Buffer& out) {
  wire::Disconnect packet;
  if (const wire::Fault fault = wire::decode(frame, version_, packet); fault != wire::Fault::none) {
    return fail(fault, event, out);
  }
  // A session that was to end with the connection cannot be kept after all, section 3.14.2.2.2.
  if (session_expires_at_once_ &&
      packet.properties.integer(PropertyId::session_expiry_interval).value_or(0) != 0) {
    return fail({ReasonCode::protocol_error,
                 "DISCONNECT sets a session expiry interval although CONNECT set none"},
                event, out);
  }
  close();
  event.kind = EventKind::disconnected;
  event.reason = packet.reason;
  event.properties = packet.properties;
  return true;
}

bool ServerSession::fail(Violation violation, ServerEvent& event, wire::Buffer& out) {
  if (state_ == State::authenticating) {  // [MQTT-4.12.0-4]
    state_ = State::deciding;
    refuse(violation.reason, {}, out);
  }
  disconnect(violation.reason, {}, out);
  event.kind = EventKind::fault;
  event.reason = violation.reason;
  event.detail = violation.detail;
  event.properties = {};
  return true;
}

bool ServerSession::fail(wire::Fault fault, ServerEvent& event, wire::Buffer& out) {
  return fail({wire::reason(fault), wire::text(fault)}, event, out);
}

}  // namespace mqrig::session
