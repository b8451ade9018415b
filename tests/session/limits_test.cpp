// What the server announced, what we announced, and topic aliases.
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

namespace {

wire::Publish aliased(std::string_view topic, std::uint16_t alias, QoS qos = QoS::at_most_once,
                      wire::PacketId id = 0) {
  wire::Publish publish = test::message(topic, qos, id);
  publish.topic_alias = alias;
  return publish;
}

std::error_code publish(ScriptedClient& client, const wire::Publish& message) {
  return client.session.publish(message, 1, client.clock.now(), client.out);
}

session::ClientSettings assigning() {
  session::ClientSettings settings;
  settings.exchange.assign_topic_aliases = true;
  return settings;
}

// Connects, and announces what is given.
void announce(ScriptedClient& client, OwnedProperties properties) {
  client.announced = std::move(properties);
  client.connect.properties = client.announced;
  client.establish();
}

}  // namespace

TEST_CASE("no QoS above the server's maximum is sent [MQTT-3.2.2-11]") {
  ScriptedClient client;
  client.establish(OwnedProperties{{PropertyId::maximum_qos, 1}});
  CHECK(client.publish("a", QoS::exactly_once) == Error::qos_not_supported);
  CHECK_FALSE(client.publish("a", QoS::at_least_once));
  ScriptedClient none;
  none.establish(OwnedProperties{{PropertyId::maximum_qos, 0}});
  CHECK(none.publish("a", QoS::at_least_once) == Error::qos_not_supported);
  CHECK_FALSE(none.publish("a", QoS::at_most_once));
  // Subscriptions may ask for more.
  CHECK_FALSE(none.subscribe({{.filter = "a", .qos = QoS::exactly_once}}));
}

TEST_CASE("no retained message goes to a server without retain [MQTT-3.2.2-14]") {
  ScriptedClient client;
  client.establish(OwnedProperties{{PropertyId::retain_available, 0}});
  wire::Publish message = test::message("a", QoS::at_most_once);
  CHECK_FALSE(publish(client, message));
  message.retain = true;
  CHECK(publish(client, message) == Error::retain_not_supported);
}

TEST_CASE("no packet above the server's maximum size is sent [MQTT-3.2.2-15]") {
  ScriptedClient client;
  client.establish(OwnedProperties{{PropertyId::maximum_packet_size, 20}});
  // Two bytes of header, three of topic, two of identifier, one of properties.
  CHECK_FALSE(client.publish("a", QoS::at_least_once, std::string(12, 'x')));
  CHECK(client.out.size() == 20);
  CHECK(client.publish("a", QoS::at_least_once, std::string(13, 'x')) == Error::packet_too_large);
  CHECK(client.publish("a", QoS::at_most_once, std::string(15, 'x')) == Error::packet_too_large);
  CHECK(client.subscribe({{.filter = std::string_view("a/long/filter/+")}}) ==
        Error::packet_too_large);
  CHECK(client.unsubscribe({"a/long/filter/that/is"}) == Error::packet_too_large);
  CHECK(client.out.size() == 20);
  CHECK(client.session.pending() == 1);
  // The identifiers that were not used are used next.
  client.out.clear();
  CHECK_FALSE(client.publish("a", QoS::at_least_once));
  CHECK(client.session.pending() == 2);
}

TEST_CASE("properties of DISCONNECT are left out where they do not fit [MQTT-3.14.2-3]") {
  ScriptedClient client;
  client.establish(OwnedProperties{{PropertyId::maximum_packet_size, 20}});
  const OwnedProperties reason{{PropertyId::reason_string, "a long explanation of the reason"}};
  client.session.disconnect(ReasonCode::disconnect_with_will, reason, client.out);
  CHECK(client.sent() == Lines{"DISCONNECT 0x04"});
}

TEST_CASE("the limits of one connection do not bind the next [MQTT-3.3.2-7]") {
  ScriptedClient client;
  client.establish(OwnedProperties{{PropertyId::maximum_packet_size, 20},
                                   {PropertyId::maximum_qos, 0},
                                   {PropertyId::topic_alias_maximum, 5}});
  client.reconnect({}, false);
  CHECK_FALSE(client.publish("a", QoS::exactly_once, std::string(100, 'x')));
  CHECK(publish(client, aliased("a", 1)) == Error::topic_alias_invalid);
}

TEST_CASE("a packet above our maximum size is a fault at its header [MQTT-3.1.2-24]") {
  for (const Version version : {Version::mqtt_3_1_1, Version::mqtt_5}) {
    session::ClientSettings settings;
    settings.maximum_packet_size = 100;
    ScriptedClient client(version, settings);
    client.establish();
    CHECK(client.receive_publish(test::message("a", QoS::at_most_once, 0, std::string(90, 'x')))
              .size() == 1);
    CHECK(client.receive(Bytes{0x30, 0xFF, 0x01}) == Lines{"fault 0x95"});
    CHECK(client.sent() == (version == Version::mqtt_5 ? Lines{"DISCONNECT 0x95"} : Lines{}));
  }
  ScriptedClient announced;
  announce(announced, OwnedProperties{{PropertyId::maximum_packet_size, 50}});
  CHECK(announced.receive(Bytes{0x30, 49}) == Lines{"fault 0x95"});
}

TEST_CASE(
    "received aliases up to the announced maximum stand for their topics [MQTT-3.3.2-10] "
    "[MQTT-3.3.2-12]") {
  ScriptedClient client;
  announce(client, OwnedProperties{{PropertyId::topic_alias_maximum, 2}});
  CHECK(client.receive_publish(aliased("a", 1)) == Lines{"message q0 alias=1 t=a {topic-alias=1}"});
  CHECK(client.receive_publish(aliased("b", 2)).size() == 1);
  CHECK(client.receive_publish(aliased("", 1)) == Lines{"message q0 alias=1 t=a {topic-alias=1}"});
  CHECK(client.receive_publish(aliased("", 2, QoS::exactly_once, 7)) ==
        Lines{"message q2 id=7 alias=2 t=b #1 {topic-alias=2}"});
}

TEST_CASE(
    "an alias beyond our maximum, undefined or zero is a fault [MQTT-3.1.2-26] [MQTT-3.1.2-27] "
    "[MQTT-3.3.2-8]") {
  ScriptedClient beyond;
  announce(beyond, OwnedProperties{{PropertyId::topic_alias_maximum, 2}});
  CHECK(beyond.receive_publish(aliased("a", 3)) == Lines{"fault 0x94"});
  CHECK(beyond.sent() == Lines{"DISCONNECT 0x94"});
  ScriptedClient undefined;
  announce(undefined, OwnedProperties{{PropertyId::topic_alias_maximum, 2}});
  CHECK(undefined.receive_publish(aliased("", 1)) == Lines{"fault 0x82"});
  CHECK(undefined.sent() == Lines{"DISCONNECT 0x82"});
  ScriptedClient none;
  none.establish();
  CHECK(none.receive_publish(aliased("a", 1)) == Lines{"fault 0x94"});
  ScriptedClient zero;
  announce(zero, OwnedProperties{{PropertyId::topic_alias_maximum, 2}});
  CHECK(zero.receive(Bytes{0x30, 7, 0, 1, 'a', 3, 0x23, 0, 0}) == Lines{"fault 0x94"});
}

TEST_CASE("received aliases end with the connection [MQTT-3.3.2-7]") {
  ScriptedClient client;
  announce(client, OwnedProperties{{PropertyId::topic_alias_maximum, 2}});
  client.receive_publish(aliased("a", 1));
  client.reconnect();
  CHECK(client.receive_publish(aliased("", 1)) == Lines{"fault 0x82"});
}

TEST_CASE(
    "an alias of the owner's choice is sent within the server's maximum, the topic once "
    "[MQTT-3.2.2-17] [MQTT-3.2.2-18] [MQTT-3.3.2-9] [MQTT-3.3.2-8]") {
  ScriptedClient client;
  client.establish(OwnedProperties{{PropertyId::topic_alias_maximum, 2}});
  CHECK_FALSE(publish(client, aliased("a", 2)));
  CHECK_FALSE(publish(client, aliased("a", 2)));
  CHECK_FALSE(publish(client, aliased("b", 2)));
  CHECK(publish(client, aliased("a", 3)) == Error::topic_alias_invalid);
  CHECK_FALSE(publish(client, aliased("a", 0)));
  CHECK(client.sent() == Lines{"PUBLISH q0 alias=2 t=a {topic-alias=2}",
                               "PUBLISH q0 alias=2 {topic-alias=2}",
                               "PUBLISH q0 alias=2 t=b {topic-alias=2}", "PUBLISH q0 t=a"});
  ScriptedClient none;
  none.establish();
  CHECK(publish(none, aliased("a", 1)) == Error::topic_alias_invalid);
  ScriptedClient old(Version::mqtt_3_1_1);
  old.establish();
  CHECK(publish(old, aliased("a", 1)) == Error::topic_alias_invalid);
}

TEST_CASE("aliases are assigned when asked for and allowed [MQTT-3.2.2-18]") {
  ScriptedClient client(Version::mqtt_5, assigning());
  client.establish(OwnedProperties{{PropertyId::topic_alias_maximum, 1}});
  client.publish("a", QoS::at_most_once);
  client.publish("a", QoS::at_least_once);
  client.publish("b", QoS::at_most_once);
  client.publish("a", QoS::at_most_once);
  CHECK(client.sent() ==
        Lines{"PUBLISH q0 alias=1 t=a {topic-alias=1}", "PUBLISH q1 id=1 alias=1 {topic-alias=1}",
              "PUBLISH q0 alias=1 t=b {topic-alias=1}", "PUBLISH q0 alias=1 t=a {topic-alias=1}"});
  ScriptedClient off;
  off.establish(OwnedProperties{{PropertyId::topic_alias_maximum, 1}});
  off.publish("a", QoS::at_most_once);
  CHECK(off.sent() == Lines{"PUBLISH q0 t=a"});
  ScriptedClient none(Version::mqtt_5, assigning());
  none.establish();
  none.publish("a", QoS::at_most_once);
  CHECK(none.sent() == Lines{"PUBLISH q0 t=a"});
}

TEST_CASE("an alias is left out where it makes the packet too large") {
  ScriptedClient client(Version::mqtt_5, assigning());
  client.establish(
      OwnedProperties{{PropertyId::topic_alias_maximum, 5}, {PropertyId::maximum_packet_size, 20}});
  client.publish("a", QoS::at_most_once, std::string(14, 'x'));
  client.publish("a", QoS::at_most_once, "y");
  CHECK(client.sent() ==
        Lines{"PUBLISH q0 t=a p=xxxxxxxxxxxxxx", "PUBLISH q0 alias=1 t=a p=y {topic-alias=1}"});
}

TEST_CASE("what is resent has its topic, since aliases end with the connection [MQTT-3.3.2-7]") {
  ScriptedClient client(Version::mqtt_5, assigning());
  const OwnedProperties aliases{{PropertyId::topic_alias_maximum, 5}};
  client.establish(aliases);
  client.publish("a", QoS::at_least_once, "1");
  client.publish("a", QoS::at_least_once, "2");
  client.reconnect(aliases);
  client.resend();
  client.publish("a", QoS::at_least_once, "3");
  CHECK(client.sent() == Lines{"PUBLISH q1 dup id=1 t=a p=1", "PUBLISH q1 dup id=2 t=a p=2",
                               "PUBLISH q1 id=3 alias=1 t=a p=3 {topic-alias=1}"});
}
