// The packets of a connected client as the server role takes and answers them.
#include <tests/support/scripted_server.hpp>

#include <mqrig/wire/encode.hpp>

using namespace mqrig;
using test::Lines;
using test::OwnedProperties;
using test::ScriptedServer;
using wire::PacketType;
using wire::PropertyId;
using wire::QoS;
using wire::ReasonCode;
using wire::Version;
using State = session::ServerSession::State;

namespace {

constexpr Version every_version[] = {Version::mqtt_3_1, Version::mqtt_3_1_1, Version::mqtt_5};

session::ExchangeSettings manual() {
  session::ExchangeSettings exchange;
  exchange.ack_mode = session::AckMode::manual;
  return exchange;
}

}  // namespace

TEST_CASE("PINGREQ is answered with PINGRESP [MQTT-3.12.4-1] [MQTT-3.12.4-1 of 3.1.1]") {
  for (const Version version : every_version) {
    ScriptedServer server(version);
    server.establish();
    CHECK(server.receive({0xC0, 0, 0xC0, 0}) == Lines{});
    CHECK(server.sent() == Lines{"PINGRESP", "PINGRESP"});
  }
}

TEST_CASE(
    "SUBSCRIBE is reported, and answered with a reason for each filter, in order "
    "[MQTT-3.8.4-1] [MQTT-3.8.4-2] [MQTT-3.8.4-6] [MQTT-3.9.3-1] [MQTT-3.9.3-2] "
    "[MQTT-3.8.4-1 of 3.1.1] [MQTT-3.8.4-2 of 3.1.1]") {
  ScriptedServer server;
  server.establish();
  const OwnedProperties identifier{{PropertyId::subscription_identifier, 7}};
  CHECK(server.receive_subscribe(
            5, {{.filter = "a/+", .qos = QoS::exactly_once}, {.filter = "b", .no_local = true}},
            identifier) == Lines{"SUBSCRIBE 5 a/+:2 b:0,no-local {subscription-identifier=7}"});
  CHECK(server.sent() == Lines{});
  constexpr ReasonCode reasons[] = {ReasonCode::granted_qos_2, ReasonCode::not_authorized};
  CHECK_FALSE(server.session.suback(5, reasons, {}, server.out));
  CHECK(server.sent() == Lines{"SUBACK 5 0x02 0x87"});
}

TEST_CASE(
    "below 5.0 SUBACK has one code for failure, and UNSUBACK none at all "
    "[MQTT-3.9.3-2 of 3.1.1] [MQTT-3.10.4-4 of 3.1.1]") {
  ScriptedServer server(Version::mqtt_3_1_1);
  server.establish();
  const OwnedProperties why{{PropertyId::reason_string, "no"}};
  CHECK(server.receive_subscribe(1, {{.filter = "a"}, {.filter = "b"}}) ==
        Lines{"SUBSCRIBE 1 a:0 b:0"});
  constexpr ReasonCode reasons[] = {ReasonCode::granted_qos_1, ReasonCode::not_authorized};
  CHECK_FALSE(server.session.suback(1, reasons, why, server.out));
  CHECK(server.receive_unsubscribe(2, {"a", "b"}) == Lines{"UNSUBSCRIBE 2 a b"});
  CHECK_FALSE(server.session.unsuback(2, reasons, why, server.out));
  CHECK(server.sent() == Lines{"SUBACK 1 0x01 0x80", "UNSUBACK 2"});
}

TEST_CASE(
    "UNSUBSCRIBE is answered with a reason for each filter, in order [MQTT-3.10.4-4] "
    "[MQTT-3.10.4-5] [MQTT-3.11.3-1] [MQTT-3.11.3-2]") {
  ScriptedServer server;
  server.establish();
  CHECK(server.receive_unsubscribe(9, {"a", "b/#"}) == Lines{"UNSUBSCRIBE 9 a b/#"});
  constexpr ReasonCode reasons[] = {ReasonCode::success, ReasonCode::no_subscription_existed};
  CHECK_FALSE(server.session.unsuback(9, reasons, {}, server.out));
  CHECK(server.sent() == Lines{"UNSUBACK 9 0x00 0x11"});
}

TEST_CASE(
    "the owner decides how a message is acknowledged, and receipts keep their order "
    "[MQTT-4.3.2-4] [MQTT-4.3.3-8] [MQTT-4.6.0-2] [MQTT-4.3.3-11]") {
  ScriptedServer server(Version::mqtt_5, {}, manual());
  server.establish();
  CHECK(server.receive_publish(test::message("a", QoS::at_least_once, 1)) ==
        Lines{"message q1 id=1 t=a #1"});
  CHECK(server.receive_publish(test::message("b", QoS::exactly_once, 2)) ==
        Lines{"message q2 id=2 t=b #2"});
  CHECK(server.sent() == Lines{});
  server.acknowledge(2);
  CHECK(server.sent() == Lines{});
  server.acknowledge(1, ReasonCode::no_matching_subscribers);
  CHECK(server.sent() == Lines{"PUBACK 1 0x10", "PUBREC 2"});
  CHECK(server.receive_ack(PacketType::pubrel, 2) == Lines{});
  CHECK(server.sent() == Lines{"PUBCOMP 2"});
}

TEST_CASE("a server does not use a packet identifier again at once [MQTT-2.2.1-4]") {
  ScriptedServer server(Version::mqtt_5, {}, manual());
  server.establish();
  for (wire::PacketId id = 1; id <= 16; ++id) {
    CHECK_FALSE(server.forward("a", QoS::at_least_once, "", id));
    CHECK(server.engine.sender().last_sent() == id);
    server.receive_ack(PacketType::puback, id);
  }
  CHECK_FALSE(server.forward("a", QoS::at_least_once, "", 17));
  CHECK(server.engine.sender().last_sent() == 1);
}

TEST_CASE(
    "an owner with a store hears of each step of QoS 2, once [MQTT-4.3.3-4] "
    "[MQTT-4.3.3-11]") {
  session::ExchangeSettings exchange = manual();
  exchange.report_steps = true;
  ScriptedServer server(Version::mqtt_5, {}, exchange);
  server.establish();
  CHECK_FALSE(server.forward("a", QoS::exactly_once, "", 70));
  CHECK(server.engine.sender().last_sent() == 1);
  CHECK(server.receive_ack(PacketType::pubrec, 1) == Lines{"taken over 70 id=1"});
  CHECK(server.receive_ack(PacketType::pubrec, 1) == Lines{});
  CHECK(server.receive_ack(PacketType::pubcomp, 1) == Lines{"published 70"});
  // A refusal is the end.
  CHECK_FALSE(server.forward("a", QoS::exactly_once, "", 71));
  CHECK(server.receive_ack(PacketType::pubrec, 2, ReasonCode::quota_exceeded) ==
        Lines{"published 71 0x97"});

  server.receive_publish(test::message("b", QoS::exactly_once, 9));
  server.acknowledge(1);
  CHECK(server.receive_ack(PacketType::pubrel, 9) == Lines{"released id=9"});
  CHECK(server.receive_ack(PacketType::pubrel, 9) == Lines{});
}

TEST_CASE(
    "topic aliases of the client are resolved up to the maximum [MQTT-3.3.2-12] "
    "[MQTT-3.3.2-9]") {
  ScriptedServer server;
  server.establish();
  wire::Publish publish = test::message("a/b", QoS::at_most_once);
  publish.topic_alias = 10;
  server.receive_publish(publish);
  publish.topic = {};
  const Lines events = server.receive_publish(publish);
  REQUIRE(events.size() == 1);
  CHECK(events[0].find("t=a/b") != std::string::npos);
  publish.topic = "a/b";
  publish.topic_alias = 11;
  CHECK(server.receive_publish(publish) == Lines{"fault 0x94"});
  CHECK(server.sent() == Lines{"DISCONNECT 0x94"});
}

TEST_CASE("a client that exceeds the receive maximum is disconnected [MQTT-3.3.4-7]") {
  session::ServerSettings settings;
  settings.receive_maximum = 2;
  ScriptedServer server(Version::mqtt_5, settings, manual());
  server.establish();
  server.receive_publish(test::message("a", QoS::at_least_once, 1));
  server.receive_publish(test::message("a", QoS::exactly_once, 2));
  CHECK(server.receive_publish(test::message("a", QoS::at_least_once, 3)) == Lines{"fault 0x93"});
  CHECK(server.sent() == Lines{"DISCONNECT 0x93"});
  // Below 5.0 there is no such limit.
  ScriptedServer older(Version::mqtt_3_1_1, settings, manual());
  older.establish();
  for (wire::PacketId id = 1; id <= 100; ++id) {
    REQUIRE(older.receive_publish(test::message("a", QoS::at_least_once, id)).size() == 1);
  }
}

TEST_CASE(
    "a client sends no subscription identifier, and no wildcard in a topic or response topic "
    "[MQTT-3.3.4-6] [MQTT-3.3.2-2] [MQTT-3.3.2-14]") {
  struct Case {
    std::string_view topic;
    OwnedProperties properties;
    const char* fault;
  };
  const Case cases[] = {
      {"a", OwnedProperties{{PropertyId::subscription_identifier, 1}}, "fault 0x82"},
      {"a/#", {}, "fault 0x90"},
      {"a", OwnedProperties{{PropertyId::response_topic, "r/+"}}, "fault 0x90"},
  };
  for (const Case& wrong : cases) {
    ScriptedServer server;
    server.establish();
    wire::Publish publish = test::message(wrong.topic, QoS::at_most_once);
    publish.properties = wrong.properties;
    CHECK(server.receive_publish(publish) == Lines{wrong.fault});
    CHECK(server.session.state() == State::closed);
  }
}

TEST_CASE(
    "malformed packets and those that only servers send end the connection, in 5.0 with a "
    "reason [MQTT-4.13.1-1] [MQTT-2.1.3-1] [MQTT-1.5.5-1] [MQTT-3.14.1-1] "
    "[MQTT-4.8.0-1 of 3.1.1] [MQTT-3.14.1-1 of 3.1.1]") {
  struct Case {
    test::Bytes bytes;
    std::string reason;
  };
  const Case cases[] = {
      {{0x20, 3, 0, 0, 0}, "0x82"},          // CONNACK
      {{0xD0, 0}, "0x82"},                   // PINGRESP
      {{0x90, 4, 0, 1, 0, 0}, "0x82"},       // SUBACK
      {{0xB0, 4, 0, 1, 0, 0}, "0x82"},       // UNSUBACK
      {{0xC1, 0}, "0x81"},                   // reserved bits
      {{0xE1, 0}, "0x81"},                   // of DISCONNECT
      {{0x00, 0}, "0x81"},                   // type 0
      {{0xC0, 1, 0}, "0x81"},                // PINGREQ with content
      {{0x36, 5, 0, 1, 'a', 0, 1}, "0x81"},  // QoS 3
      {{0xC0, 0x80, 0x80, 0x80, 0x80, 1}, "0x81"},
      {{0x82, 5, 0, 0, 0, 0, 0}, "0x82"},  // SUBSCRIBE with packet identifier 0
  };
  for (const Case& row : cases) {
    for (const Version version : every_version) {
      CAPTURE(static_cast<int>(row.bytes[0]));
      ScriptedServer server(version);
      server.establish();
      CHECK(server.receive(row.bytes) == Lines{"fault " + row.reason});
      CHECK(server.sent() ==
            (version == Version::mqtt_5 ? Lines{"DISCONNECT " + row.reason} : Lines{}));
      CHECK(server.session.state() == State::closed);
    }
  }
}

TEST_CASE(
    "DISCONNECT is reported with its reason, and nothing is read behind it [MQTT-3.14.4-1] "
    "[MQTT-3.14.4-1 of 3.1.1]") {
  for (const Version version : every_version) {
    ScriptedServer server(version);
    server.establish();
    CHECK(server.receive({0xE0, 0, 0xC0, 0}) == Lines{"disconnected 0x00"});
    CHECK(server.session.state() == State::closed);
    CHECK(server.sent() == Lines{});
  }
  ScriptedServer server;
  server.establish();
  CHECK(server.receive_disconnect(ReasonCode::disconnect_with_will) == Lines{"disconnected 0x04"});
}

TEST_CASE("DISCONNECT cannot make a session last that was to end, section 3.14.2.2.2") {
  const OwnedProperties hour{{PropertyId::session_expiry_interval, 3600}};
  const OwnedProperties at_once{{PropertyId::session_expiry_interval, 0}};
  ScriptedServer server;
  server.establish();
  CHECK(server.receive_disconnect(ReasonCode::success, hour) == Lines{"fault 0x82"});
  CHECK(server.sent() == Lines{"DISCONNECT 0x82"});
  server.establish();
  CHECK(server.receive_disconnect(ReasonCode::success, at_once) ==
        Lines{"disconnected 0x00 {session-expiry-interval=0}"});
  server.connect.properties = hour;
  server.establish();
  CHECK(server.receive_disconnect(ReasonCode::success, hour) ==
        Lines{"disconnected 0x00 {session-expiry-interval=3600}"});
}

TEST_CASE(
    "the server disconnects with a reason in 5.0, and sends nothing after it "
    "[MQTT-3.14.4-1] [MQTT-3.14.2-1] [MQTT-3.14.4-2]") {
  for (const Version version : every_version) {
    ScriptedServer server(version);
    server.establish();
    server.session.disconnect(ReasonCode::session_taken_over, {}, server.out);
    CHECK(server.sent() == (version == Version::mqtt_5 ? Lines{"DISCONNECT 0x8e"} : Lines{}));
    constexpr ReasonCode reasons[] = {ReasonCode::success};
    CHECK(server.session.suback(1, reasons, {}, server.out) == session::Error::not_connected);
    server.session.disconnect(ReasonCode::server_shutting_down, {}, server.out);
    CHECK(server.receive({0xC0, 0}) == Lines{});
    CHECK(server.out.empty());
  }
  ScriptedServer server;
  server.establish();
  server.session.disconnect(ReasonCode::client_identifier_not_valid, {}, server.out);
  CHECK(server.sent() == Lines{"DISCONNECT 0x80"});
}

TEST_CASE("DISCONNECT is never sent before CONNACK [MQTT-3.14.0-1]") {
  ScriptedServer server;
  server.open();
  server.session.disconnect(ReasonCode::server_shutting_down, {}, server.out);
  CHECK(server.out.empty());
  server.open();
  server.receive_connect();
  server.session.disconnect(ReasonCode::server_shutting_down, {}, server.out);
  CHECK(server.out.empty());
  CHECK(server.session.state() == State::closed);
}
