// Outgoing messages: QoS 0, 1 and 2 on one connection.
#include <tests/support/scripted_client.hpp>

#include <set>

#include <mqrig/wire/encode.hpp>

using namespace mqrig;
using session::Error;
using test::Bytes;
using test::Lines;
using test::OwnedProperties;
using test::ScriptedClient;
using wire::PacketType;
using wire::PropertyId;
using wire::QoS;
using wire::ReasonCode;
using wire::Version;

TEST_CASE(
    "QoS 0 is sent without identifier and DUP, and never acknowledged [MQTT-2.2.1-2] "
    "[MQTT-3.3.1-2] [MQTT-4.3.1-1] [MQTT-2.3.1-5 of 3.1.1]") {
  ScriptedClient client;
  client.establish();
  wire::Publish publish = test::message("a/b", QoS::at_most_once, 77, "x", true);
  CHECK_FALSE(client.session.publish(publish, 1, client.clock.now(), client.out));
  CHECK(client.sent() == Lines{"PUBLISH q0 t=a/b p=x"});
  CHECK(client.session.pending() == 0);
}

TEST_CASE(
    "QoS 1 is sent with an unused identifier and without DUP, and completed by PUBACK "
    "[MQTT-4.3.2-1] [MQTT-4.3.2-2] [MQTT-4.3.2-3] [MQTT-3.3.1-3] [MQTT-2.2.1-5]") {
  ScriptedClient client;
  client.establish();
  wire::Publish publish = test::message("a", QoS::at_least_once, 9, "x", true);
  CHECK_FALSE(client.session.publish(publish, 100, client.clock.now(), client.out));
  CHECK_FALSE(client.publish("b", QoS::at_least_once, {}, 200));
  CHECK(client.sent() == Lines{"PUBLISH q1 id=1 t=a p=x", "PUBLISH q1 id=2 t=b"});
  CHECK(client.session.pending() == 2);
  CHECK(client.receive_ack(PacketType::puback, 2) == Lines{"published 200"});
  CHECK(client.receive_ack(PacketType::puback, 1) == Lines{"published 100"});
  CHECK(client.session.pending() == 0);
  CHECK(client.sent() == Lines{});
}

TEST_CASE(
    "QoS 2 goes through PUBREC, PUBREL and PUBCOMP with one identifier [MQTT-4.3.3-1] "
    "[MQTT-4.3.3-2] [MQTT-4.3.3-4] [MQTT-4.3.3-3] [MQTT-4.3.3-5] [MQTT-2.2.1-5]") {
  for (const Version version : {Version::mqtt_3_1, Version::mqtt_3_1_1, Version::mqtt_5}) {
    ScriptedClient client(version);
    client.establish();
    client.publish("a", QoS::exactly_once, "x", 7);
    CHECK(client.sent() == Lines{"PUBLISH q2 id=1 t=a p=x"});
    CHECK(client.receive_ack(PacketType::pubrec, 1) == Lines{});
    CHECK(client.sent() == Lines{"PUBREL 1"});
    CHECK(client.session.pending() == 1);
    CHECK(client.receive_ack(PacketType::pubcomp, 1) == Lines{"published 7"});
    CHECK(client.session.pending() == 0);
    CHECK(client.sent() == Lines{});
  }
}

TEST_CASE("PUBREL has its reserved bits [MQTT-3.6.1-1] [MQTT-2.2.2-1 of 3.1.1]") {
  ScriptedClient client(Version::mqtt_3_1_1);
  client.establish();
  client.publish("a", QoS::exactly_once);
  client.out.clear();
  client.receive_ack(PacketType::pubrec, 1);
  const wire::ByteView sent = client.out.view();
  CHECK(Bytes(sent.begin(), sent.end()) == Bytes{0x62, 2, 0, 1});
}

TEST_CASE("reason and properties of an acknowledgement are reported with the message") {
  ScriptedClient client;
  client.establish();
  const OwnedProperties reason{{PropertyId::reason_string, "why"}};
  client.publish("a", QoS::at_least_once, {}, 1);
  client.publish("a", QoS::at_least_once, {}, 2);
  CHECK(client.receive_ack(PacketType::puback, 1, ReasonCode::no_matching_subscribers) ==
        Lines{"published 1 0x10"});
  CHECK(client.receive_ack(PacketType::puback, 2, ReasonCode::not_authorized, reason) ==
        Lines{"published 2 0x87 {reason-string=why}"});
}

TEST_CASE("the reason of PUBREC is reported with PUBCOMP") {
  ScriptedClient client;
  client.establish();
  client.publish("a", QoS::exactly_once, {}, 1);
  CHECK(client.receive_ack(PacketType::pubrec, 1, ReasonCode::no_matching_subscribers) == Lines{});
  CHECK(client.receive_ack(PacketType::pubcomp, 1) == Lines{"published 1 0x10"});
}

TEST_CASE("PUBCOMP from a server that completed before is no failure of the message") {
  ScriptedClient client;
  client.establish();
  client.publish("a", QoS::exactly_once, {}, 1);
  client.receive_ack(PacketType::pubrec, 1);
  CHECK(client.receive_ack(PacketType::pubcomp, 1, ReasonCode::packet_identifier_not_found) ==
        Lines{"published 1"});
}

TEST_CASE("PUBREC with an error completes the message and frees its place [MQTT-4.4.0-2]") {
  session::ClientSettings settings;
  settings.exchange.window = 1;
  ScriptedClient client(Version::mqtt_5, settings);
  client.establish();
  client.publish("a", QoS::exactly_once, {}, 5);
  CHECK(client.publish("a", QoS::exactly_once, {}, 6) == Error::would_block);
  client.sent();
  CHECK(client.receive_ack(PacketType::pubrec, 1, ReasonCode::quota_exceeded) ==
        Lines{"published 5 0x97"});
  CHECK(client.sent() == Lines{});
  CHECK(client.session.ready(QoS::exactly_once));
  client.reconnect();
  client.resend();
  CHECK(client.sent() == Lines{});
}

TEST_CASE("PUBACK for a QoS 2 message completes it") {
  ScriptedClient client(Version::mqtt_3_1_1);
  client.establish();
  client.publish("a", QoS::exactly_once, {}, 5);
  client.sent();
  CHECK(client.receive_ack(PacketType::puback, 1) == Lines{"published 5"});
  CHECK(client.session.pending() == 0);
  // PUBREC for it is answered as the specification has it.
  CHECK(client.receive_ack(PacketType::pubrec, 1) == Lines{});
  CHECK(client.sent() == Lines{"PUBREL 1"});
}

TEST_CASE("acknowledgements that fit no message change nothing") {
  ScriptedClient client;
  client.establish();
  client.publish("a", QoS::at_least_once, {}, 1);
  client.publish("a", QoS::exactly_once, {}, 2);
  client.subscribe({{.filter = "a"}}, 3);
  client.sent();
  for (const wire::PacketId id : {wire::PacketId{3}, wire::PacketId{4}, wire::PacketId{65'535}}) {
    CHECK(client.receive_ack(PacketType::puback, id) == Lines{});
    CHECK(client.receive_ack(PacketType::pubcomp, id) == Lines{});
    CHECK(client.receive_ack(PacketType::pubrec, id, ReasonCode::quota_exceeded) == Lines{});
    CHECK(client.sent() == Lines{});
    CHECK(client.receive_ack(PacketType::pubrec, id) == Lines{});
    CHECK(client.sent() == Lines{"PUBREL " + std::to_string(id) + " 0x92"});
  }
  CHECK(client.receive_ack(PacketType::pubcomp, 1) == Lines{});
  CHECK(client.receive_ack(PacketType::pubcomp, 2) == Lines{});
  CHECK(client.session.pending() == 2);
}

TEST_CASE("a repeated acknowledgement completes nothing twice") {
  ScriptedClient client;
  client.establish();
  client.publish("a", QoS::exactly_once, {}, 2);
  client.receive_ack(PacketType::pubrec, 1);
  client.sent();
  CHECK(client.receive_ack(PacketType::pubrec, 1) == Lines{});
  CHECK(client.sent() == Lines{"PUBREL 1"});
  CHECK(client.receive_ack(PacketType::puback, 1) == Lines{});
  CHECK(client.receive_ack(PacketType::pubcomp, 1) == Lines{"published 2"});
  CHECK(client.receive_ack(PacketType::pubcomp, 1) == Lines{});
  CHECK(client.session.pending() == 0);
}

TEST_CASE("PUBRELs are sent in the order of the PUBRECs [MQTT-4.6.0-4]") {
  ScriptedClient client;
  client.establish();
  for (int i = 0; i < 4; ++i) client.publish("a", QoS::exactly_once);
  client.sent();
  for (const wire::PacketId id : {wire::PacketId{3}, wire::PacketId{1}, wire::PacketId{4}}) {
    client.receive_ack(PacketType::pubrec, id);
  }
  CHECK(client.sent() == Lines{"PUBREL 3", "PUBREL 1", "PUBREL 4"});
}

TEST_CASE(
    "identifiers in use are never given out again, to messages and requests alike "
    "[MQTT-2.2.1-3] [MQTT-2.3.1-1 of 3.1.1] [MQTT-2.3.1-2 of 3.1.1] [MQTT-2.3.1-3 of 3.1.1]") {
  ScriptedClient client;
  client.establish();
  std::set<wire::PacketId> used;
  const auto take_sent = [&] {
    wire::ByteView rest = client.out.view();
    while (!rest.empty()) {
      // All are short: type, length, topic "a" or identifier first.
      const bool publish = rest[0] >> 4 == 3;
      const std::size_t at = publish ? 5 : 2;
      const auto id = static_cast<wire::PacketId>(rest[at] << 8 | rest[at + 1]);
      REQUIRE(id != 0);
      REQUIRE(used.insert(id).second);
      rest = rest.subspan(2U + rest[1]);
    }
    client.out.clear();
  };
  for (int i = 0; i < 65'535; ++i) {
    if (i % 1000 == 0) {
      REQUIRE_FALSE(client.subscribe({{.filter = "a"}}));
    } else if (i % 1000 == 1) {
      REQUIRE_FALSE(client.unsubscribe({"a"}));
    } else {
      REQUIRE_FALSE(client.publish("a", i % 2 == 0 ? QoS::at_least_once : QoS::exactly_once));
    }
    take_sent();
  }
  CHECK(used.size() == 65'535);
  CHECK(client.publish("a", QoS::at_least_once) == Error::would_block);
  CHECK(client.subscribe({{.filter = "a"}}) == Error::would_block);
  CHECK(client.unsubscribe({"a"}) == Error::would_block);
  CHECK(client.out.empty());

  client.receive_ack(PacketType::puback, 5);
  used.erase(5);
  CHECK_FALSE(client.publish("a", QoS::at_least_once));
  take_sent();
  CHECK(used.count(5) == 1);
}

TEST_CASE(
    "the send quota is the receive maximum of the server, and other packets pass when it is used "
    "up [MQTT-4.9.0-1] [MQTT-4.9.0-2] [MQTT-4.9.0-3] [MQTT-3.3.4-7]") {
  ScriptedClient client;
  client.establish(OwnedProperties{{PropertyId::receive_maximum, 3}});
  CHECK_FALSE(client.publish("a", QoS::at_least_once));
  CHECK_FALSE(client.publish("a", QoS::exactly_once));
  CHECK_FALSE(client.publish("a", QoS::exactly_once));
  client.sent();
  CHECK_FALSE(client.session.ready(QoS::at_least_once));
  CHECK(client.publish("a", QoS::at_least_once) == Error::would_block);
  CHECK(client.publish("a", QoS::exactly_once) == Error::would_block);
  CHECK(client.sent() == Lines{});

  CHECK_FALSE(client.publish("a", QoS::at_most_once));
  CHECK_FALSE(client.subscribe({{.filter = "b"}}));
  CHECK(client.receive_publish(test::message("b", QoS::at_least_once, 1)).size() == 1);
  CHECK(client.sent() == Lines{"PUBLISH q0 t=a", "SUBSCRIBE 4 b:0", "PUBACK 1"});

  // PUBREC frees no place, PUBCOMP does.
  client.receive_ack(PacketType::pubrec, 2);
  CHECK(client.publish("a", QoS::at_least_once) == Error::would_block);
  client.receive_ack(PacketType::pubcomp, 2);
  CHECK_FALSE(client.publish("a", QoS::at_least_once));
  CHECK(client.publish("a", QoS::at_least_once) == Error::would_block);
  client.receive_ack(PacketType::puback, 1);
  CHECK_FALSE(client.publish("a", QoS::at_least_once));
}

TEST_CASE("the owner's window counts when it is smaller, and is one at least") {
  session::ClientSettings settings;
  settings.exchange.window = 2;
  ScriptedClient client(Version::mqtt_5, settings);
  client.establish(OwnedProperties{{PropertyId::receive_maximum, 3}});
  CHECK_FALSE(client.publish("a", QoS::at_least_once));
  CHECK_FALSE(client.publish("a", QoS::at_least_once));
  CHECK(client.publish("a", QoS::at_least_once) == Error::would_block);

  settings.exchange.window = 0;
  settings.exchange.legacy_qos_2_window = 0;
  ScriptedClient small(Version::mqtt_3_1_1, settings);
  small.establish();
  CHECK_FALSE(small.publish("a", QoS::exactly_once));
  CHECK(small.publish("a", QoS::at_least_once) == Error::would_block);
}

TEST_CASE("below 5.0 twenty QoS 2 messages are in flight at most, until PUBCOMP") {
  for (const Version version : {Version::mqtt_3_1, Version::mqtt_3_1_1}) {
    ScriptedClient client(version);
    client.establish();
    for (int i = 0; i < 20; ++i) CHECK_FALSE(client.publish("a", QoS::exactly_once));
    CHECK(client.publish("a", QoS::exactly_once) == Error::would_block);
    CHECK_FALSE(client.session.ready(QoS::exactly_once));
    CHECK(client.session.ready(QoS::at_least_once));
    CHECK_FALSE(client.publish("a", QoS::at_least_once));
    client.receive_ack(PacketType::pubrec, 1);
    CHECK(client.publish("a", QoS::exactly_once) == Error::would_block);
    client.receive_ack(PacketType::pubcomp, 1);
    CHECK_FALSE(client.publish("a", QoS::exactly_once));
  }
}

TEST_CASE(
    "a topic that no packet may carry is refused [MQTT-3.3.2-1] [MQTT-3.3.2-2] [MQTT-4.7.0-1] "
    "[MQTT-4.7.3-1] [MQTT-4.7.3-2] [MQTT-4.7.3-3] [MQTT-1.5.4-1] [MQTT-1.5.4-2] "
    "[MQTT-4.7.1-1 of 3.1.1]") {
  ScriptedClient client;
  client.establish();
  const std::string too_long(65'536, 'a');
  const std::string_view topics[] = {
      "", "a/+", "#", std::string_view("a\0b", 3), "a\xC0\x80", "\xED\xA0\x80", too_long};
  for (const std::string_view topic : topics) {
    CHECK(client.publish(topic, QoS::at_least_once) == Error::invalid_topic);
  }
  CHECK(client.out.empty());
  CHECK(client.session.pending() == 0);
  CHECK_FALSE(client.publish(std::string(65'535, 'a'), QoS::at_least_once));
}

TEST_CASE("a client publishes no subscription identifier [MQTT-3.3.4-6]") {
  ScriptedClient client;
  client.establish();
  const OwnedProperties properties{{PropertyId::subscription_identifier, 1}};
  wire::Publish publish = test::message("a", QoS::at_least_once);
  publish.properties = properties;
  CHECK(client.session.publish(publish, 1, client.clock.now(), client.out) ==
        Error::identifier_in_publish);
  CHECK(client.out.empty());
}

TEST_CASE("a response topic is a topic name [MQTT-3.3.2-14]") {
  ScriptedClient client;
  client.establish();
  wire::Publish publish = test::message("a", QoS::at_most_once);
  for (const std::string_view topic : {"r/+", "#", ""}) {
    const OwnedProperties properties{{PropertyId::response_topic, topic}};
    publish.properties = properties;
    CHECK(client.session.publish(publish, 1, client.clock.now(), client.out) ==
          Error::invalid_topic);
  }
  CHECK(client.out.empty());
}

TEST_CASE("the properties of a message are sent as they are [MQTT-1.5.7-1] [MQTT-3.3.2-13]") {
  ScriptedClient client;
  client.establish();
  const OwnedProperties properties{
      {PropertyId::payload_format_indicator, 1}, {PropertyId::message_expiry_interval, 60},
      {PropertyId::content_type, "text/plain"},  {PropertyId::response_topic, "r"},
      {PropertyId::correlation_data, "c"},       {PropertyId::user_property, "k", "1"},
      {PropertyId::user_property, "k", "2"}};
  wire::Publish publish = test::message("a", QoS::at_most_once);
  publish.retain = true;
  publish.properties = properties;
  CHECK_FALSE(client.session.publish(publish, 1, client.clock.now(), client.out));
  CHECK(client.sent() ==
        Lines{"PUBLISH q0 retain t=a {payload-format-indicator=1, message-expiry-interval=60, "
              "content-type=text/plain, response-topic=r, correlation-data=c, user-property=k:1, "
              "user-property=k:2}"});
}
