// Brokers that die at any moment, and what the next one finds in the state file.
#include <tests/support/broker_rig.hpp>

#include <algorithm>
#include <set>

#include <mqrig/broker/acl.hpp>
#include <tests/store/full_disk.hpp>
#include <tests/store/state_file.hpp>
#include <tests/support/session_client.hpp>

using namespace mqrig;
using test::BrokerRig;
using test::FullDisk;
using test::Lines;
using test::MqttPeer;
using test::OwnedProperties;
using test::SessionClient;
using test::StateFile;
using wire::PacketType;
using wire::QoS;

namespace {

constexpr int count = 6;

// A publisher and a subscriber whose broker is killed again and again, after so many calls of the
// event loop each time, until it has been killed often enough.
class Exchange {
 public:
  Exchange(wire::Version version, std::uint16_t inflight)
      : publisher("publisher", version), subscriber("subscriber", version) {
    settings_.limits.inflight = inflight;
    rig_ = std::make_unique<BrokerRig>(settings_, file_.open());
    open();
    rig_->settle();
    subscriber.subscribe("q1/#", QoS::at_least_once);
    subscriber.subscribe("q2/#", QoS::exactly_once);
    rig_->settle();
  }

  // True when nothing was left to do before the last of the cuts.
  bool run(int steps, int cuts) {
    for (int i = 0; i < count; ++i) {
      const std::string number = std::to_string(i);
      publisher.publish("q1/" + number, QoS::at_least_once, number);
      publisher.publish("q2/" + number, QoS::exactly_once, number);
    }
    bool more = true;
    for (int cut = 0; cut < cuts; ++cut) {
      for (int step = 0; step < steps && more; ++step) more = rig_->step();
      restart();
    }
    rig_->settle();
    return !more;
  }

  void restart() {
    rig_->kill();
    publisher.lose();
    subscriber.lose();
    rig_->restart(settings_, file_.open());
    open();
  }

  BrokerRig& rig() { return *rig_; }

 private:
  void open() {
    publisher.open(rig_->dial());
    subscriber.open(rig_->dial());
  }

  broker::Settings settings_ = BrokerRig::quiet();
  StateFile file_;
  std::unique_ptr<BrokerRig> rig_;

 public:
  SessionClient publisher;
  SessionClient subscriber;
};

void check_account(const Exchange& exchange) {
  CHECK(exchange.publisher.fault == "");
  CHECK(exchange.subscriber.fault == "");
  CHECK(exchange.publisher.idle());
  Lines once;
  std::set<std::string> at_least_once;
  for (const std::string& message : exchange.subscriber.arrived) {
    if (message.starts_with("q2/")) once.push_back(message);
    if (message.starts_with("q1/")) at_least_once.insert(message);
  }
  Lines expected;
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    expected.push_back("q2/" + number + " " + number);
  }
  CHECK(once == expected);
  CHECK(at_least_once.size() == count);
  // The session is never lost once it was confirmed.
  for (const SessionClient* client : {&exchange.publisher, &exchange.subscriber}) {
    CHECK(std::ranges::count(client->sessions_present, false) == 1);
  }
}

}  // namespace

TEST_CASE("killed at any step, the broker loses nothing and delivers QoS 2 once [MQTT-4.3.3-10]") {
  for (const wire::Version version : {wire::Version::mqtt_5, wire::Version::mqtt_3_1_1}) {
    for (int steps = 1;; ++steps) {
      CAPTURE(steps);
      Exchange exchange(version, 3);
      const bool done = exchange.run(steps, 1);
      check_account(exchange);
      if (done) break;
      REQUIRE(steps < 1000);
    }
  }
}

TEST_CASE("killed again and again, it comes to the same account") {
  for (int steps = 1; steps < 40; steps += 2) {
    CAPTURE(steps);
    Exchange exchange(wire::Version::mqtt_5, steps % 2 == 0 ? 1 : 1000);
    exchange.run(steps, 6);
    check_account(exchange);
  }
}

TEST_CASE("messages that wait for an absent session survive, in order, with what belongs to them") {
  const StateFile file;
  {
    BrokerRig rig(BrokerRig::quiet(), file.open());
    MqttPeer& absent = rig.connect_to_stay("absent");
    const OwnedProperties identifier{{wire::PropertyId::subscription_identifier, 7}};
    absent.subscribe({{.filter = "t/#", .qos = QoS::exactly_once, .retain_as_published = true}},
                     identifier);
    rig.settle();
    absent.disconnect();
    rig.settle();
    MqttPeer& publisher = rig.connect("publisher");
    const OwnedProperties properties{{wire::PropertyId::content_type, "text"},
                                     {wire::PropertyId::message_expiry_interval, 1000},
                                     {wire::PropertyId::user_property, "k", "v"}};
    wire::Publish packet;
    packet.topic = "t/1";
    packet.payload = wire::as_bytes("one");
    packet.qos = QoS::exactly_once;
    packet.packet_id = 1;
    packet.retain = true;
    packet.properties = properties;
    publisher.publish(packet);
    publisher.publish("t/2", "two", QoS::at_least_once, 2);
    publisher.publish("t/3", "three");
    rig.settle();
    CHECK(publisher.received() == Lines{"PUBREC 1", "PUBACK 2"});
  }
  BrokerRig rig(BrokerRig::quiet(), file.open());
  MqttPeer& back = rig.connect_to_stay("absent");
  Lines lines = back.received();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].starts_with("CONNACK"));
  CHECK(lines[1] ==
        "PUBLISH q2 retain id=1 t=t/1 p=one {message-expiry-interval=1000, content-type=text, "
        "user-property=k:v, subscription-identifier=7}");
  CHECK(lines[2] == "PUBLISH q1 id=2 t=t/2 p=two {subscription-identifier=7}");
  CHECK(rig.broker->statistics().retained_now == 1);
  CHECK(rig.broker->statistics().subscriptions_now == 1);
}

TEST_CASE("what was in flight is sent again with its identifier and DUP [MQTT-4.4.0-1]") {
  const StateFile file;
  {
    BrokerRig rig(BrokerRig::quiet(), file.open());
    MqttPeer& subscriber = rig.connect_to_stay("s");
    subscriber.subscribe("t", QoS::exactly_once);
    rig.settle();
    MqttPeer& publisher = rig.connect("publisher");
    for (wire::PacketId id = 1; id <= 4; ++id) {
      publisher.publish("t", std::to_string(id), QoS::exactly_once, id);
    }
    rig.settle();
    subscriber.acknowledge(PacketType::pubrec, 2);
    subscriber.acknowledge(PacketType::pubrec, 1);
    subscriber.acknowledge(PacketType::pubcomp, 1);
    rig.settle();
  }
  BrokerRig rig(BrokerRig::quiet(), file.open());
  MqttPeer& back = rig.connect_to_stay("s");
  Lines lines = back.received();
  lines.erase(lines.begin());
  CHECK(lines == Lines{"PUBREL 2", "PUBLISH q2 dup id=3 t=t p=3", "PUBLISH q2 dup id=4 t=t p=4"});
}

TEST_CASE("what a member of a shared subscription left goes to another one after a restart, too") {
  const StateFile file;
  {
    BrokerRig rig(BrokerRig::quiet(), file.open());
    MqttPeer& leaves = rig.connect_to_stay("leaves");
    leaves.subscribe({{.filter = "$share/g/t", .qos = QoS::at_least_once},
                      {.filter = "own", .qos = QoS::at_least_once},
                      {.filter = "$share/g/own", .qos = QoS::at_least_once}});
    rig.settle();
    MqttPeer& publisher = rig.connect("publisher");
    publisher.publish("t", "in flight", QoS::at_least_once, 1);
    rig.settle();
    leaves.disconnect();
    rig.settle();
    publisher.publish("t", "waits", QoS::at_least_once, 2);
    publisher.publish("own", "twice", QoS::at_least_once, 3);
    rig.settle();
  }
  BrokerRig rig(BrokerRig::quiet(), file.open());
  MqttPeer& stays = rig.subscriber("stays", "$share/g/#", QoS::at_least_once);
  stays.subscribe("$share/g/t", QoS::at_least_once);
  rig.settle();
  rig.connect_to_stay("leaves", true);
  Lines payloads;
  for (const std::string& line : stays.received()) {
    if (line.starts_with("PUBLISH")) payloads.push_back(line.substr(line.find(" p=") + 3));
  }
  CHECK(payloads == Lines{"in flight", "waits"});
  CHECK(rig.broker->statistics().queued_now == 0);
}

TEST_CASE("the state file ends empty when everything is done") {
  const StateFile file;
  {
    BrokerRig rig(BrokerRig::quiet(), file.open());
    MqttPeer& subscriber = rig.connect_to_stay("s");
    subscriber.subscribe("t", QoS::exactly_once);
    subscriber.acknowledges = true;
    rig.settle();
    MqttPeer& publisher = rig.connect_to_stay("p");
    publisher.acknowledges = true;
    for (wire::PacketId id = 1; id <= 50; ++id) {
      publisher.publish("t", "x", id % 2 == 0 ? QoS::exactly_once : QoS::at_least_once, id);
    }
    rig.settle();
    for (MqttPeer* peer : {&subscriber, &publisher}) {
      const OwnedProperties now{{wire::PropertyId::session_expiry_interval, 0}};
      peer->disconnect(wire::ReasonCode::success, now);
    }
    rig.settle();
    CHECK(subscriber.messages() == 50);
  }
  for (const char* table : {"session", "subscription", "application_message",
                            "received_packet_identifier", "delivery"}) {
    CAPTURE(table);
    CHECK(file.count(table) == 0);
  }
}

TEST_CASE("while nothing can be saved nothing is answered, and all of it once it can") {
  const StateFile file;
  BrokerRig rig(BrokerRig::quiet(), file.open());
  MqttPeer& subscriber = rig.connect_to_stay("s");
  subscriber.subscribe("t", QoS::at_least_once);
  MqttPeer& publisher = rig.connect("publisher");
  rig.settle();
  subscriber.received();
  {
    const FullDisk disk(0);
    const std::string kilobytes(8192, 'x');
    for (wire::PacketId id = 1; id <= 100; ++id) {
      publisher.publish("t", kilobytes, QoS::at_least_once, id);
      rig.settle();
    }
    publisher.ping();
    MqttPeer& late = rig.attach();
    late.connect({});
    rig.settle();
    CHECK(publisher.received().empty());
    CHECK(subscriber.received().empty());
    CHECK(late.received().empty());
    REQUIRE(rig.observer.warnings.size() == 1);
    CHECK(rig.observer.warnings[0].starts_with("the state can't be saved"));
    // What it holds meanwhile is what it had read when it noticed.
    CHECK(rig.broker->statistics().publish_received < 20);
    CHECK(publisher.unsent() > 500'000);
  }
  subscriber.acknowledges = true;
  rig.run_until([&] { return subscriber.messages() == 100; });
  rig.settle();
  CHECK(publisher.received().size() == 101);
  CHECK(rig.observer.warnings.back() == "the state can be saved again: going on");
  CHECK(rig.peers.back().received().size() == 1);
}

TEST_CASE("sessions out of the store are under the access control list at once") {
  const StateFile file;
  {
    BrokerRig rig(BrokerRig::quiet(), file.open());
    MqttPeer& peer = rig.connect_to_stay("s");
    peer.subscribe({{.filter = "forbidden", .qos = QoS::at_least_once},
                    {.filter = "allowed", .qos = QoS::at_least_once}});
    rig.settle();
  }
  BrokerRig rig;
  std::string error;
  const auto acl = broker::Acl::parse("topic read allowed\nuser p\ntopic #\n", error);
  REQUIRE(acl.has_value());
  rig.broker->set_acl(std::make_shared<const broker::Acl>(*acl));
  REQUIRE_FALSE(rig.broker->set_store(file.open()));
  wire::Connect connect;
  connect.client_id = "p";
  connect.user_name = "p";
  MqttPeer& publisher = rig.connect(connect);
  publisher.publish("forbidden", "x", QoS::at_least_once, 1);
  publisher.publish("allowed", "x", QoS::at_least_once, 2);
  rig.settle();
  CHECK(rig.broker->statistics().queued_now == 1);
}
