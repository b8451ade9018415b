// Bridges of 3.1 and 3.1.1: what the broker makes of the highest bit of their protocol level.
#include <doctest/doctest.h>

#include <tests/store/state_file.hpp>
#include <tests/support/broker_rig.hpp>

using namespace mqrig;
using test::BrokerRig;
using test::Lines;
using test::MqttPeer;
using test::StateFile;
using wire::QoS;
using wire::Version;

namespace {

wire::Connect connect_of(std::string_view id, bool bridge, bool clean_start = true) {
  wire::Connect connect;
  connect.client_id = id;
  connect.bridge = bridge;
  connect.clean_start = clean_start;
  return connect;
}

MqttPeer& connect(BrokerRig& rig, const wire::Connect& packet,
                  Version version = Version::mqtt_3_1_1) {
  MqttPeer& peer = rig.connect(packet, version);
  REQUIRE(peer.received() == Lines{"CONNACK"});
  return peer;
}

MqttPeer& subscribed(BrokerRig& rig, MqttPeer& peer, std::string_view filter) {
  peer.subscribe(filter);
  rig.settle();
  peer.received();
  return peer;
}

void publish_retained(BrokerRig& rig, MqttPeer& peer, std::string_view topic) {
  wire::Publish publish;
  publish.topic = topic;
  publish.payload = wire::as_bytes("x");
  publish.retain = true;
  peer.publish(publish);
  rig.settle();
}

}  // namespace

TEST_CASE("a bridge gets what others publish, with their retain flag, and nothing of its own") {
  for (const Version version : {Version::mqtt_3_1, Version::mqtt_3_1_1}) {
    broker::Settings settings = BrokerRig::quiet();
    settings.verbose = true;
    BrokerRig rig(settings);
    MqttPeer& bridge = connect(rig, connect_of("bridge", true), version);
    CHECK(rig.observer.activities.back() == "bridge (memory) is connected as a bridge");
    subscribed(rig, bridge, "#");
    bridge.publish("own", "x");
    publish_retained(rig, bridge, "own");
    rig.settle();
    CHECK(bridge.received().empty());
    MqttPeer& other = rig.connect("other");
    publish_retained(rig, other, "kept");
    other.publish("plain", "x");
    rig.settle();
    CHECK(bridge.received() == Lines{"PUBLISH q0 retain t=kept p=x", "PUBLISH q0 t=plain p=x"});
  }
}

TEST_CASE("a bridge that subscribes again is not sent what it has retained itself") {
  BrokerRig rig;
  MqttPeer& bridge = connect(rig, connect_of("bridge", true));
  publish_retained(rig, bridge, "own");
  MqttPeer& other = rig.connect("other");
  publish_retained(rig, other, "kept");
  bridge.subscribe("#");
  rig.settle();
  CHECK(bridge.received() == Lines{"SUBACK 1 0x00", "PUBLISH q0 retain t=kept p=x"});
}

TEST_CASE("without the bit a client of 3.1.1 gets its own messages, and no retain flag") {
  BrokerRig rig;
  MqttPeer& client = subscribed(rig, connect(rig, connect_of("c", false)), "#");
  publish_retained(rig, client, "own");
  CHECK(client.received() == Lines{"PUBLISH q0 t=own p=x"});
}

TEST_CASE("a shared subscription of a bridge keeps the retain flag, but is not no-local") {
  BrokerRig rig;
  MqttPeer& bridge = subscribed(rig, connect(rig, connect_of("bridge", true)), "$share/g/#");
  publish_retained(rig, bridge, "own");
  CHECK(bridge.received() == Lines{"PUBLISH q0 retain t=own p=x"});
}

TEST_CASE("the bit holds for subscriptions that the session brings along, and stays with them") {
  const StateFile file;
  const wire::Connect plain = connect_of("bridge", false, false);
  const wire::Connect with_bit = connect_of("bridge", true, false);
  {
    BrokerRig rig(BrokerRig::quiet(), file.open());
    MqttPeer& peer = connect(rig, plain);
    subscribed(rig, peer, "a/#");
    subscribed(rig, peer, "$share/g/b");
    publish_retained(rig, peer, "a/own");
    CHECK(peer.received() == Lines{"PUBLISH q0 t=a/own p=x"});
    MqttPeer& bridge = connect(rig, with_bit);
    publish_retained(rig, bridge, "a/own");
    publish_retained(rig, bridge, "b");
    CHECK(bridge.received() == Lines{"PUBLISH q0 retain t=b p=x"});
  }
  BrokerRig rig(BrokerRig::quiet(), file.open());
  MqttPeer& bridge = connect(rig, plain);
  publish_retained(rig, bridge, "a/own");
  publish_retained(rig, bridge, "b");
  CHECK(bridge.received() == Lines{"PUBLISH q0 retain t=b p=x"});
}

TEST_CASE("a bridge may tell its state below $SYS, and as its will, but nothing else there") {
  BrokerRig rig;
  MqttPeer& watcher = rig.subscriber("watcher", "$SYS/#");
  wire::Connect packet = connect_of("bridge", true);
  packet.will = test::will("$SYS/broker/connection/bridge/state", "0", QoS::at_most_once);
  MqttPeer& bridge = connect(rig, packet);
  bridge.publish("$SYS/broker/connection/bridge/state", "1");
  bridge.publish("$SYS/broker/connection/bridge", "x");
  bridge.publish("$SYS/broker/uptime/state", "x");
  rig.settle();
  bridge.cut();
  rig.settle();
  CHECK(watcher.received() == Lines{"PUBLISH q0 t=$SYS/broker/connection/bridge/state p=1",
                                    "PUBLISH q0 t=$SYS/broker/connection/bridge/state p=0"});
  packet.will = test::will("$SYS/broker/uptime", "0", QoS::at_most_once);
  CHECK(rig.connect(packet, Version::mqtt_3_1_1).received() == Lines{"CONNACK 0x87"});
}
