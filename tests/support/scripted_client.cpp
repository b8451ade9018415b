#include <tests/support/scripted_client.hpp>

#include <mqrig/wire/encode.hpp>

namespace mqrig::test {

OwnedProperties::OwnedProperties(std::initializer_list<Entry> entries) {
  for (const Entry& entry : entries) {
    writer_.add({.id = entry.id, .integer = entry.integer, .key = entry.key, .text = entry.text});
  }
}

ScriptedClient::ScriptedClient(wire::Version version, session::ClientSettings wanted)
    : settings(wanted), session(settings) {
  connect.version = version;
  connect.client_id = "c";
}

void ScriptedClient::open() {
  session.open(connect, clock.now(), out);
  out.clear();
}

void ScriptedClient::establish(const OwnedProperties& properties, bool session_present) {
  open();
  receive_connack({.session_present = session_present,
                   .reason = wire::ReasonCode::success,
                   .properties = properties});
}

void ScriptedClient::reconnect(const OwnedProperties& properties, bool session_present) {
  session.close();
  out.clear();
  connect.clean_start = false;
  establish(properties, session_present);
}

Lines ScriptedClient::receive(wire::ByteView bytes) {
  Lines events;
  session::Event event;
  while (session.read(bytes, clock.now(), event, out)) events.push_back(event_text(event));
  return events;
}

Lines ScriptedClient::receive_connack(const wire::Connack& packet) {
  wire::Buffer bytes;
  wire::encode(bytes, connect.version, packet);
  return receive(bytes);
}

Lines ScriptedClient::receive_publish(const wire::Publish& packet) {
  wire::Buffer bytes;
  wire::encode(bytes, connect.version, packet);
  return receive(bytes);
}

Lines ScriptedClient::receive_ack(wire::PacketType type, wire::PacketId id, wire::ReasonCode reason,
                                  wire::Properties properties) {
  wire::Buffer bytes;
  wire::encode(bytes, connect.version,
               {.type = type, .packet_id = id, .reason = reason, .properties = properties});
  return receive(bytes);
}

Lines ScriptedClient::receive_suback(wire::PacketId id,
                                     std::initializer_list<std::uint8_t> reasons) {
  wire::Buffer bytes;
  wire::encode(bytes, connect.version,
               wire::SubscriptionAck{.type = wire::PacketType::suback,
                                     .packet_id = id,
                                     .properties = {},
                                     .reasons = {reasons.begin(), reasons.size()}});
  return receive(bytes);
}

Lines ScriptedClient::receive_unsuback(wire::PacketId id,
                                       std::initializer_list<std::uint8_t> reasons) {
  wire::Buffer bytes;
  wire::encode(bytes, connect.version,
               wire::SubscriptionAck{.type = wire::PacketType::unsuback,
                                     .packet_id = id,
                                     .properties = {},
                                     .reasons = {reasons.begin(), reasons.size()}});
  return receive(bytes);
}

Lines ScriptedClient::receive_disconnect(wire::ReasonCode reason, wire::Properties properties) {
  wire::Buffer bytes;
  wire::encode(bytes, connect.version,
               wire::Disconnect{.reason = reason, .properties = properties});
  return receive(bytes);
}

Lines ScriptedClient::receive_auth(wire::ReasonCode reason, wire::Properties properties) {
  wire::Buffer bytes;
  wire::encode(bytes, wire::Auth{.reason = reason, .properties = properties});
  return receive(bytes);
}

std::error_code ScriptedClient::publish(std::string_view topic, wire::QoS qos,
                                        std::string_view payload, std::uint64_t token) {
  return session.publish(message(topic, qos, 0, payload), token, clock.now(), out);
}

std::error_code ScriptedClient::subscribe(std::initializer_list<wire::Subscription> subscriptions,
                                          std::uint64_t token, wire::Properties properties) {
  return session.subscribe({subscriptions.begin(), subscriptions.size()}, properties, token,
                           clock.now(), out);
}

std::error_code ScriptedClient::unsubscribe(std::initializer_list<std::string_view> filters,
                                            std::uint64_t token) {
  return session.unsubscribe({filters.begin(), filters.size()}, {}, token, clock.now(), out);
}

Lines ScriptedClient::time_out() {
  Lines events;
  if (session.deadline() == session::never) return {"no deadline"};
  clock.advance_to(session.deadline());
  session::Event event;
  while (session.timeout(clock.now(), event, out)) events.push_back(event_text(event));
  return events;
}

Lines ScriptedClient::sent() {
  Lines lines = packet_texts(out.view(), connect.version);
  out.clear();
  return lines;
}

wire::Publish message(std::string_view topic, wire::QoS qos, wire::PacketId id,
                      std::string_view payload, bool dup) {
  wire::Publish publish;
  publish.topic = topic;
  publish.payload = wire::as_bytes(payload);
  publish.qos = qos;
  publish.packet_id = id;
  publish.dup = dup;
  return publish;
}

}  // namespace mqrig::test
