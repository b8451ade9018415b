#include <tests/support/scripted_server.hpp>

#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/publish_layout.hpp>

namespace mqrig::test {

ScriptedServer::ScriptedServer(wire::Version version, session::ServerSettings wanted,
                               session::ExchangeSettings exchange)
    : settings(wanted), engine(session::Role::server, exchange), session(settings) {
  connect.version = version;
  connect.client_id = "c";
}

Lines ScriptedServer::receive_connect() {
  wire::Buffer bytes;
  wire::encode(bytes, connect);
  return receive(bytes);
}

std::error_code ScriptedServer::accept(const OwnedProperties& properties, bool session_present) {
  return session.accept(engine,
                        {.session_present = session_present,
                         .keep_alive = connect.keep_alive,
                         .properties = properties},
                        clock.now(), out);
}

void ScriptedServer::establish(const OwnedProperties& properties, bool session_present) {
  open();
  receive_connect();
  REQUIRE_FALSE(accept(properties, session_present));
  out.clear();
}

void ScriptedServer::reconnect() {
  session.close();
  connect.clean_start = false;
  establish({}, true);
}

Lines ScriptedServer::receive(wire::ByteView bytes) {
  Lines events;
  session::ServerEvent event;
  while (session.read(bytes, clock.now(), event, out)) {
    events.push_back(event_text(event, session.version()));
  }
  return events;
}

Lines ScriptedServer::receive_publish(const wire::Publish& packet) {
  wire::Buffer bytes;
  wire::encode(bytes, connect.version, packet);
  return receive(bytes);
}

Lines ScriptedServer::receive_ack(wire::PacketType type, wire::PacketId id,
                                  wire::ReasonCode reason) {
  wire::Buffer bytes;
  wire::encode(bytes, connect.version,
               {.type = type, .packet_id = id, .reason = reason, .properties = {}});
  return receive(bytes);
}

Lines ScriptedServer::receive_subscribe(wire::PacketId id,
                                        std::initializer_list<wire::Subscription> entries,
                                        wire::Properties properties) {
  wire::Buffer bytes;
  wire::encode_subscribe(bytes, connect.version, id, {entries.begin(), entries.size()}, properties);
  return receive(bytes);
}

Lines ScriptedServer::receive_unsubscribe(wire::PacketId id,
                                          std::initializer_list<std::string_view> filters) {
  wire::Buffer bytes;
  wire::encode_unsubscribe(bytes, connect.version, id, {filters.begin(), filters.size()}, {});
  return receive(bytes);
}

Lines ScriptedServer::receive_disconnect(wire::ReasonCode reason, wire::Properties properties) {
  wire::Buffer bytes;
  wire::encode(bytes, connect.version,
               wire::Disconnect{.reason = reason, .properties = properties});
  return receive(bytes);
}

std::error_code ScriptedServer::forward(std::string_view topic, wire::QoS qos,
                                        std::string_view payload, std::uint64_t token) {
  return forward(message(topic, qos, qos == wire::QoS::at_most_once ? 0 : 1, payload), token);
}

std::error_code ScriptedServer::forward(const wire::Publish& publish, std::uint64_t token) {
  wire::Buffer packet;
  wire::encode(packet, connect.version, publish);
  return engine.forward(packet.view(), publish.qos, wire::packet_id_offset(packet.view()), token,
                        out);
}

Lines ScriptedServer::time_out() {
  Lines events;
  if (session.deadline() == session::never) return {"no deadline"};
  clock.advance_to(session.deadline());
  session::ServerEvent event;
  while (session.timeout(clock.now(), event, out)) {
    events.push_back(event_text(event, session.version()));
  }
  return events;
}

Lines ScriptedServer::sent() {
  Lines lines = packet_texts(out.view(), connect.version);
  out.clear();
  return lines;
}

}  // namespace mqrig::test
