// The end of the broker, and who may be its client.
#include <mqrig/broker/broker.hpp>

#include <doctest/doctest.h>

#include <mqrig/auth/login_throttle.hpp>
#include <mqrig/auth/password_file.hpp>
#include <tests/store/state_file.hpp>
#include <tests/support/broker_rig.hpp>

using namespace mqrig;
using test::BrokerRig;
using test::Lines;
using test::MqttPeer;
using test::OwnedProperties;
using wire::PropertyId;
using wire::QoS;
using wire::Version;

namespace {

wire::Connect with_will(std::string_view id, std::string_view payload) {
  wire::Connect connect;
  connect.client_id = id;
  connect.will = test::will("will", payload);
  return connect;
}

}  // namespace

TEST_CASE("stop() says so to 5.0 clients, publishes wills and saves the state") {
  const test::StateFile file;
  bool stopped = false;
  {
    BrokerRig rig(BrokerRig::quiet(), file.open());
    MqttPeer& watcher = rig.subscriber("watcher", "will");
    MqttPeer& old = rig.connect("old", Version::mqtt_3_1_1);
    MqttPeer& stays = rig.connect_to_stay("stays");
    stays.subscribe("will", QoS::at_least_once);
    rig.settle();
    stays.received();
    wire::Connect packet = with_will("c", "now");
    packet.will->qos = QoS::at_least_once;
    MqttPeer& prompt = rig.connect(packet);
    packet = with_will("d", "with the session");
    const OwnedProperties delay{{PropertyId::will_delay_interval, 100}};
    packet.will->properties = delay;
    rig.connect(packet);
    prompt.received();
    MqttPeer& silent = rig.attach();  // has not said CONNECT
    rig.settle();
    rig.broker->stop([&](bool) { stopped = true; });
    rig.settle();
    CHECK(stopped);
    CHECK(prompt.received() == Lines{"DISCONNECT 0x8b"});
    CHECK(watcher.received() == Lines{"PUBLISH q0 t=will p=now",
                                      "PUBLISH q0 t=will p=with the session", "DISCONNECT 0x8b"});
    CHECK(old.received().empty());
    for (const MqttPeer& peer : rig.peers) CHECK(peer.ended());
    CHECK(silent.ended());
    CHECK(rig.attach().received().empty());
    rig.settle();
    CHECK(rig.peers.back().ended());
  }
  BrokerRig rig(BrokerRig::quiet(), file.open());
  CHECK(rig.connect_to_stay("stays").received().back() == "PUBLISH q1 dup id=1 t=will p=now");
}

TEST_CASE("stop() gives up on clients that do not take their leave, and may end the broker") {
  BrokerRig rig;
  MqttPeer& deaf = rig.connect("deaf");
  deaf.stop_reading();
  bool stopped = false;
  rig.broker->stop([&](bool) {
    stopped = true;
    rig.broker.reset();
  });
  rig.settle();
  CHECK_FALSE(stopped);
  rig.run_until([&] { return stopped; });
}

TEST_CASE("a broker may end at any moment, with clients in every state") {
  for (int steps = 0; steps < 60; ++steps) {
    BrokerRig rig;
    MqttPeer& subscriber = rig.subscriber("s", "#", QoS::exactly_once);
    MqttPeer& shared = rig.subscriber("g", "$share/g/t", QoS::at_least_once);
    MqttPeer& publisher = rig.connect(with_will("p", "p"));
    rig.connect_to_stay("absent").subscribe("t", QoS::at_least_once);
    rig.settle();
    rig.peers.back().cut();
    rig.attach();
    MqttPeer& connecting = rig.attach();
    connecting.connect(with_will("x", "x"));
    for (wire::PacketId id = 1; id < 5; ++id) publisher.publish("t", "x", QoS::exactly_once, id);
    for (int step = 0; step < steps; ++step) rig.step();
    if (steps % 2 == 0) shared.cut();
    if (steps % 3 == 0) subscriber.disconnect();
    if (steps % 5 == 0) rig.broker->stop([](bool) {});
    rig.step();
    rig.kill();
    rig.settle();
    for (const MqttPeer& peer : rig.peers) CHECK(peer.ended());
  }
}

TEST_CASE("the places of a broker are for clients, and who comes in vain is told so") {
  broker::Settings settings = BrokerRig::quiet();
  settings.limits.connections = 2;
  BrokerRig rig(settings);
  rig.connect("a");
  MqttPeer& b = rig.connect("b");
  wire::Connect connect;
  connect.client_id = "c";
  CHECK(rig.connect(connect).received() == Lines{"CONNACK 0x89"});
  rig.connect("a");  // takes over its own place
  b.disconnect();
  rig.settle();
  rig.connect("c");
  // A flood is not told.
  for (int i = 0; i < 300; ++i) rig.attach();
  rig.settle();
  CHECK(rig.broker->statistics().refused >= 190);
  CHECK(rig.broker->statistics().clients_now == 2);
}

TEST_CASE("passwords that are turned off let those in who wait for their check") {
  std::string error;
  const auto file = std::make_shared<const auth::PasswordFile>();
  BrokerRig rig;
  rig.broker->set_passwords(file);
  std::vector<MqttPeer*> peers;
  for (int i = 0; i < 3; ++i) {
    const std::string id = "c" + std::to_string(i);
    wire::Connect connect;
    connect.client_id = id;
    connect.user_name = "nobody";
    connect.password = wire::as_bytes("secret");
    peers.push_back(&rig.attach());
    peers.back()->connect(connect);
    peers.back()->ping();  // waits behind CONNECT
  }
  while (rig.broker->statistics().packets_received < 3) rig.step();
  rig.broker->set_passwords(nullptr);
  rig.settle();
  for (MqttPeer* peer : peers) {
    Lines lines = peer->received();
    REQUIRE(lines.size() >= 1);
    // The one that was being checked may have been answered before.
    if (lines.back() != "CONNACK 0x86") CHECK(lines.back() == "PINGRESP");
  }
}

TEST_CASE("a thousand logins of one address wait for their turn, more are told to come later") {
  auth::PasswordFile users;
  users.add("joe",
            auth::PasswordHash::make("secret", 1'000'000));  // checked for as long as it takes
  BrokerRig rig;
  rig.broker->set_passwords(std::make_shared<const auth::PasswordFile>(std::move(users)));
  wire::Connect connect;
  connect.user_name = "joe";
  connect.password = wire::as_bytes("secret");
  const auto log_in = [&](unsigned times) {
    for (unsigned i = 0; i < times; ++i) rig.attach().connect(connect);
    rig.settle();
  };
  log_in(auth::LoginThrottle::max_undecided + auth::LoginThrottle::max_waiting);
  CHECK(rig.broker->statistics().refused == 0);
  log_in(2);
  CHECK(rig.broker->statistics().refused == 2);
  CHECK(rig.peers.back().received() == Lines{"CONNACK 0x89"});
  // What is right once is right for all of them.
  rig.run_until([&] { return rig.broker->statistics().clients_now > 900; });
}
