// The ends of a connection: DISCONNECT of either side, and faults of the peer.
#include <tests/support/scripted_client.hpp>

#include <mqrig/wire/encode.hpp>

using namespace mqrig;
using session::Error;
using test::Bytes;
using test::Lines;
using test::OwnedProperties;
using test::ScriptedClient;
using wire::PropertyId;
using wire::QoS;
using wire::ReasonCode;
using wire::Version;
using State = session::ClientSession::State;

namespace {

void expect_fault(Version version, const Bytes& packet, const std::string& reason) {
  CAPTURE(reason);
  ScriptedClient client(version);
  client.establish();
  CHECK(client.receive(packet) == Lines{"fault " + reason});
  CHECK(client.session.state() == State::closed);
  CHECK(client.session.deadline() == session::never);
  CHECK(client.sent() == (version == Version::mqtt_5 ? Lines{"DISCONNECT " + reason} : Lines{}));
  // What follows in the same bytes is not looked at.
  CHECK(client.receive(Bytes{0x30, 3, 0, 1, 'a'}) == Lines{});
}

}  // namespace

TEST_CASE(
    "nothing is sent after DISCONNECT [MQTT-3.14.4-1] [MQTT-3.14.4-2] [MQTT-3.14.4-2 of 3.1.1]") {
  for (const Version version : {Version::mqtt_3_1_1, Version::mqtt_5}) {
    session::ClientSettings settings;
    settings.exchange.ack_mode = session::AckMode::manual;
    settings.exchange.window = 1;
    ScriptedClient client(version, settings);
    client.establish();
    client.receive_publish(test::message("a", QoS::at_least_once, 1));
    client.publish("a", QoS::at_least_once);
    client.reconnect({}, true);
    client.publish("b", QoS::at_least_once);
    client.receive_publish(test::message("a", QoS::at_least_once, 1));
    client.sent();
    client.session.disconnect(ReasonCode::success, {}, client.out);
    CHECK(client.session.state() == State::closed);
    CHECK(client.sent() == Lines{"DISCONNECT"});

    CHECK(client.publish("a", QoS::at_most_once) == Error::not_connected);
    CHECK(client.subscribe({{.filter = "a"}}) == Error::not_connected);
    CHECK(client.unsubscribe({"a"}) == Error::not_connected);
    client.session.acknowledge_through(2, client.clock.now(), client.out);
    CHECK_FALSE(client.session.resending());
    client.resend();
    client.session.disconnect(ReasonCode::success, {}, client.out);
    CHECK(client.receive_publish(test::message("a", QoS::at_least_once, 2)) == Lines{});
    CHECK(client.session.deadline() == session::never);
    CHECK(client.sent() == Lines{});
  }
}

TEST_CASE("DISCONNECT carries reason and properties in 5.0 [MQTT-3.14.2-1]") {
  ScriptedClient client;
  client.establish();
  const OwnedProperties properties{{PropertyId::session_expiry_interval, 0},
                                   {PropertyId::reason_string, "bye"}};
  client.session.disconnect(ReasonCode::disconnect_with_will, properties, client.out);
  CHECK(client.sent() == Lines{"DISCONNECT 0x04 {session-expiry-interval=0, reason-string=bye}"});
  ScriptedClient invalid;
  invalid.establish();
  invalid.session.disconnect(ReasonCode::banned, {}, invalid.out);
  CHECK(invalid.sent() == Lines{"DISCONNECT 0x80"});
  ScriptedClient old(Version::mqtt_3_1_1);
  old.establish();
  old.session.disconnect(ReasonCode::success, properties, old.out);
  CHECK(old.sent() == Lines{"DISCONNECT"});
}

TEST_CASE("DISCONNECT of the server is reported, and ends the connection [MQTT-4.13.2-1]") {
  ScriptedClient client;
  client.establish();
  const OwnedProperties properties{{PropertyId::server_reference, "other"},
                                   {PropertyId::reason_string, "moved"}};
  CHECK(client.receive_disconnect(ReasonCode::server_moved, properties) ==
        Lines{"disconnected 0x9d {server-reference=other, reason-string=moved}"});
  CHECK(client.session.state() == State::closed);
  CHECK(client.sent() == Lines{});

  // All three forms.
  for (const Bytes& form : {Bytes{0xE0, 0}, Bytes{0xE0, 1, 0x00}, Bytes{0xE0, 2, 0x00, 0}}) {
    ScriptedClient other;
    other.establish();
    CHECK(other.receive(form) == Lines{"disconnected 0x00"});
  }
}

TEST_CASE("DISCONNECT from a 5.0 server before CONNACK is reported as what it says") {
  ScriptedClient client;
  client.open();
  CHECK(client.receive_disconnect(ReasonCode::server_busy) == Lines{"disconnected 0x89"});
}

TEST_CASE("below 5.0 a server sends no DISCONNECT") {
  expect_fault(Version::mqtt_3_1_1, {0xE0, 0}, "0x82");
}

TEST_CASE(
    "malformed packets and packets of the wrong direction end the connection [MQTT-1.5.5-1] "
    "[MQTT-2.1.3-1] [MQTT-3.14.1-1] [MQTT-3.15.1-1] [MQTT-2.2.2-2 of 3.1.1] "
    "[MQTT-4.8.0-1 of 3.1.1]") {
  for (const Version version : {Version::mqtt_3_1_1, Version::mqtt_5}) {
    expect_fault(version, {0x30, 0x85, 0x00}, "0x81");              // length not minimal
    expect_fault(version, {0x30, 0x80, 0x80, 0x80, 0x80}, "0x81");  // endless length
    expect_fault(version, {0x00, 0}, "0x81");                       // type 0
    expect_fault(version, {0xD1, 0}, "0x81");                       // reserved bits of PINGRESP
    expect_fault(version, {0x60, 2, 0, 1}, "0x81");                 // and of PUBREL
    expect_fault(version, {0x41, 2, 0, 1}, "0x81");                 // and of PUBACK
    expect_fault(version, {0xE2, 0}, "0x81");                       // and of DISCONNECT
    expect_fault(version, {0xD0, 1, 0}, "0x81");                    // PINGRESP with a body
    expect_fault(version, {0x40, 2, 0, 0}, "0x82");                 // identifier 0
    expect_fault(version, {0x40, 1, 0}, "0x81");                    // truncated
    expect_fault(version, {0xC0, 0}, "0x82");                       // PINGREQ
    expect_fault(version, {0x82, 6, 0, 1, 0, 1, 'a', 0}, "0x82");   // SUBSCRIBE
  }
  expect_fault(Version::mqtt_3_1_1, {0x40, 3, 0, 1, 0}, "0x81");  // reason below 5.0
  expect_fault(Version::mqtt_5, {0x40, 3, 0, 1, 0x01}, "0x82");   // reason of another packet
}

TEST_CASE(
    "a malformed PUBLISH ends the connection [MQTT-1.5.4-1] [MQTT-1.5.4-2] [MQTT-3.3.1-4] "
    "[MQTT-3.3.1-2] [MQTT-3.3.2-2] [MQTT-1.5.3-1 of 3.1.1] [MQTT-1.5.3-2 of 3.1.1]") {
  const Version old = Version::mqtt_3_1_1;
  expect_fault(old, {0x36, 5, 0, 1, 'a', 0, 1}, "0x81");         // QoS 3
  expect_fault(old, {0x38, 3, 0, 1, 'a'}, "0x81");               // DUP at QoS 0
  expect_fault(old, {0x30, 2, 0, 0}, "0x90");                    // no topic
  expect_fault(old, {0x30, 3, 0, 1, '#'}, "0x90");               // wildcard
  expect_fault(old, {0x30, 3, 0, 1, 0}, "0x81");                 // U+0000
  expect_fault(old, {0x30, 4, 0, 2, 0xC0, 0x80}, "0x81");        // overlong U+0000
  expect_fault(old, {0x30, 5, 0, 3, 0xED, 0xA0, 0x80}, "0x81");  // surrogate
  expect_fault(old, {0x32, 5, 0, 1, 'a', 0, 0}, "0x82");         // identifier 0
}

TEST_CASE(
    "malformed properties end the connection [MQTT-1.5.7-1] [MQTT-3.3.2-13] [MQTT-3.3.2-19]") {
  const auto publish_with = [](std::initializer_list<std::uint8_t> properties) {
    Bytes packet{0x30, 0, 0, 1, 'a', static_cast<std::uint8_t>(properties.size())};
    packet.insert(packet.end(), properties.begin(), properties.end());
    packet[1] = static_cast<std::uint8_t>(packet.size() - 2);
    return packet;
  };
  const Version version = Version::mqtt_5;
  expect_fault(version, publish_with({0x26, 0, 1, 0xFF, 0, 1, 'v'}), "0x81");  // ill-formed key
  expect_fault(version, publish_with({0x26, 0, 1, 'k', 0, 1, 0xFF}), "0x81");  // ill-formed value
  expect_fault(version, publish_with({0x03, 0, 1, 0xFF}), "0x81");             // content type
  expect_fault(version, publish_with({0x08, 0, 1, 0xFF}), "0x81");             // response topic
  expect_fault(version, publish_with({0x21, 0, 1}), "0x81");                   // of CONNECT
  expect_fault(version, publish_with({0x7F, 0}), "0x81");                      // unknown
  expect_fault(version, publish_with({0x01, 1, 0x01, 1}), "0x82");             // twice
  expect_fault(version, publish_with({0x01, 2}), "0x82");                      // out of range
}

TEST_CASE("bytes in any pieces are the same packets") {
  for (std::size_t chunk = 1; chunk <= 8; ++chunk) {
    ScriptedClient client;
    client.establish();
    wire::Buffer stream;
    for (int i = 0; i < 5; ++i) {
      wire::encode(stream, Version::mqtt_5,
                   test::message("topic", QoS::at_most_once, 0, "payload"));
      wire::encode_pingresp(stream);
    }
    // As an owner does: keep the rest, append what comes, pass both again.
    wire::Buffer kept;
    std::size_t messages = 0;
    for (std::size_t at = 0; at < stream.size(); at += chunk) {
      kept.append(stream.view().subspan(at, std::min(chunk, stream.size() - at)));
      wire::ByteView rest = kept.view();
      session::Event event;
      while (client.session.read(rest, client.clock.now(), event, client.out)) {
        ++messages;
        CHECK(test::event_text(event) == "message q0 t=topic p=payload");
      }
      kept.consume(kept.size() - rest.size());
    }
    CHECK(messages == 5);
    CHECK(kept.empty());
  }
}
