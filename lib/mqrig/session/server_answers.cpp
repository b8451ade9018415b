// What a server session sends besides messages: CONNACK, SUBACK, UNSUBACK, DISCONNECT.
#include <mqrig/session/server_session.hpp>
#include <mqrig/wire/encode.hpp>

namespace mqrig::session {

using wire::PacketType;
using wire::PropertyId;
using wire::ReasonCode;
using wire::Version;

namespace {

// Appends the packet if it is within the client's Maximum Packet Size [MQTT-3.1.2-24].
template <class Packet>
bool append(wire::Buffer& out, Version version, const Packet& packet, const Limits& limits) {
  const std::size_t start = out.size();
  if (wire::encode(out, version, packet) && out.size() - start <= limits.maximum_packet_size) {
    return true;
  }
  out.truncate(start);
  return false;
}

// The same; what is only for a person to read gives way.
template <class Packet>
bool append_or_shorten(wire::Buffer& out, Version version, Packet packet, const Limits& limits) {
  if (append(out, version, packet, limits)) return true;
  wire::PropertyWriter shorter;
  for (const wire::Property& property : packet.properties) {
    if (property.id != PropertyId::reason_string && property.id != PropertyId::user_property) {
      shorter.add(property);
    }
  }
  packet.properties = shorter.view();
  return append(out, version, packet, limits);
}

}  // namespace

std::error_code ServerSession::accept(Engine& engine, const Acceptance& acceptance, Time now,
                                      wire::Buffer& out) {
  if (state_ != State::deciding) return Error::not_connected;
  const wire::Connack connack{.session_present = acceptance.session_present,
                              .reason = ReasonCode::success,
                              .properties = acceptance.properties};
  if (!append_or_shorten(out, version_, connack, client_limits_)) {
    close();
    return Error::packet_too_large;
  }
  Limits own;
  if (version_ == Version::mqtt_5) {
    own.receive_maximum = settings_->receive_maximum;
    own.topic_alias_maximum = settings_->topic_alias_maximum;
  }
  state_ = State::connected;
  keep_alive_ = acceptance.keep_alive;
  last_received_ = now;
  engine_ = &engine;
  engine_->resume(acceptance.session_present, version_, client_limits_, own);
  return {};
}

void ServerSession::refuse(ReasonCode reason, wire::Properties properties, wire::Buffer& out) {
  if (state_ != State::deciding) return;
  if (!wire::is_error(reason) || !wire::allowed(reason, PacketType::connack)) {
    reason = ReasonCode::unspecified_error;
  }
  const wire::Connack connack{.session_present = false, .reason = reason, .properties = properties};
  append_or_shorten(out, version_, connack, client_limits_);
  close();
}

std::error_code ServerSession::answer(PacketType type, wire::PacketId id,
                                      std::span<const ReasonCode> reasons,
                                      wire::Properties properties, wire::Buffer& out) {
  if (state_ != State::connected) return Error::not_connected;
  static_assert(sizeof(ReasonCode) == 1);
  const wire::SubscriptionAck ack{
      .type = type,
      .packet_id = id,
      .properties = wants_problem_information_ ? properties : wire::Properties(),
      .reasons = {reinterpret_cast<const std::uint8_t*>(reasons.data()), reasons.size()}};
  if (append_or_shorten(out, version_, ack, client_limits_)) return {};
  return Error::packet_too_large;
}

std::error_code ServerSession::suback(wire::PacketId id, std::span<const ReasonCode> reasons,
                                      wire::Properties properties, wire::Buffer& out) {
  return answer(PacketType::suback, id, reasons, properties, out);
}

std::error_code ServerSession::unsuback(wire::PacketId id, std::span<const ReasonCode> reasons,
                                        wire::Properties properties, wire::Buffer& out) {
  return answer(PacketType::unsuback, id, reasons, properties, out);
}

void ServerSession::disconnect(ReasonCode reason, wire::Properties properties, wire::Buffer& out) {
  if (state_ == State::connected && version_ == Version::mqtt_5) {
    if (!wire::allowed(reason, PacketType::disconnect)) reason = ReasonCode::unspecified_error;
    wire::Disconnect packet{.reason = reason, .properties = properties};
    if (!append_or_shorten(out, version_, packet, client_limits_)) {
      packet.properties = {};
      append(out, version_, packet, client_limits_);
    }
  }
  close();
}

}  // namespace mqrig::session
