// Clients that take nothing, take little, or are gone while they are being written to.
#include <tests/store/state_file.hpp>
#include <tests/support/broker_rig.hpp>

using namespace mqrig;
using broker::QueueFull;
using test::BrokerRig;
using test::Lines;
using test::MqttPeer;
using test::OwnedProperties;
using wire::QoS;

namespace {

const std::string kilobyte(1024, 'x');

void publish_much(BrokerRig& rig, MqttPeer& publisher, int count, QoS qos = QoS::at_most_once) {
  for (int i = 0; i < count; ++i) {
    publisher.publish("t", kilobyte, qos, qos == QoS::at_most_once ? 0 : 1);
    if (i % 16 == 15) rig.settle();
  }
  rig.settle();
}

MqttPeer& deaf_subscriber(BrokerRig& rig, std::string_view id, QoS qos) {
  MqttPeer& peer = rig.subscriber(id, "t", qos);
  peer.stop_reading();
  return peer;
}

}  // namespace

TEST_CASE("what a client does not take is dropped at QoS 0 and counted, and others are unharmed") {
  broker::Settings settings = BrokerRig::quiet();
  settings.limits.output_bytes = 256 * 1024;
  BrokerRig rig(settings);
  deaf_subscriber(rig, "deaf", QoS::at_most_once);
  MqttPeer& good = rig.subscriber("good", "t");
  MqttPeer& publisher = rig.connect("publisher");
  good.keep = false;
  publish_much(rig, publisher, 2000);
  CHECK(good.messages() == 2000);
  const std::uint64_t dropped = rig.broker->statistics().dropped_qos_0;
  // 256 KiB, and the 64 KiB that the stream holds, of 2000.
  CHECK(dropped > 1600);
  CHECK(dropped < 1750);
}

TEST_CASE("much for a client that is not slow is not dropped, with a store or without") {
  const test::StateFile file;
  for (const bool stored : {false, true}) {
    broker::Settings settings = BrokerRig::quiet();
    settings.limits.output_bytes = 256 * 1024;
    const auto rig = stored ? std::make_unique<BrokerRig>(settings, file.open())
                            : std::make_unique<BrokerRig>(settings);
    wire::Connect connect;
    connect.client_id = "subscriber";
    MqttPeer& subscriber = rig->connect(connect, wire::Version::mqtt_5, 4 * 1024 * 1024);
    subscriber.keep = false;
    subscriber.subscribe("t");
    std::vector<MqttPeer*> publishers;
    for (int i = 0; i < 30; ++i) publishers.push_back(&rig->connect("p" + std::to_string(i)));
    // All in one turn.
    for (MqttPeer* publisher : publishers) {
      for (int i = 0; i < 60; ++i) publisher->publish("t", kilobyte);
    }
    rig->settle();
    CHECK(subscriber.messages() == 1800);
    CHECK(rig->broker->statistics().dropped_qos_0 == 0);
  }
}

TEST_CASE("a client that reads again gets what fitted, and then what is new") {
  broker::Settings settings = BrokerRig::quiet();
  settings.limits.output_bytes = 16 * 1024;
  BrokerRig rig(settings);
  MqttPeer& slow = deaf_subscriber(rig, "slow", QoS::at_most_once);
  MqttPeer& publisher = rig.connect("publisher");
  publish_much(rig, publisher, 500);
  slow.keep = false;
  slow.read_on();
  rig.settle();
  const std::size_t kept = slow.messages();
  CHECK(kept == 500 - rig.broker->statistics().dropped_qos_0);
  publisher.publish("t", "new");
  rig.settle();
  CHECK(slow.messages() == kept + 1);
}

TEST_CASE("messages of QoS 1 for a slow client wait in its queue and all arrive, in order") {
  broker::Settings settings = BrokerRig::quiet();
  settings.limits.output_bytes = 4 * 1024;  // less than one write takes
  BrokerRig rig(settings);
  MqttPeer& slow = deaf_subscriber(rig, "slow", QoS::at_least_once);
  MqttPeer& publisher = rig.connect("publisher");
  for (int i = 0; i < 300; ++i) {
    publisher.publish("t", std::to_string(i) + " " + kilobyte, QoS::at_least_once, 1);
    rig.settle();
  }
  CHECK(rig.broker->statistics().queued_now > 0);
  slow.acknowledges = true;
  slow.read_on();
  rig.settle();
  const Lines lines = slow.received();
  REQUIRE(lines.size() == 300);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CHECK(lines[i].find(" p=" + std::to_string(i) + " ") != std::string::npos);
  }
  CHECK(rig.broker->statistics().queued_now == 0);
  CHECK(rig.broker->statistics().queued_bytes_now == 0);
}

TEST_CASE("what waits for room is sent after a buffer that was written in one go") {
  broker::Settings settings = BrokerRig::quiet();
  settings.limits.output_bytes = 2 * 1024;
  BrokerRig rig(settings);
  MqttPeer& publisher = rig.connect("publisher");
  for (int i = 0; i < 100; ++i) {
    wire::Publish packet;
    const std::string topic = "retained/" + std::to_string(i);
    packet.topic = topic;
    packet.payload = wire::as_bytes(kilobyte);
    packet.retain = true;
    publisher.publish(packet);
    rig.settle();
  }
  MqttPeer& subscriber = rig.subscriber("subscriber", "retained/#");
  rig.settle();
  CHECK(subscriber.messages() == 100);
}

TEST_CASE("a subscriber that is gone while a message is on its way to many harms nobody") {
  // The will of each that breaks goes to all others, amid the message that broke it.
  BrokerRig rig;
  std::vector<MqttPeer*> doomed;
  for (int i = 0; i < 10; ++i) {
    const std::string id = "doomed" + std::to_string(i);
    wire::Connect connect;
    connect.client_id = id;
    connect.will = test::will("will", kilobyte);
    MqttPeer& peer = rig.connect(connect);
    peer.subscribe({{.filter = "t"}, {.filter = "will"}});
    rig.settle();
    peer.stop_reading();
    doomed.push_back(&peer);
  }
  MqttPeer& good = rig.subscriber("good", "#");
  MqttPeer& publisher = rig.connect("publisher");
  // More than is written at once, so that it is written amid the messages; then the readers go.
  for (int i = 0; i < 200; ++i) publisher.publish("t", kilobyte);
  for (MqttPeer* peer : doomed) peer->cut();
  rig.settle();
  for (int i = 0; i < 200; ++i) publisher.publish("t", kilobyte);
  rig.settle();
  std::size_t wills = 0;
  for (const std::string& line : good.received()) wills += line.find("t=will") != line.npos;
  CHECK(wills == 10);
  CHECK(good.messages() == 410);
  CHECK(rig.broker->statistics().clients_now == 2);
  CHECK(rig.broker->statistics().sessions_now == 2);
}

TEST_CASE("a full queue drops the oldest messages, the newest, or the client") {
  for (const QueueFull policy :
       {QueueFull::drop_oldest, QueueFull::drop_newest, QueueFull::disconnect}) {
    broker::Settings settings = BrokerRig::quiet();
    settings.limits.queued_messages = 10;
    settings.limits.inflight = 5;
    settings.limits.queue_full = policy;
    BrokerRig rig(settings);
    MqttPeer& subscriber = rig.subscriber("subscriber", "t", QoS::at_least_once);
    MqttPeer& publisher = rig.connect("publisher");
    for (wire::PacketId i = 1; i <= 25; ++i) {
      publisher.publish("t", std::to_string(i), QoS::at_least_once, i);
    }
    rig.settle();
    CHECK(rig.broker->statistics().dropped_queue == 10);
    Lines lines = subscriber.received();
    if (policy == QueueFull::disconnect) {
      CHECK(lines.back() == "DISCONNECT 0x97");
      CHECK(subscriber.ended());
      CHECK(rig.broker->statistics().sessions_now == 1);
      CHECK(rig.broker->statistics().queued_now == 0);
      continue;
    }
    CHECK(lines.size() == 5);
    subscriber.acknowledges = true;
    for (wire::PacketId id = 1; id <= 5; ++id) {
      subscriber.acknowledge(wire::PacketType::puback, id);
    }
    rig.settle();
    lines = subscriber.received();
    REQUIRE(lines.size() == 10);
    const bool oldest = policy == QueueFull::drop_oldest;
    CHECK(lines.front().ends_with(oldest ? "p=16" : "p=6"));
    CHECK(lines.back().ends_with(oldest ? "p=25" : "p=15"));
  }
}

TEST_CASE("the bytes of a queue are limited, and a message beyond all of them never waits") {
  broker::Settings settings = BrokerRig::quiet();
  settings.limits.queued_bytes = 10 * 1024;
  BrokerRig rig(settings);
  rig.connect_to_stay("absent").subscribe("t", QoS::at_least_once);
  rig.settle();
  rig.peers.back().disconnect();
  rig.settle();
  MqttPeer& publisher = rig.connect("publisher");
  publish_much(rig, publisher, 50, QoS::at_least_once);
  CHECK(rig.broker->statistics().queued_now == 9);
  publisher.publish("t", std::string(11 * 1024, 'y'), QoS::at_least_once, 1);
  rig.settle();
  CHECK(rig.broker->statistics().queued_now == 9);
  CHECK(rig.broker->statistics().queued_bytes_now < 10 * 1024);
  CHECK(rig.broker->statistics().dropped_queue == 42);
}

TEST_CASE("the end of one that overflows makes the next one overflow, and both are disconnected") {
  broker::Settings settings = BrokerRig::quiet();
  settings.limits.queued_messages = 2;
  settings.limits.inflight = 1;
  settings.limits.queue_full = QueueFull::disconnect;
  BrokerRig rig(settings);
  std::vector<MqttPeer*> chain;
  for (int i = 0; i < 5; ++i) {
    const std::string id = "c" + std::to_string(i);
    const std::string next = "t" + std::to_string(i + 1);
    wire::Connect connect;
    connect.client_id = id;
    connect.will = test::will(next, "", QoS::at_least_once);
    MqttPeer& peer = rig.connect(connect);
    peer.subscribe("t" + std::to_string(i), QoS::at_least_once);
    rig.settle();
    chain.push_back(&peer);
  }
  MqttPeer& publisher = rig.connect("publisher");
  // Each has one in flight and two that wait: one more is too many.
  for (int i = 0; i < 5; ++i) {
    const std::string topic = "t" + std::to_string(i);
    for (wire::PacketId id = 1; id <= 3; ++id)
      publisher.publish(topic, "x", QoS::at_least_once, id);
  }
  rig.settle();
  CHECK(rig.broker->statistics().clients_now == 6);
  publisher.publish("t0", "x", QoS::at_least_once, 9);
  rig.settle();
  for (MqttPeer* peer : chain) CHECK(peer->received().back() == "DISCONNECT 0x97");
  CHECK(rig.broker->statistics().clients_now == 1);
}

TEST_CASE("a client that asks much and reads nothing is not read from, and given up in the end") {
  broker::Settings settings = BrokerRig::quiet();
  settings.limits.output_bytes = 64 * 1024;
  BrokerRig rig(settings);
  MqttPeer& peer = rig.connect("asker");
  peer.stop_reading();
  // Two bytes each way.
  for (int i = 0; i < 1000; ++i) {
    for (int j = 0; j < 1000; ++j) peer.ping();
    rig.settle();
  }
  CHECK(peer.unsent() > 1'500'000);
  CHECK(rig.broker->statistics().bytes_received < 500'000);
  peer.keep = false;
  peer.read_on();
  rig.settle();
  CHECK(peer.unsent() == 0);
  CHECK(rig.broker->statistics().bytes_received > 2'000'000);
}
