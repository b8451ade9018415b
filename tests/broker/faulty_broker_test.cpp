// Whole runs of a broker that makes faults on purpose.
#include <mqrig/broker/faults.hpp>

#include <doctest/doctest.h>

#include <set>

#include <tests/store/state_file.hpp>
#include <tests/support/broker_rig.hpp>
#include <tests/support/session_client.hpp>

using namespace mqrig;
using namespace std::chrono_literals;
using broker::FaultSettings;
using test::BrokerRig;
using test::Lines;
using test::MqttPeer;
using test::OwnedProperties;
using test::SessionClient;
using wire::PropertyId;
using wire::QoS;

namespace {

FaultSettings faults(std::string_view text, std::uint64_t seed = 0) {
  FaultSettings settings;
  settings.seed = seed;
  REQUIRE(broker::parse_faults(text, settings) == "");
  return settings;
}

broker::Settings with(const FaultSettings& faults) {
  broker::Settings settings = BrokerRig::quiet();
  settings.faults = faults;
  return settings;
}

// What everybody receives while a publisher and a subscriber talk through faults.
Lines run(const FaultSettings& settings) {
  BrokerRig rig(with(settings));
  Lines lines;
  const auto listen = [&](MqttPeer& peer) {
    rig.settle();
    for (const std::string& line : peer.received()) lines.push_back(line);
  };
  MqttPeer* subscriber = nullptr;
  MqttPeer* publisher = nullptr;
  for (int i = 0; i < 300; ++i) {
    if (subscriber == nullptr || subscriber->ended()) {
      subscriber = &rig.connect_to_stay("s");
      listen(*subscriber);
      subscriber->subscribe("t", QoS::exactly_once);
      subscriber->acknowledges = true;
    }
    if (publisher == nullptr || publisher->ended()) publisher = &rig.connect_to_stay("p");
    publisher->publish("t", std::to_string(i), i % 2 == 0 ? QoS::at_least_once : QoS::exactly_once,
                       static_cast<wire::PacketId>(i + 1));
    listen(*publisher);
    listen(*subscriber);
  }
  return lines;
}

}  // namespace

TEST_CASE("the same seed makes the same run, and another one another") {
  const char* const text =
      "drop-connection=2%,refuse=5%,drop-puback=10%,drop-pubrec=10%,drop-pubcomp=10%,"
      "drop-publish=10%,reorder=20%";
  const Lines first = run(faults(text, 1));
  CHECK(first.size() > 300);
  CHECK(run(faults(text, 1)) == first);
  CHECK(run(faults(text, 2)) != first);
}

TEST_CASE("a connection that is cut on purpose loses and doubles nothing that it must not") {
  const test::StateFile file;
  for (const bool stored : {false, true}) {
    const broker::Settings settings = with(faults("drop-connection=5%,refuse=5%", 7));
    std::unique_ptr<BrokerRig> rig = stored ? std::make_unique<BrokerRig>(settings, file.open())
                                            : std::make_unique<BrokerRig>(settings);
    SessionClient publisher("p");
    SessionClient subscriber("s");
    bool subscribed = false;
    const auto keep_open = [&] {
      for (SessionClient* client : {&publisher, &subscriber}) {
        if (!client->connected()) client->open(rig->dial());
      }
      rig->settle();
      publisher.fault.clear();  // a refusal is one, here
      subscriber.fault.clear();
      if (subscribed || !subscriber.connected()) return;
      subscriber.subscribe("1", QoS::at_least_once);
      subscriber.subscribe("2", QoS::exactly_once);
      rig->settle();
      subscribed = subscriber.connected();
    };
    while (!subscribed) keep_open();
    for (int i = 0; i < 200; ++i) {
      publisher.publish("1", QoS::at_least_once, std::to_string(i));
      publisher.publish("2", QoS::exactly_once, std::to_string(i));
      keep_open();
      if (stored && i % 50 == 49) {
        rig->kill();
        publisher.lose();
        subscriber.lose();
        rig->restart(settings, file.open());
      }
    }
    for (int i = 0; i < 1000 && !publisher.idle(); ++i) keep_open();
    CHECK(publisher.idle());
    for (int i = 0; i < 50; ++i) keep_open();
    std::multiset<std::string> once;
    std::set<std::string> at_least_once;
    for (const std::string& message : subscriber.arrived) {
      if (message.starts_with("2 ")) once.insert(message);
      if (message.starts_with("1 ")) at_least_once.insert(message);
    }
    CHECK(at_least_once.size() == 200);
    CHECK(once.size() == 200);
    CHECK(std::set(once.begin(), once.end()).size() == 200);
  }
}

TEST_CASE("a broker that makes faults uses no topic aliases, whose meaning could get lost") {
  for (const bool faulty : {false, true}) {
    broker::Settings settings = BrokerRig::quiet();
    settings.fault_control = faulty;
    BrokerRig rig(settings);
    wire::Connect connect;
    const OwnedProperties aliases{{PropertyId::topic_alias_maximum, 5}};
    connect.client_id = "s";
    connect.properties = aliases;
    MqttPeer& subscriber = rig.connect(connect);
    subscriber.subscribe("t");
    rig.settle();
    subscriber.received();
    rig.connect("p").publish("t", "x");
    rig.settle();
    const Lines lines = subscriber.received();
    REQUIRE(lines.size() == 1);
    CHECK((lines[0].find("alias") == std::string::npos) == faulty);
  }
}

TEST_CASE("faults are set over a topic, and taken back") {
  broker::Settings settings = BrokerRig::quiet();
  settings.fault_control = true;
  BrokerRig rig(settings);
  MqttPeer& publisher = rig.connect("p");
  const auto set = [&](std::string_view text) {
    publisher.publish("$CONTROL/mqrig/chaos", text, QoS::at_least_once, 1);
    rig.settle();
    return publisher.received();
  };
  CHECK(set("drop-puback=100%") == Lines{});
  CHECK(set("drop-puback=0") == Lines{"PUBACK 1"});
  CHECK(set("nonsense") == Lines{"PUBACK 1 0x83"});
  CHECK(rig.observer.warnings.size() == 1);
}

TEST_CASE("copies are acknowledged as often as they come, and disturb no other message") {
  BrokerRig rig(with(faults("duplicate=100%")));
  SessionClient subscriber("s");
  SessionClient publisher("p");
  subscriber.open(rig.dial());
  publisher.open(rig.dial());
  rig.settle();
  subscriber.subscribe("1", QoS::at_least_once);
  subscriber.subscribe("2", QoS::exactly_once);
  rig.settle();
  for (int i = 0; i < 200; ++i) {
    publisher.publish("1", QoS::at_least_once, std::to_string(i));
    publisher.publish("2", QoS::exactly_once, std::to_string(i));
    rig.settle();
  }
  CHECK(subscriber.connected());
  CHECK(publisher.idle());
  const std::multiset<std::string> arrived(subscriber.arrived.begin(), subscriber.arrived.end());
  CHECK(arrived.size() == 600);
  for (int i = 0; i < 200; ++i) {
    CHECK(arrived.count("1 " + std::to_string(i)) == 2);
    CHECK(arrived.count("2 " + std::to_string(i)) == 1);
  }
  CHECK(rig.broker->statistics().made.duplicate == 400);
  CHECK(rig.broker->statistics().publish_sent == 400);
}

TEST_CASE("a message that waits for the next one leaves by itself") {
  BrokerRig rig(with(faults("reorder-topic=100%")));
  MqttPeer& peer = rig.connect("c");
  peer.subscribe("t");
  rig.settle();
  peer.received();
  peer.publish("t", "alone");
  rig.settle();
  CHECK(peer.received().empty());
  Lines lines;
  rig.run_until([&] { return !(lines = peer.received()).empty(); });
  CHECK(lines.size() == 1);
}

TEST_CASE("the last words come late, too, and the connection waits for them") {
  BrokerRig rig(with(faults("refuse=100%,delay=2.5s")));
  wire::Connect connect;
  connect.client_id = "c";
  MqttPeer& peer = rig.connect(connect);
  CHECK(peer.received().empty());
  rig.run_until([&] { return peer.ended(); });
  CHECK(peer.received() == Lines{"CONNACK 0x89"});
  CHECK(rig.broker->statistics().made.refuse == 1);
  CHECK(rig.broker->statistics().made.delay == 1);
}

TEST_CASE("what faults hold back counts against the output of a client") {
  broker::Settings settings = with(faults("delay=3600s"));
  settings.limits.output_bytes = 10'000;
  BrokerRig rig(settings);
  MqttPeer& peer = rig.attach();
  wire::Connect connect;
  connect.client_id = "c";
  peer.connect(connect);
  peer.subscribe("t");
  for (int i = 0; i < 100; ++i) {
    peer.publish("t", std::string(1000, 'x'));
    rig.settle();
  }
  CHECK(rig.broker->statistics().dropped_qos_0 >= 90);
}
