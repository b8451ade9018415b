// Retained messages for new subscriptions, in portions.
#include <mqrig/broker/dispatcher.hpp>

#include <doctest/doctest.h>

#include <set>

#include <tests/support/broker_rig.hpp>

using namespace mqrig;
using test::BrokerRig;
using test::Lines;
using test::MqttPeer;
using wire::QoS;

namespace {

void retain(BrokerRig& rig, std::string_view prefix, int count, std::string_view payload = "x") {
  MqttPeer& publisher = rig.connect("retainer");
  for (int i = 0; i < count; ++i) {
    const std::string topic = std::string(prefix) + std::to_string(i);
    wire::Publish packet;
    packet.topic = topic;
    packet.payload = wire::as_bytes(payload);
    packet.qos = QoS::at_least_once;
    packet.packet_id = 1;
    packet.retain = true;
    publisher.publish(packet);
    if (i % 100 == 99) rig.settle();
  }
  rig.settle();
  publisher.disconnect();
  rig.settle();
}

std::set<std::string> topics(const Lines& lines) {
  std::set<std::string> topics;
  for (const std::string& line : lines) {
    const std::size_t begin = line.find(" t=");
    if (begin == std::string::npos) continue;
    topics.insert(line.substr(begin + 3, line.find(' ', begin + 3) - begin - 3));
  }
  return topics;
}

}  // namespace

TEST_CASE("a huge retained set goes to one client in portions, while others are served") {
  broker::Settings settings = BrokerRig::quiet();
  settings.limits.output_bytes = 4 * 1024;
  BrokerRig rig(settings);
  retain(rig, "r/", 20'000);
  MqttPeer& other = rig.connect("other");
  MqttPeer& peer = rig.connect("c");
  peer.subscribe("#");
  int answered = 0;
  int steps = 0;
  other.ping();
  while (rig.step()) {
    ++steps;
    if (other.received().empty()) continue;
    ++answered;
    other.ping();
    if (peer.messages() == 20'000) break;
  }
  CHECK(peer.messages() == 20'000);
  CHECK(answered > 20);
  CHECK(topics(peer.received()).size() == 20'000);
  CHECK(rig.broker->statistics().dropped() == 0);
}

TEST_CASE("a filter that matches little of much holds nobody up") {
  BrokerRig rig;
  retain(rig, "r/", 10'000);
  retain(rig, "s/", 1);
  MqttPeer& other = rig.connect("other");
  MqttPeer& peer = rig.connect("c");
  peer.subscribe("+/0");
  rig.settle();
  CHECK(peer.messages() == 2);
  other.ping();
  rig.settle();
  CHECK(other.received() == Lines{"PINGRESP"});
}

TEST_CASE("retained messages wait for acknowledgements, and all come") {
  broker::Settings settings = BrokerRig::quiet();
  settings.limits.inflight = 7;
  for (const QoS qos : {QoS::at_least_once, QoS::exactly_once}) {
    BrokerRig rig(settings);
    retain(rig, "r/", 500);
    MqttPeer& peer = rig.connect("c");
    peer.subscribe({{.filter = "r/#", .qos = qos}, {.filter = "r/1", .qos = qos}});
    rig.settle();
    CHECK(peer.messages() == 7);
    CHECK(rig.broker->statistics().queued_now == 0);
    peer.acknowledges = true;
    for (wire::PacketId id = 1; id <= 7; ++id) {
      peer.acknowledge(wire::PacketType::puback, id);
    }
    rig.settle();
    CHECK(peer.messages() == 501);
    CHECK(topics(peer.received()).size() == 500);
  }
}

TEST_CASE("after UNSUBSCRIBE no further retained message is begun [MQTT-3.10.4-2]") {
  broker::Settings settings = BrokerRig::quiet();
  settings.limits.inflight = 2;
  BrokerRig rig(settings);
  retain(rig, "r/", 100);
  MqttPeer& peer = rig.connect("c");
  peer.subscribe(
      {{.filter = "r/#", .qos = QoS::at_least_once}, {.filter = "r/5", .qos = QoS::at_least_once}});
  rig.settle();
  peer.unsubscribe({"r/#"});
  peer.acknowledges = true;
  peer.acknowledge(wire::PacketType::puback, 1);
  peer.acknowledge(wire::PacketType::puback, 2);
  rig.settle();
  CHECK(peer.messages() == 3);
  CHECK(peer.received().back().find("t=r/5 ") != std::string::npos);
}

TEST_CASE("a client that subscribes again and again without an acknowledgement is stopped") {
  broker::Settings settings = BrokerRig::quiet();
  settings.limits.inflight = 1;
  settings.limits.subscriptions = 10;
  BrokerRig rig(settings);
  retain(rig, "r/", 10);
  MqttPeer& peer = rig.connect("c");
  for (int i = 0; i < 100; ++i) peer.subscribe("r/#", QoS::at_least_once);
  rig.settle();
  int refused = 0;
  for (const std::string& line : peer.received()) refused += line.ends_with("0x97");
  CHECK(refused == 90);
}

TEST_CASE("what is retained meanwhile comes once or not at all, and erased ones cause no harm") {
  broker::Settings settings = BrokerRig::quiet();
  settings.limits.inflight = 1;
  BrokerRig rig(settings);
  retain(rig, "r/", 50);
  MqttPeer& peer = rig.connect("c");
  peer.subscribe("r/#", QoS::at_least_once);
  rig.settle();
  retain(rig, "r/", 50, "");
  peer.acknowledges = true;
  peer.acknowledge(wire::PacketType::puback, 1);
  rig.settle();
  // The one that was in flight, and 50 empty ones for the subscription that stands.
  CHECK(peer.messages() == 51);
}

TEST_CASE("a session that goes away amid its retained messages is no longer sent any") {
  BrokerRig rig;
  retain(rig, "r/", 10'000);
  for (int steps = 1; steps < 30; ++steps) {
    MqttPeer& peer = rig.attach();
    wire::Connect connect;
    connect.client_id = "c";
    peer.connect(connect);
    peer.subscribe("#");
    for (int step = 0; step < steps; ++step) rig.step();
    peer.cut();
  }
  rig.settle();
  CHECK(rig.broker->statistics().sessions_now == 0);
}
