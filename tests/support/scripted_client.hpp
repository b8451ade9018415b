// A client session whose server is the test: bytes in, lines of text out.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include <mqrig/session/client_session.hpp>
#include <tests/support/packet_text.hpp>
#include <tests/support/virtual_clock.hpp>

namespace mqrig::test {

using Bytes = std::vector<std::uint8_t>;

// Encoded properties that own their bytes: Properties({{PropertyId::receive_maximum, 5}}).
class OwnedProperties {
 public:
  struct Entry {
    Entry(wire::PropertyId property, std::uint32_t value) : id(property), integer(value) {}
    Entry(wire::PropertyId property, std::string_view value) : id(property), text(value) {}
    Entry(wire::PropertyId property, std::string_view first, std::string_view second)
        : id(property), key(first), text(second) {}

    wire::PropertyId id;
    std::uint32_t integer = 0;
    std::string_view key;
    std::string_view text;
  };

  OwnedProperties() = default;
  OwnedProperties(std::initializer_list<Entry> entries);
  operator wire::Properties() const { return writer_.view(); }

 private:
  wire::PropertyWriter writer_;
};

class ScriptedClient {
 public:
  explicit ScriptedClient(wire::Version version = wire::Version::mqtt_5,
                          session::ClientSettings settings = {});

  wire::Connect connect;      // what open() sends; the version is set
  OwnedProperties announced;  // a place for its properties
  session::ClientSettings settings;
  VirtualClock clock;
  session::ClientSession session;
  wire::Buffer out;

  // Sends CONNECT, and forgets it.
  void open();
  // The same, and receives CONNACK with success.
  void establish(const OwnedProperties& properties = {}, bool session_present = false);
  // The network connection breaks and another one is established.
  void reconnect(const OwnedProperties& properties = {}, bool session_present = true);

  // Feeds what the server sends, and returns the events.
  Lines receive(wire::ByteView bytes);
  Lines receive(const wire::Buffer& bytes) { return receive(bytes.view()); }
  // One packet of the server.
  Lines receive_connack(const wire::Connack& packet);
  Lines receive_publish(const wire::Publish& packet);
  Lines receive_ack(wire::PacketType type, wire::PacketId id,
                    wire::ReasonCode reason = wire::ReasonCode::success,
                    wire::Properties properties = {});
  Lines receive_suback(wire::PacketId id, std::initializer_list<std::uint8_t> reasons);
  Lines receive_unsuback(wire::PacketId id, std::initializer_list<std::uint8_t> reasons);
  Lines receive_disconnect(wire::ReasonCode reason, wire::Properties properties = {});
  Lines receive_auth(wire::ReasonCode reason, wire::Properties properties = {});

  std::error_code publish(std::string_view topic, wire::QoS qos, std::string_view payload = {},
                          std::uint64_t token = 0);
  std::error_code subscribe(std::initializer_list<wire::Subscription> subscriptions,
                            std::uint64_t token = 0, wire::Properties properties = {});
  std::error_code unsubscribe(std::initializer_list<std::string_view> filters,
                              std::uint64_t token = 0);

  // Sends everything that waits from an earlier connection and is allowed.
  void resend() { session.resend(out, static_cast<std::size_t>(-1)); }
  // Calls timeout() at its deadline, and returns the events.
  Lines time_out();

  // What was sent since the last call.
  Lines sent();
};

// A Publish in one line.
wire::Publish message(std::string_view topic, wire::QoS qos, wire::PacketId id = 0,
                      std::string_view payload = {}, bool dup = false);

}  // namespace mqrig::test
