// Who gets a message, section 3.3.4, over a whole broker.
#include <mqrig/broker/router.hpp>

#include <doctest/doctest.h>

#include <memory>

#include <mqrig/broker/acl.hpp>
#include <tests/support/broker_rig.hpp>

using namespace mqrig;
using test::BrokerRig;
using test::Lines;
using test::MqttPeer;
using test::OwnedProperties;
using wire::PropertyId;
using wire::QoS;

namespace {

void subscribe(BrokerRig& rig, MqttPeer& peer, wire::Subscription entry, std::uint32_t identifier) {
  const OwnedProperties properties{{PropertyId::subscription_identifier, identifier}};
  peer.subscribe({entry}, identifier == 0 ? wire::Properties() : properties);
  rig.settle();
  peer.received();
}

wire::Publish retained(std::string_view payload, QoS qos) {
  wire::Publish packet;
  packet.topic = "a/b";
  packet.payload = wire::as_bytes(payload);
  packet.qos = qos;
  packet.packet_id = qos == QoS::at_most_once ? 0 : 1;
  packet.retain = true;
  return packet;
}

}  // namespace

TEST_CASE(
    "subscriptions that overlap make one copy, at the highest QoS, with all identifiers "
    "[MQTT-3.3.4-2] [MQTT-3.3.4-4]") {
  BrokerRig rig;
  MqttPeer& peer = rig.connect("c");
  subscribe(rig, peer, {.filter = "a/#", .qos = QoS::at_most_once}, 3);
  subscribe(rig, peer, {.filter = "a/+", .qos = QoS::exactly_once, .retain_as_published = true}, 0);
  subscribe(rig, peer, {.filter = "+/b", .qos = QoS::at_least_once}, 5);
  subscribe(rig, peer, {.filter = "#", .qos = QoS::at_most_once}, 7);
  MqttPeer& publisher = rig.connect("publisher");
  publisher.publish(retained("x", QoS::exactly_once));
  rig.settle();
  const Lines lines = peer.received();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("PUBLISH q2 retain id=1 t=a/b p=x {"));
  for (const char* identifier : {"=3", "=5", "=7"}) {
    CHECK(lines[0].find(std::string("subscription-identifier") + identifier) != std::string::npos);
  }
}

TEST_CASE("many subscribers of every version and QoS get one message each, as they asked") {
  BrokerRig rig;
  std::vector<std::pair<MqttPeer*, QoS>> peers;
  for (const wire::Version version :
       {wire::Version::mqtt_3_1, wire::Version::mqtt_3_1_1, wire::Version::mqtt_5}) {
    for (const QoS qos : {QoS::at_most_once, QoS::at_least_once, QoS::exactly_once}) {
      const std::string id =
          std::to_string(static_cast<int>(version)) + "-" + std::to_string(static_cast<int>(qos));
      MqttPeer& peer = rig.connect(id, version);
      peer.subscribe("a/b", qos);
      rig.settle();
      peer.received();
      peers.emplace_back(&peer, qos);
    }
  }
  MqttPeer& publisher = rig.connect("publisher");
  for (const QoS sent : {QoS::at_most_once, QoS::at_least_once, QoS::exactly_once}) {
    publisher.publish("a/b", "x", sent, sent == QoS::at_most_once ? 0 : 1);
    rig.settle();
    for (const auto& [peer, granted] : peers) {
      const auto qos = std::to_string(static_cast<int>(std::min(sent, granted)));
      const Lines lines = peer->received();
      REQUIRE(lines.size() == 1);
      CHECK(lines[0].starts_with("PUBLISH q" + qos));
      CHECK(lines[0].find("retain") == std::string::npos);
    }
  }
}

TEST_CASE("with No Local the publisher's own messages do not come back [MQTT-3.8.3-3]") {
  BrokerRig rig;
  MqttPeer& peer = rig.connect("c");
  subscribe(rig, peer, {.filter = "a/#", .qos = QoS::exactly_once, .no_local = true}, 1);
  peer.publish("a/b", "own");
  rig.settle();
  CHECK(peer.received().empty());
  // Another subscription of the same client asked for it.
  subscribe(rig, peer, {.filter = "a/b", .qos = QoS::at_most_once}, 2);
  peer.publish("a/b", "own");
  rig.settle();
  CHECK(peer.received() == Lines{"PUBLISH q0 t=a/b p=own {subscription-identifier=2}"});
  rig.connect("other").publish("a/b", "theirs");
  rig.settle();
  CHECK(peer.received().size() == 1);
}

TEST_CASE("the publisher is told when nobody is there") {
  BrokerRig rig;
  MqttPeer& publisher = rig.connect("publisher");
  publisher.publish("a/b", "x", QoS::at_least_once, 1);
  rig.settle();
  CHECK(publisher.received() == Lines{"PUBACK 1 0x10"});
  MqttPeer& old = rig.connect("old", wire::Version::mqtt_3_1_1);
  old.publish("a/b", "x", QoS::exactly_once, 1);
  rig.settle();
  CHECK(old.received() == Lines{"PUBREC 1"});
}

TEST_CASE("a list that is loaded anew holds for the next message, and connections stay") {
  BrokerRig rig;
  MqttPeer& peer = rig.subscriber("c", "#");
  MqttPeer& publisher = rig.connect("publisher");
  const auto load = [&](std::string_view text) {
    std::string error;
    rig.broker->set_acl(std::make_shared<const broker::Acl>(*broker::Acl::parse(text, error)));
  };
  load("topic #\ntopic deny secret\n");
  publisher.publish("secret", "1");
  publisher.publish("open", "2");
  rig.settle();
  CHECK(peer.received() == Lines{"PUBLISH q0 t=open p=2"});
  load("topic #\n");
  publisher.publish("secret", "3");
  rig.settle();
  CHECK(peer.received() == Lines{"PUBLISH q0 t=secret p=3"});
  load("topic read #\n");
  publisher.publish("open", "4", QoS::at_least_once, 1);
  rig.settle();
  CHECK(publisher.received() == Lines{"PUBACK 1 0x87"});
  rig.broker->set_acl(nullptr);
  publisher.publish("open", "5");
  rig.settle();
  CHECK(peer.received() == Lines{"PUBLISH q0 t=open p=5"});
}
