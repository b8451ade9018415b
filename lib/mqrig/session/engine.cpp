#include <mqrig/session/engine.hpp>

#include <algorithm>
#include <cstring>

#include <mqrig/wire/decode.hpp>
#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::session {

namespace {

// What a client may not say.
Error check_properties(wire::Properties properties) {
  if (properties.empty()) return Error::none;
  for (const wire::Property& property : properties) {
    if (property.id == wire::PropertyId::subscription_identifier) {
      return Error::identifier_in_publish;
    }
    if (property.id == wire::PropertyId::response_topic &&
        wire::check_topic_name(property.text) != wire::TopicError::none) {
      return Error::invalid_topic;
    }
  }
  return Error::none;
}

}  // namespace

void Engine::resume(bool session_present, wire::Version version, const Limits& peer,
                    const Limits& own) {
  version_ = version;
  peer_ = peer;
  own_receive_maximum_ = own.receive_maximum;
  own_alias_maximum_ = own.topic_alias_maximum;
  // A quota of zero would end all exchange [MQTT-4.9.0-1].
  const std::uint16_t window =
      std::max<std::uint16_t>(1, std::min(settings_.window, peer.receive_maximum));
  const std::uint16_t legacy = std::max<std::uint16_t>(1, settings_.legacy_qos_2_window);
  sender_.set_window(window, version == wire::Version::mqtt_5 ? window : std::min(window, legacy));
  sender_.resume(session_present, version);
  receiver_.resume(session_present);
}

void Engine::connection_lost() noexcept {
  sender_.connection_lost();
  receiver_.connection_lost();
  aliases_.reset();
  peer_ = {};
}

Engine::Aliases& Engine::aliases() {
  if (!aliases_) aliases_ = std::make_unique<Aliases>();
  return *aliases_;
}

Error Engine::check(const wire::Publish& publish) const noexcept {
  if (role_ == Role::client) {
    // A server would end the connection, and again after each resending.
    if (wire::check_topic_name(publish.topic) != wire::TopicError::none) {
      return Error::invalid_topic;
    }
    const Error error = check_properties(publish.properties);
    if (error != Error::none) return error;
  }
  if (publish.topic_alias > peer_.topic_alias_maximum) return Error::topic_alias_invalid;
  return check_limits(publish.qos, publish.retain);
}

Error Engine::check_limits(wire::QoS qos, bool retain) const noexcept {
  if (qos > peer_.maximum_qos) return Error::qos_not_supported;
  if (retain && !peer_.retain_available) return Error::retain_not_supported;
  return ready(qos) ? Error::none : Error::would_block;
}

std::error_code Engine::forward(wire::ByteView packet, wire::QoS qos, std::size_t packet_id_offset,
                                std::uint64_t token, wire::Buffer& out) {
  constexpr std::uint8_t retain_flag = 0x01;
  const Error error = check_limits(qos, (packet[0] & retain_flag) != 0);
  if (error != Error::none) return error;
  if (packet.size() > peer_.maximum_packet_size) return Error::packet_too_large;
  std::uint8_t* const copy = out.prepare(packet.size());
  std::memcpy(copy, packet.data(), packet.size());
  if (qos != wire::QoS::at_most_once) {
    const wire::PacketId id = sender_.allocate(token);
    if (id == 0) return Error::would_block;
    copy[packet_id_offset] = static_cast<std::uint8_t>(id >> 8);
    copy[packet_id_offset + 1] = static_cast<std::uint8_t>(id);
    sender_.keep(id, qos, {copy, packet.size()});
  }
  out.commit(packet.size());
  return {};
}

std::error_code Engine::publish(const wire::Publish& publish, std::uint64_t token,
                                wire::Buffer& out) {
  if (const Error error = check(publish); error != Error::none) return error;
  wire::Publish packet = publish;
  packet.dup = false;
  packet.packet_id = 0;
  packet.topic_alias = 0;
  const std::size_t start = out.size();
  const bool acknowledged = packet.qos != wire::QoS::at_most_once;
  if (acknowledged) {
    packet.packet_id = sender_.allocate(token);
    if (packet.packet_id == 0) return Error::would_block;
  }
  if (!append(packet, out)) {
    if (acknowledged) sender_.release(packet.packet_id);
    return Error::packet_too_large;
  }
  // Aliases end with the connection, so what is kept for another one has the topic.
  if (acknowledged) {
    sender_.keep(packet.packet_id, packet.qos, out.view().subspan(start));
  }
  if (publish.topic_alias != 0 || assigns_topic_aliases()) {
    packet.topic_alias = publish.topic_alias;
    append_aliased(packet, start, out);
  }
  return {};
}

bool Engine::append(const wire::Publish& publish, wire::Buffer& out) {
  const std::size_t start = out.size();
  if (wire::encode(out, version_, publish) && out.size() - start <= peer_.maximum_packet_size) {
    return true;
  }
  out.truncate(start);
  return false;
}

// Puts an aliased packet in the place of the plain one at `start`, where it still fits.
void Engine::append_aliased(const wire::Publish& publish, std::size_t start, wire::Buffer& out) {
  wire::Publish packet = publish;
  const std::size_t plain_size = out.size() - start;
  constexpr std::size_t alias_size = 3;
  constexpr std::size_t length_growth = 2;
  if (plain_size + alias_size + length_growth > peer_.maximum_packet_size) return;
  bool known = false;
  if (packet.topic_alias != 0) {
    known = aliases().out.use(packet.topic, packet.topic_alias);
  } else {
    const AliasSender::Choice choice =
        aliases().out.choose(packet.topic, peer_.topic_alias_maximum);
    packet.topic_alias = choice.alias;
    known = choice.known;
  }
  if (known) packet.topic = {};
  out.truncate(start);
  wire::encode(out, version_, packet);
}

Violation Engine::handle(const wire::Frame& frame, Event& event, wire::Buffer& out) {
  event.kind = EventKind::none;
  return frame.type() == wire::PacketType::publish ? handle_publish(frame, event, out)
                                                   : handle_ack(frame, event, out);
}

Violation Engine::handle_publish(const wire::Frame& frame, Event& event, wire::Buffer& out) {
  wire::Publish& publish = event.publish;
  if (const wire::Fault fault = wire::decode(frame, version_, publish);
      fault != wire::Fault::none) {
    return {wire::reason(fault), wire::text(fault)};
  }
  if (publish.topic_alias != 0) {
    if (publish.topic_alias > own_alias_maximum_) {
      return {wire::ReasonCode::topic_alias_invalid,
              "a topic alias is above the topic alias maximum"};
    }
    // Within the range, but never defined: section 3.3.2.3.4 asks for another reason code here.
    if (!aliases().in.resolve(publish.topic_alias, own_alias_maximum_, publish.topic)) {
      return {wire::ReasonCode::protocol_error, "a topic alias is used that was never defined"};
    }
  }
  if (role_ == Role::server && !publish.properties.empty() &&
      publish.properties.find(wire::PropertyId::subscription_identifier)) {  // [MQTT-3.3.4-6]
    return {wire::ReasonCode::protocol_error, "a client sent a subscription identifier"};
  }
  event.receipt = 0;
  if (publish.qos != wire::QoS::at_most_once) {
    switch (receiver_.received(publish, own_receive_maximum_, event.receipt)) {
      case Receiver::Verdict::quota_exceeded:
        return {wire::ReasonCode::receive_maximum_exceeded,
                "more messages are in flight than the receive maximum allows"};
      case Receiver::Verdict::duplicate:
        receiver_.flush(version_, out);
        return {};
      case Receiver::Verdict::deliver:
        break;
    }
    if (settings_.ack_mode == AckMode::automatic) {
      receiver_.acknowledge_through(event.receipt, version_, out);
    }
  }
  event.kind = EventKind::message;
  return {};
}

Violation Engine::handle_ack(const wire::Frame& frame, Event& event, wire::Buffer& out) {
  wire::Ack ack;
  if (const wire::Fault fault = wire::decode(frame, version_, ack); fault != wire::Fault::none) {
    return {wire::reason(fault), wire::text(fault)};
  }
  if (ack.type == wire::PacketType::pubrel) {
    if (receiver_.released(ack, version_, out) && settings_.report_steps) {
      event.kind = EventKind::released;
      event.packet_id = ack.packet_id;
    }
    return {};
  }
  const Sender::Outcome outcome = sender_.acknowledged(ack, version_, out);
  if (outcome.taken_over && settings_.report_steps) {
    event.kind = EventKind::taken_over;
    event.token = outcome.token;
    event.packet_id = ack.packet_id;
  } else if (outcome.completed) {
    event.kind = EventKind::published;
    event.token = outcome.token;
    event.packet_id = ack.packet_id;
    event.reason = outcome.reason;
    event.properties = ack.properties;
  }
  return {};
}

void Engine::shrink() noexcept {
  sender_.shrink();
  receiver_.shrink();
}

bool Engine::take_refused(Event& event) noexcept {
  const Sender::Outcome outcome = sender_.take_refused();
  if (!outcome.completed) return false;
  event.kind = EventKind::published;
  event.token = outcome.token;
  event.reason = outcome.reason;
  event.packet_id = 0;
  event.properties = {};
  return true;
}

}  // namespace mqrig::session
