// A server session whose client is the test: bytes in, lines of text out.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

#include <mqrig/session/server_session.hpp>
#include <tests/support/packet_text.hpp>
#include <tests/support/scripted_client.hpp>
#include <tests/support/virtual_clock.hpp>

namespace mqrig::test {

class ScriptedServer {
 public:
  explicit ScriptedServer(wire::Version version = wire::Version::mqtt_5,
                          session::ServerSettings settings = {},
                          session::ExchangeSettings exchange = {});

  wire::Connect connect;  // what receive_connect() feeds; the version is set
  session::ServerSettings settings;
  VirtualClock clock;
  session::Engine engine;
  session::ServerSession session;
  wire::Buffer out;

  // A network connection stands, and nothing has come yet.
  void open() { session.open(clock.now()); }
  Lines receive_connect();
  std::error_code accept(const OwnedProperties& properties = {}, bool session_present = false);
  // All three; CONNACK is forgotten.
  void establish(const OwnedProperties& properties = {}, bool session_present = false);
  // The network connection breaks and another one is established.
  void reconnect();

  // Feeds what the client sends, and returns the events.
  Lines receive(wire::ByteView bytes);
  Lines receive(const wire::Buffer& bytes) { return receive(bytes.view()); }
  Lines receive(std::initializer_list<std::uint8_t> bytes) {
    return receive(wire::ByteView(bytes.begin(), bytes.size()));
  }
  // One packet of the client.
  Lines receive_publish(const wire::Publish& packet);
  Lines receive_ack(wire::PacketType type, wire::PacketId id,
                    wire::ReasonCode reason = wire::ReasonCode::success);
  Lines receive_subscribe(wire::PacketId id, std::initializer_list<wire::Subscription> entries,
                          wire::Properties properties = {});
  Lines receive_unsubscribe(wire::PacketId id, std::initializer_list<std::string_view> filters);
  Lines receive_disconnect(wire::ReasonCode reason = wire::ReasonCode::success,
                           wire::Properties properties = {});

  // Encodes a message of the connection's version, and forwards it.
  std::error_code forward(std::string_view topic, wire::QoS qos, std::string_view payload = {},
                          std::uint64_t token = 0);
  std::error_code forward(const wire::Publish& publish, std::uint64_t token);
  void acknowledge(std::uint64_t receipt, wire::ReasonCode reason = wire::ReasonCode::success) {
    engine.receiver().acknowledge(receipt, reason, session.version(), out);
  }

  // Sends everything that waits from an earlier connection and is allowed.
  void resend() { engine.resend(out, static_cast<std::size_t>(-1)); }
  // Calls timeout() at its deadline, and returns the events.
  Lines time_out();

  // What was sent since the last call.
  Lines sent();
};

}  // namespace mqrig::test
