// A PUBLISH that is encoded once and forwarded to many, and resent.
#include <tests/support/scripted_server.hpp>

#include <mqrig/wire/encode.hpp>
#include <mqrig/wire/publish_layout.hpp>

#include <string>

using namespace mqrig;
using test::Lines;
using test::OwnedProperties;
using test::ScriptedServer;
using wire::PacketType;
using wire::PropertyId;
using wire::QoS;
using wire::ReasonCode;
using wire::Version;

TEST_CASE(
    "a forwarded message goes out as it is, but with an identifier of its own "
    "[MQTT-2.2.1-4] [MQTT-3.3.1-3]") {
  for (const Version version : {Version::mqtt_3_1, Version::mqtt_3_1_1, Version::mqtt_5}) {
    ScriptedServer server(version);
    server.establish();
    CHECK_FALSE(server.forward("a", QoS::at_most_once, "x"));
    for (int i = 0; i < 300; ++i) {
      server.out.clear();
      REQUIRE_FALSE(server.forward("a", QoS::at_least_once, "y"));
    }
    CHECK(server.sent() == Lines{"PUBLISH q1 id=300 t=a p=y"});
    CHECK_FALSE(server.forward("b/c", QoS::exactly_once, "z"));
    CHECK(server.sent() == Lines{"PUBLISH q2 id=301 t=b/c p=z"});
  }
}

TEST_CASE(
    "a forwarded message is completed with its token, and its identifier is free again "
    "[MQTT-4.3.2-5] [MQTT-4.3.3-4]") {
  ScriptedServer server;
  server.establish();
  CHECK_FALSE(server.forward("a", QoS::at_least_once, "", 10));
  CHECK_FALSE(server.forward("a", QoS::exactly_once, "", 20));
  CHECK(server.receive_ack(PacketType::puback, 1, ReasonCode::no_matching_subscribers) ==
        Lines{"published 10 0x10"});
  server.sent();
  CHECK(server.receive_ack(PacketType::pubrec, 2) == Lines{});
  CHECK(server.sent() == Lines{"PUBREL 2"});
  CHECK(server.receive_ack(PacketType::pubcomp, 2) == Lines{"published 20"});
  CHECK(server.engine.sender().pending() == 0);
}

TEST_CASE("no more are forwarded than the client's receive maximum allows [MQTT-3.3.4-9]") {
  const OwnedProperties two{{PropertyId::receive_maximum, 2}};
  ScriptedServer server;
  server.connect.properties = two;
  server.establish();
  CHECK_FALSE(server.forward("a", QoS::at_least_once));
  CHECK_FALSE(server.forward("a", QoS::exactly_once));
  server.sent();
  CHECK(server.forward("a", QoS::at_least_once) == session::Error::would_block);
  CHECK_FALSE(server.forward("a", QoS::at_most_once));
  CHECK(server.sent() == Lines{"PUBLISH q0 t=a"});
  server.receive_ack(PacketType::puback, 1);
  CHECK_FALSE(server.forward("a", QoS::at_least_once));
}

TEST_CASE(
    "what is larger than the client's maximum packet size is not forwarded "
    "[MQTT-3.1.2-24] [MQTT-3.1.2-25]") {
  const OwnedProperties small{{PropertyId::maximum_packet_size, 20}};
  ScriptedServer server;
  server.connect.properties = small;
  server.establish();
  for (const QoS qos : {QoS::at_most_once, QoS::at_least_once, QoS::exactly_once}) {
    CHECK(server.forward("a", qos, std::string(20, 'x')) == session::Error::packet_too_large);
  }
  CHECK(server.out.empty());
  CHECK(server.engine.sender().pending() == 0);
  CHECK_FALSE(server.forward("a", QoS::at_least_once));
  CHECK(server.sent() == Lines{"PUBLISH q1 id=1 t=a"});
}

TEST_CASE(
    "what was forwarded is resent on the next connection with DUP, before anything new "
    "[MQTT-4.4.0-1] [MQTT-3.3.1-1] [MQTT-4.6.0-6]") {
  ScriptedServer server;
  server.establish();
  server.forward("a", QoS::at_least_once, "1");
  server.forward("a", QoS::exactly_once, "2");
  server.forward("a", QoS::exactly_once, "3");
  server.receive_ack(PacketType::pubrec, 3);
  server.reconnect();
  CHECK(server.forward("a", QoS::at_most_once, "4") == session::Error::would_block);
  server.resend();
  CHECK_FALSE(server.forward("a", QoS::at_most_once, "4"));
  CHECK(server.sent() == Lines{"PUBREL 3", "PUBLISH q1 dup id=1 t=a p=1",
                               "PUBLISH q2 dup id=2 t=a p=2", "PUBLISH q0 t=a p=4"});
}

TEST_CASE(
    "a message that the next connection has no room for is completed unsent "
    "[MQTT-3.1.2-25]") {
  ScriptedServer server;
  server.establish();
  server.forward("a", QoS::at_least_once, std::string(30, 'x'), 7);
  const OwnedProperties small{{PropertyId::maximum_packet_size, 20}};
  server.connect.properties = small;
  server.reconnect();
  server.resend();
  CHECK(server.session.deadline() <= server.clock.now());
  CHECK(server.receive({}) == Lines{"published 7 0x95"});
  CHECK(server.sent() == Lines{});
  CHECK(server.engine.sender().pending() == 0);
}

TEST_CASE(
    "topic aliases are used where client and settings want them [MQTT-3.1.2-26] "
    "[MQTT-3.1.2-27] [MQTT-3.3.2-11]") {
  session::ExchangeSettings exchange;
  exchange.assign_topic_aliases = true;
  ScriptedServer server(Version::mqtt_5, {}, exchange);
  server.establish();
  CHECK_FALSE(server.engine.assigns_topic_aliases());
  const OwnedProperties one{{PropertyId::topic_alias_maximum, 1}};
  server.connect.properties = one;
  server.establish();
  CHECK(server.engine.assigns_topic_aliases());
  for (int i = 0; i < 2; ++i) {
    CHECK_FALSE(server.engine.publish(test::message("a/b", QoS::at_most_once), 0, server.out));
  }
  CHECK(server.sent() ==
        Lines{"PUBLISH q0 alias=1 t=a/b {topic-alias=1}", "PUBLISH q0 alias=1 {topic-alias=1}"});
}

TEST_CASE("a window below 5.0 is the owner's: a server's QoS 2 window may be all of it") {
  session::ExchangeSettings exchange;
  exchange.legacy_qos_2_window = exchange.window = 1000;
  ScriptedServer server(Version::mqtt_3_1_1, {}, exchange);
  server.establish();
  for (int i = 0; i < 1000; ++i) REQUIRE_FALSE(server.forward("a", QoS::exactly_once));
  CHECK(server.forward("a", QoS::exactly_once) == session::Error::would_block);
}
