// Faults that are made on purpose, section by section, and whole runs of them.
#include <mqrig/broker/fault_link.hpp>

#include <doctest/doctest.h>

#include <set>

#include <asio/io_context.hpp>

#include <tests/store/state_file.hpp>
#include <tests/support/broker_rig.hpp>
#include <tests/support/session_client.hpp>

using namespace mqrig;
using namespace std::chrono_literals;
using broker::FaultLink;
using broker::Faults;
using broker::FaultSettings;
using test::BrokerRig;
using test::Lines;
using test::MqttPeer;
using test::OwnedProperties;
using test::SessionClient;
using wire::PropertyId;
using wire::QoS;

namespace {

constexpr session::Time start{1h};

// A link whose output is text.
struct Link {
  explicit Link(const FaultSettings& settings) : faults(settings) {}

  void publish(std::string_view text) {
    const std::size_t begin = out.size();
    out.append(wire::as_bytes(text));
    link.published(out, begin);
  }
  std::string gather(session::Time now) {
    link.gather(out, now);
    std::string text(wire::as_text(link.ready().view()));
    link.ready().clear();
    return text;
  }

  asio::io_context context;
  Faults faults;
  int due = 0;
  FaultLink link{faults, context, [this] { ++due; }};
  wire::Buffer out;
};

// A PUBLISH below 5.0 with a topic of one letter and a payload of one digit.
std::string message(char topic, int number = 0) {
  using namespace std::string_literals;
  return "\x30\x04\x00\x01"s + topic + std::to_string(number);
}

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

TEST_CASE("a message may vanish, and the others are whole") {
  Link link(faults("drop-publish=50%"));
  for (int i = 0; i < 1000; ++i) link.publish("abc");
  const std::string left = link.gather(start);
  CHECK(left.size() % 3 == 0);
  CHECK(left.size() > 1200);
  CHECK(left.size() < 1800);
  CHECK(link.link.size() == 0);
}

TEST_CASE("a message changes places with the next one, or comes alone when there is none") {
  Link link(faults("reorder=100%"));
  for (const char topic : {'a', 'b', 'c'}) link.publish(message(topic));
  CHECK(link.gather(start) == message('b') + message('a') + message('c'));
  link.publish(message('d'));
  CHECK(link.link.size() == message('d').size());
  CHECK(link.gather(start) == message('d'));
}

TEST_CASE("messages of one topic never change places [MQTT-4.6.0-6]") {
  Link link(faults("reorder=100%"));
  for (const int number : {1, 2, 3}) link.publish(message('a', number));
  CHECK(link.gather(start) == message('a', 1) + message('a', 2) + message('a', 3));
}

TEST_CASE("output is held back, in its order") {
  Link link(faults("delay=100ms±90ms", 3));
  std::string expected;
  session::Time now = start;
  std::string arrived;
  for (int i = 0; i < 200; ++i, now += 5ms) {
    const std::string text = std::to_string(i) + ",";
    expected += text;
    link.publish(text);
    const std::string ready = link.gather(now);
    if (i < 2) CHECK(ready.empty());
    arrived += ready;
  }
  CHECK(link.link.size() == expected.size() - arrived.size());
  arrived += link.gather(now + 200ms);
  CHECK(arrived == expected);
  CHECK(link.link.size() == 0);
}

TEST_CASE("acknowledgements vanish by their kind") {
  Link link(faults("drop-puback=100%,drop-pubcomp=100%"));
  const std::uint8_t pubcomp[] = {0x70, 2, 0, 1};
  const std::uint8_t pingresp[] = {0xD0, 0};
  link.out.append(pingresp);
  link.link.answered(link.out, 0);
  CHECK(link.out.size() == 2);
  link.out.append(pubcomp);
  link.link.answered(link.out, 2);
  CHECK(link.out.size() == 2);
  link.out.append(pubcomp);
  link.link.acknowledged(link.out, 2, link.faults.settings().drop_pubrec);
  CHECK(link.out.size() == 6);
  link.link.acknowledged(link.out, 2, link.faults.settings().drop_puback);
  CHECK(link.out.size() == 2);
}

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

TEST_CASE("the last words come late, too, and the connection waits for them") {
  BrokerRig rig(with(faults("refuse=100%,delay=2.5s")));
  wire::Connect connect;
  connect.client_id = "c";
  MqttPeer& peer = rig.connect(connect);
  CHECK(peer.received().empty());
  rig.run_until([&] { return peer.ended(); });
  CHECK(peer.received() == Lines{"CONNACK 0x89"});
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
