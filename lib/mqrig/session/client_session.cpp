#include <mqrig/session/client_session.hpp>

#include <algorithm>

#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::session {

using wire::PacketType;
using wire::PropertyId;
using wire::ReasonCode;
using wire::Version;

void ClientSession::open(const wire::Connect& connect, Time now, wire::Buffer& out) {
  close();
  state_ = State::connecting;
  version_ = connect.version;
  clean_start_ = connect.clean_start;
  keep_alive_ = connect.keep_alive;
  // Below 5.0 the properties are not sent, and mean nothing.
  const wire::Properties properties =
      version_ == Version::mqtt_5 ? connect.properties : wire::Properties();
  own_ = Limits::from(properties);
  own_.maximum_packet_size = std::min(own_.maximum_packet_size, settings_->maximum_packet_size);
  const auto method = properties.text(PropertyId::authentication_method);
  authentication_method_ = method ? std::make_unique<std::string>(*method) : nullptr;
  wire::encode(out, connect);
  answer_deadline_ = now + settings_->connack_timeout;
  last_sent_ = last_acknowledged_ = now;
  reading_ = true;
}

void ClientSession::close() noexcept {
  state_ = State::closed;
  answer_deadline_ = never;
  requests_ = 0;
  pings_ = 0;
  reauthenticating_ = false;
  engine_.connection_lost();
}

bool ClientSession::read(wire::ByteView& in, Time now, Event& event, wire::Buffer& out) {
  if (engine_.sender().has_refused() && state_ == State::connected) {
    return engine_.take_refused(event);
  }
  while (state_ != State::closed) {
    wire::Frame frame;
    const wire::FrameResult result = wire::split_frame(in, largest_packet(), frame, version_);
    if (result.status == wire::FrameStatus::need_more) return false;
    if (result.status == wire::FrameStatus::invalid) return fail(result.fault, event, out);
    in = in.subspan(frame.size);
    const std::size_t start = out.size();
    const bool reported = handle(frame, event, out, now);
    if (out.size() != start) sent(now);
    if (reported) return true;
  }
  return false;
}

bool ClientSession::handle(const wire::Frame& frame, Event& event, wire::Buffer& out, Time now) {
  const PacketType type = frame.type();
  if (state_ == State::connecting) {
    if (type == PacketType::connack) return handle_connack(frame, event, out, now);
    if (type == PacketType::auth) return handle_auth(frame, event, out, now);
    if (type == PacketType::disconnect) return handle_disconnect(frame, event, out);
    return fail({ReasonCode::protocol_error, "the first packet is not CONNACK"}, event, out);
  }
  answer_deadline_ = never;
  switch (type) {
    case PacketType::publish:
    case PacketType::puback:
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp:
      if (const Violation violation = engine_.handle(frame, event, out)) {
        return fail(violation, event, out);
      }
      // Whatever it was, it was progress of an exchange, and may have been answered.
      if (type != PacketType::publish) last_acknowledged_ = now;
      return event.kind != EventKind::none;
    case PacketType::suback:
    case PacketType::unsuback:
      last_acknowledged_ = now;
      return handle_request_ack(frame, event, out);
    case PacketType::pingresp:
      if (const wire::Fault fault = wire::decode_ping(frame); fault != wire::Fault::none) {
        return fail(fault, event, out);
      }
      if (pings_ != 0) --pings_;
      return false;
    case PacketType::disconnect:
      return handle_disconnect(frame, event, out);
    case PacketType::auth:
      return handle_auth(frame, event, out, now);
    default:
      return fail(
          {ReasonCode::protocol_error, "a packet came that only clients send, or a second CONNACK"},
          event, out);
  }
}

bool ClientSession::handle_request_ack(const wire::Frame& frame, Event& event, wire::Buffer& out) {
  wire::SubscriptionAck ack;
  if (const wire::Fault fault = wire::decode(frame, version_, ack); fault != wire::Fault::none) {
    return fail(fault, event, out);
  }
  const bool subscribe = ack.type == PacketType::suback;
  const bool counted = subscribe || version_ == Version::mqtt_5;
  const Sender::Outcome outcome = engine_.sender().answered(
      ack.packet_id, subscribe ? PacketType::subscribe : PacketType::unsubscribe,
      counted ? std::optional(ack.reasons.size()) : std::nullopt);
  if (!outcome.completed) {
    return fail(
        {ReasonCode::protocol_error,
         "SUBACK or UNSUBACK does not answer any request, or has the wrong number of codes"},
        event, out);
  }
  --requests_;
  event.kind = subscribe ? EventKind::subscribed : EventKind::unsubscribed;
  event.token = outcome.token;
  event.packet_id = ack.packet_id;
  event.reasons = ack.reasons;
  event.properties = ack.properties;
  return true;
}

bool ClientSession::handle_disconnect(const wire::Frame& frame, Event& event, wire::Buffer& out) {
  if (version_ != Version::mqtt_5) {
    return fail({ReasonCode::protocol_error, "a server does not send DISCONNECT below 5.0"}, event,
                out);
  }
  wire::Disconnect packet;
  if (const wire::Fault fault = wire::decode(frame, version_, packet); fault != wire::Fault::none) {
    return fail(fault, event, out);
  }
  close();
  event.kind = EventKind::disconnected;
  event.reason = packet.reason;
  event.properties = packet.properties;
  return true;
}

bool ClientSession::fail(Violation violation, Event& event, wire::Buffer& out) {
  disconnect(violation.reason, {}, out);
  event.kind = EventKind::fault;
  event.reason = violation.reason;
  event.detail = violation.detail;
  event.properties = {};
  return true;
}

bool ClientSession::fail(wire::Fault fault, Event& event, wire::Buffer& out) {
  return fail({wire::reason(fault), wire::text(fault)}, event, out);
}

void ClientSession::disconnect(ReasonCode reason, wire::Properties properties, wire::Buffer& out) {
  if (state_ == State::closed) return;
  // Below 5.0 a DISCONNECT tells the server that all is well and drops the will; after a fault it
  // is not sent.
  if (version_ == Version::mqtt_5 || !wire::is_error(reason)) {
    if (!wire::allowed(reason, PacketType::disconnect)) reason = ReasonCode::unspecified_error;
    const std::size_t start = out.size();
    wire::encode(out, version_, wire::Disconnect{.reason = reason, .properties = properties});
    if (out.size() - start > engine_.peer().maximum_packet_size) {
      out.truncate(start);
      wire::encode(out, version_, wire::Disconnect{.reason = reason, .properties = {}});
    }
  }
  close();
}

}  // namespace mqrig::session
