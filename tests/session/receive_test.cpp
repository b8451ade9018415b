// Incoming messages, and their acknowledgement by the session or the owner.
#include <tests/support/scripted_client.hpp>

#include <mqrig/wire/encode.hpp>

using namespace mqrig;
using test::Bytes;
using test::Lines;
using test::OwnedProperties;
using test::ScriptedClient;
using wire::PacketType;
using wire::PropertyId;
using wire::QoS;
using wire::ReasonCode;
using wire::Version;

namespace {

session::ClientSettings manual() {
  session::ClientSettings settings;
  settings.exchange.ack_mode = session::AckMode::manual;
  return settings;
}

void acknowledge(ScriptedClient& client, std::uint64_t receipt,
                 ReasonCode reason = ReasonCode::success) {
  client.session.acknowledge(receipt, reason, client.clock.now(), client.out);
}

Lines receive(ScriptedClient& client, QoS qos, wire::PacketId id, bool dup = false) {
  return client.receive_publish(test::message("a", qos, id, {}, dup));
}

}  // namespace

TEST_CASE("a QoS 0 message is reported with its properties and not acknowledged") {
  ScriptedClient client;
  client.establish();
  const OwnedProperties properties{{PropertyId::subscription_identifier, 3},
                                   {PropertyId::subscription_identifier, 5},
                                   {PropertyId::user_property, "k", "v"}};
  wire::Publish publish = test::message("a/b", QoS::at_most_once, 0, "x");
  publish.retain = true;
  publish.properties = properties;
  CHECK(client.receive_publish(publish) ==
        Lines{"message q0 retain t=a/b p=x {subscription-identifier=3, "
              "subscription-identifier=5, user-property=k:v}"});
  CHECK(client.sent() == Lines{});
}

TEST_CASE(
    "a QoS 1 message is acknowledged with its identifier [MQTT-4.3.2-4] [MQTT-2.2.1-5] "
    "[MQTT-4.5.0-2] [MQTT-3.3.4-1] [MQTT-3.4.2-2] [MQTT-3.4.2-3] [MQTT-4.3.2-2 of 3.1.1]") {
  for (const Version version : {Version::mqtt_3_1_1, Version::mqtt_5}) {
    ScriptedClient client(version);
    client.establish();
    CHECK(receive(client, QoS::at_least_once, 300) == Lines{"message q1 id=300 t=a #1"});
    CHECK(client.sent() == Lines{"PUBACK 300"});
    // Acknowledged, the identifier belongs to a new message, whatever DUP says [MQTT-4.3.2-5].
    CHECK(receive(client, QoS::at_least_once, 300, true) == Lines{"message q1 dup id=300 t=a #2"});
    CHECK(client.sent() == Lines{"PUBACK 300"});
    CHECK(client.session.unacknowledged() == 0);
  }
}

TEST_CASE(
    "a QoS 2 message is delivered once until PUBREL, and PUBREL is answered with PUBCOMP "
    "[MQTT-4.3.3-8] [MQTT-4.3.3-10] [MQTT-4.3.3-11] [MQTT-4.3.3-12] [MQTT-2.2.1-5] "
    "[MQTT-3.5.2-2] [MQTT-3.5.2-3] [MQTT-3.7.2-2] [MQTT-3.7.2-3] [MQTT-4.3.3-2 of 3.1.1]") {
  for (const Version version : {Version::mqtt_3_1, Version::mqtt_3_1_1, Version::mqtt_5}) {
    ScriptedClient client(version);
    client.establish();
    CHECK(receive(client, QoS::exactly_once, 7) == Lines{"message q2 id=7 t=a #1"});
    CHECK(client.sent() == Lines{"PUBREC 7"});
    CHECK(receive(client, QoS::exactly_once, 7, true) == Lines{});
    CHECK(client.sent() == Lines{"PUBREC 7"});
    CHECK(receive(client, QoS::exactly_once, 7) == Lines{});
    CHECK(client.sent() == Lines{"PUBREC 7"});
    CHECK(client.receive_ack(PacketType::pubrel, 7) == Lines{});
    CHECK(client.sent() == Lines{"PUBCOMP 7"});
    CHECK(receive(client, QoS::exactly_once, 7, true) == Lines{"message q2 dup id=7 t=a #4"});
  }
}

TEST_CASE("PUBREL for an unknown identifier is answered [MQTT-4.3.3-11] [MQTT-3.7.2-1]") {
  ScriptedClient client;
  client.establish();
  client.receive_ack(PacketType::pubrel, 9);
  CHECK(client.sent() == Lines{"PUBCOMP 9 0x92"});
  ScriptedClient old(Version::mqtt_3_1_1);
  old.establish();
  old.receive_ack(PacketType::pubrel, 9);
  CHECK(old.sent() == Lines{"PUBCOMP 9"});
}

TEST_CASE("in 3.1 PUBREL may come again with DUP") {
  ScriptedClient client(Version::mqtt_3_1);
  client.establish();
  receive(client, QoS::exactly_once, 1);
  client.sent();
  CHECK(client.receive(Bytes{0x6A, 2, 0, 1}) == Lines{});
  CHECK(client.sent() == Lines{"PUBCOMP 1"});
}

TEST_CASE("with manual acknowledgement nothing is acknowledged before the owner says so") {
  ScriptedClient client(Version::mqtt_5, manual());
  client.establish();
  receive(client, QoS::at_least_once, 1);
  receive(client, QoS::exactly_once, 2);
  CHECK(client.sent() == Lines{});
  CHECK(client.session.unacknowledged() == 2);
  acknowledge(client, 1);
  CHECK(client.sent() == Lines{"PUBACK 1"});
  acknowledge(client, 2);
  CHECK(client.sent() == Lines{"PUBREC 2"});
  CHECK(client.session.unacknowledged() == 0);
}

TEST_CASE("acknowledgements leave in the order of reception [MQTT-4.6.0-2] [MQTT-4.6.0-3]") {
  ScriptedClient client(Version::mqtt_5, manual());
  client.establish();
  for (wire::PacketId id = 1; id <= 6; ++id) {
    receive(client, id % 2 == 0 ? QoS::exactly_once : QoS::at_least_once, id);
  }
  acknowledge(client, 3);
  acknowledge(client, 2);
  acknowledge(client, 6);
  CHECK(client.sent() == Lines{});
  acknowledge(client, 1);
  CHECK(client.sent() == Lines{"PUBACK 1", "PUBREC 2", "PUBACK 3"});
  client.session.acknowledge_through(5, client.clock.now(), client.out);
  CHECK(client.sent() == Lines{"PUBREC 4", "PUBACK 5", "PUBREC 6"});
}

TEST_CASE("receipts that are unknown or used up are ignored") {
  ScriptedClient client(Version::mqtt_5, manual());
  client.establish();
  receive(client, QoS::at_least_once, 1);
  for (const std::uint64_t receipt : {std::uint64_t{0}, std::uint64_t{2}, ~std::uint64_t{0}}) {
    acknowledge(client, receipt);
  }
  CHECK(client.sent() == Lines{});
  acknowledge(client, 1);
  client.sent();
  acknowledge(client, 1);
  client.session.acknowledge_through(1, client.clock.now(), client.out);
  CHECK(client.sent() == Lines{});
}

TEST_CASE("many unacknowledged messages keep their order while the ring grows and turns") {
  ScriptedClient client(Version::mqtt_5, manual());
  client.establish();
  std::uint64_t received = 0;
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < round + 3; ++i) {
      receive(client, QoS::at_least_once, static_cast<wire::PacketId>(++received));
    }
    for (int i = 0; i < round + 2; ++i) {
      acknowledge(client, ++acknowledged);
      REQUIRE(client.sent() == Lines{"PUBACK " + std::to_string(acknowledged)});
    }
  }
  CHECK(client.session.unacknowledged() == received - acknowledged);
}

TEST_CASE("the owner's reason is sent with 5.0 and ends a QoS 2 exchange [MQTT-4.3.3-9]") {
  ScriptedClient client(Version::mqtt_5, manual());
  client.establish();
  receive(client, QoS::at_least_once, 1);
  receive(client, QoS::exactly_once, 2);
  acknowledge(client, 1, ReasonCode::payload_format_invalid);
  acknowledge(client, 2, ReasonCode::quota_exceeded);
  CHECK(client.sent() == Lines{"PUBACK 1 0x99", "PUBREC 2 0x97"});
  CHECK(receive(client, QoS::exactly_once, 2) == Lines{"message q2 id=2 t=a #3"});
}

TEST_CASE(
    "only reason codes that the packet may carry are sent [MQTT-3.4.2-1] [MQTT-3.5.2-1] "
    "[MQTT-3.6.2-1]") {
  ScriptedClient client(Version::mqtt_5, manual());
  client.establish();
  receive(client, QoS::at_least_once, 1);
  receive(client, QoS::exactly_once, 2);
  receive(client, QoS::at_least_once, 3);
  acknowledge(client, 1, ReasonCode::session_taken_over);
  acknowledge(client, 2, ReasonCode::granted_qos_1);
  acknowledge(client, 3, ReasonCode::no_matching_subscribers);
  CHECK(client.sent() == Lines{"PUBACK 1 0x80", "PUBREC 2", "PUBACK 3 0x10"});
}

TEST_CASE("below 5.0 an acknowledgement cannot say no") {
  ScriptedClient client(Version::mqtt_3_1_1, manual());
  client.establish();
  receive(client, QoS::exactly_once, 2);
  acknowledge(client, 1, ReasonCode::quota_exceeded);
  CHECK(client.sent() == Lines{"PUBREC 2"});
  CHECK(receive(client, QoS::exactly_once, 2) == Lines{});
}

TEST_CASE("a QoS 2 message that comes again before it was acknowledged waits with the first") {
  ScriptedClient client(Version::mqtt_3_1, manual());
  client.establish();
  receive(client, QoS::exactly_once, 2);
  CHECK(receive(client, QoS::exactly_once, 2, true) == Lines{});
  CHECK(client.sent() == Lines{});
  acknowledge(client, 1);
  CHECK(client.sent() == Lines{"PUBREC 2", "PUBREC 2"});
}

TEST_CASE("a message that comes again on a new connection is answered as the first one is") {
  for (const bool accept : {true, false}) {
    ScriptedClient client(Version::mqtt_5, manual());
    client.establish();
    receive(client, QoS::exactly_once, 2);
    client.reconnect();
    CHECK(receive(client, QoS::exactly_once, 2, true) == Lines{});
    CHECK(receive(client, QoS::at_least_once, 3) == Lines{"message q1 id=3 t=a #3"});
    CHECK(client.sent() == Lines{});
    acknowledge(client, 3);
    acknowledge(client, 1, accept ? ReasonCode::success : ReasonCode::quota_exceeded);
    CHECK(client.sent() ==
          (accept ? Lines{"PUBREC 2", "PUBACK 3"} : Lines{"PUBREC 2 0x97", "PUBACK 3"}));
    client.receive_ack(PacketType::pubrel, 2);
    CHECK(client.sent() == (accept ? Lines{"PUBCOMP 2"} : Lines{"PUBCOMP 2 0x92"}));
  }
}

TEST_CASE("receipts of a lost connection send nothing, and QoS 2 messages count as taken over") {
  ScriptedClient client(Version::mqtt_5, manual());
  client.establish();
  receive(client, QoS::at_least_once, 1);
  receive(client, QoS::exactly_once, 2);
  client.session.close();
  client.session.acknowledge_through(2, client.clock.now(), client.out);
  CHECK(client.sent() == Lines{});
  client.reconnect();
  CHECK(receive(client, QoS::at_least_once, 1, true) == Lines{"message q1 dup id=1 t=a #3"});
  CHECK(receive(client, QoS::exactly_once, 2, true) == Lines{});
  client.session.acknowledge_through(3, client.clock.now(), client.out);
  CHECK(client.sent() == Lines{"PUBACK 1", "PUBREC 2"});
}

TEST_CASE("without the session the server has forgotten its identifiers [MQTT-3.2.2-5]") {
  ScriptedClient client(Version::mqtt_5, manual());
  client.establish();
  receive(client, QoS::exactly_once, 1);
  receive(client, QoS::exactly_once, 2);
  acknowledge(client, 1);
  client.reconnect({}, false);
  CHECK(receive(client, QoS::exactly_once, 1) == Lines{"message q2 id=1 t=a #3"});
  CHECK(receive(client, QoS::exactly_once, 2) == Lines{"message q2 id=2 t=a #4"});
  // The receipt of the lost session neither sends anything nor touches the new message.
  acknowledge(client, 2, ReasonCode::quota_exceeded);
  CHECK(client.sent() == Lines{});
  client.session.acknowledge_through(4, client.clock.now(), client.out);
  CHECK(client.sent() == Lines{"PUBREC 1", "PUBREC 2"});
  CHECK(receive(client, QoS::exactly_once, 2) == Lines{});
}

TEST_CASE("more messages in flight than announced are a fault [MQTT-3.3.4-9]") {
  ScriptedClient client(Version::mqtt_5, manual());
  const OwnedProperties properties{{PropertyId::receive_maximum, 2}};
  client.connect.properties = properties;
  client.establish();
  receive(client, QoS::at_least_once, 1);
  receive(client, QoS::exactly_once, 2);
  CHECK(receive(client, QoS::at_most_once, 0).size() == 1);
  acknowledge(client, 1);
  CHECK(receive(client, QoS::exactly_once, 3).size() == 1);
  // PUBREC keeps the place, PUBCOMP frees it.
  acknowledge(client, 2);
  acknowledge(client, 3);
  client.receive_ack(PacketType::pubrel, 2);
  CHECK(receive(client, QoS::at_least_once, 4).size() == 1);
  client.sent();
  CHECK(receive(client, QoS::at_least_once, 5) == Lines{"fault 0x93"});
  CHECK(client.sent() == Lines{"DISCONNECT 0x93"});
}

TEST_CASE("PUBREC with an error frees a place of the receive maximum") {
  ScriptedClient client(Version::mqtt_5, manual());
  const OwnedProperties properties{{PropertyId::receive_maximum, 1}};
  client.connect.properties = properties;
  client.establish();
  for (std::uint64_t receipt = 1; receipt <= 5; ++receipt) {
    CHECK(receive(client, QoS::exactly_once, 1).size() == 1);
    acknowledge(client, receipt, ReasonCode::quota_exceeded);
  }
  CHECK(client.sent().size() == 5);
}

TEST_CASE("the receive maximum begins anew with each connection") {
  ScriptedClient client;
  const OwnedProperties properties{{PropertyId::receive_maximum, 2}};
  client.connect.properties = properties;
  client.establish();
  receive(client, QoS::exactly_once, 1);
  receive(client, QoS::exactly_once, 2);
  client.reconnect();
  CHECK(receive(client, QoS::exactly_once, 1, true) == Lines{});
  CHECK(receive(client, QoS::exactly_once, 3).size() == 1);
  client.receive_ack(PacketType::pubrel, 1);
  CHECK(receive(client, QoS::exactly_once, 4).size() == 1);
  CHECK(receive(client, QoS::exactly_once, 5) == Lines{"fault 0x93"});
}
