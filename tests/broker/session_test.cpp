// Sessions and wills: what of a client outlives its connection.
#include <mqrig/broker/session.hpp>

#include <doctest/doctest.h>

#include <random>

#include <tests/support/broker_rig.hpp>

using namespace mqrig;
using namespace std::chrono_literals;
using test::BrokerRig;
using test::Lines;
using test::MqttPeer;
using test::OwnedProperties;
using wire::PropertyId;
using wire::QoS;
using wire::ReasonCode;

namespace {

wire::Connect with_will(std::string_view id, std::string_view payload) {
  wire::Connect connect;
  connect.client_id = id;
  connect.will = test::will("will", payload);
  return connect;
}

}  // namespace

TEST_CASE("a second connection of a client takes over, and the first one is told [MQTT-3.1.4-3]") {
  BrokerRig rig;
  MqttPeer& first = rig.connect("c");
  MqttPeer& second = rig.connect("c");
  CHECK(first.received() == Lines{"DISCONNECT 0x8e"});
  CHECK(first.ended());
  second.ping();
  rig.settle();
  CHECK(second.received() == Lines{"PINGRESP"});
  CHECK(rig.broker->statistics().clients_now == 1);
}

TEST_CASE("a storm of take-overs leaves one connection and one session, and delivers on") {
  BrokerRig rig;
  MqttPeer& publisher = rig.connect("publisher");
  rig.connect_to_stay("c", true).subscribe("t", QoS::at_least_once);
  std::minstd_rand random(1);
  for (wire::PacketId id = 1; id <= 500; ++id) {
    MqttPeer& peer = rig.attach();
    wire::Connect connect;
    connect.client_id = "c";
    connect.clean_start = false;
    const OwnedProperties expiry{{PropertyId::session_expiry_interval, 100}};
    connect.properties = expiry;
    if (random() % 3 == 0) connect.will = test::will("t", "will", QoS::at_least_once);
    peer.connect(connect);
    peer.acknowledges = random() % 2 == 0;
    if (random() % 4 == 0) peer.stop_reading();
    publisher.publish("t", "x", QoS::at_least_once, id);
    for (std::uint32_t steps = random() % 8; steps > 0; --steps) rig.step();
    if (random() % 5 == 0) peer.cut();
  }
  MqttPeer& last = rig.connect_to_stay("c");
  last.acknowledges = true;
  rig.settle();
  rig.run_until([&] { return rig.broker->statistics().queued_now == 0; });
  CHECK(rig.broker->statistics().clients_now == 2);
  CHECK(rig.broker->statistics().sessions_now == 2);
  CHECK(rig.broker->statistics().subscriptions_now == 1);
  publisher.publish("t", "last", QoS::at_least_once, 501);
  rig.settle();
  CHECK(last.received().back().ends_with("p=last"));
}

TEST_CASE("the will is published when the connection ends without DISCONNECT [MQTT-3.1.2-8]") {
  BrokerRig rig;
  MqttPeer& watcher = rig.subscriber("watcher", "will");
  rig.connect(with_will("cut", "cut")).cut();
  rig.settle();
  CHECK(watcher.received() == Lines{"PUBLISH q0 t=will p=cut"});
  rig.connect(with_will("leaves", "leaves")).disconnect();
  rig.settle();
  CHECK(watcher.received().empty());
  rig.connect(with_will("asks", "asks")).disconnect(ReasonCode::disconnect_with_will);
  rig.settle();
  CHECK(watcher.received() == Lines{"PUBLISH q0 t=will p=asks"});
  rig.connect(with_will("breaks", "breaks")).send(wire::as_bytes("\xf1\x01"));
  rig.settle();
  CHECK(watcher.received() == Lines{"PUBLISH q0 t=will p=breaks"});
  rig.connect(with_will("twice", "first"));
  rig.connect(with_will("twice", "second"));
  rig.settle();
  CHECK(watcher.received() == Lines{"PUBLISH q0 t=will p=first"});
}

TEST_CASE("a will waits for its delay, or for the end of the session [MQTT-3.1.3-9]") {
  BrokerRig rig;
  MqttPeer& watcher = rig.subscriber("watcher", "will");
  const auto connect = [&](std::string_view id, std::uint32_t delay, std::uint32_t expiry,
                           bool clean_start) -> MqttPeer& {
    wire::Connect packet = with_will(id, id);
    const OwnedProperties of_will{{PropertyId::will_delay_interval, delay}};
    const OwnedProperties properties{{PropertyId::session_expiry_interval, expiry}};
    packet.will->properties = of_will;
    packet.properties = properties;
    packet.clean_start = clean_start;
    return rig.connect(packet);
  };
  SUBCASE("whoever is back in time is not dead") {
    connect("c", 100, 100, true).cut();
    rig.settle();
    connect("c", 100, 100, false).disconnect();
    rig.settle();
    CHECK(watcher.received().empty());
  }
  SUBCASE("a clean start ends the session, and so the delay") {
    connect("c", 100, 100, true).cut();
    rig.settle();
    CHECK(watcher.received().empty());
    connect("c", 100, 100, true);
    CHECK(watcher.received() == Lines{"PUBLISH q0 t=will p=c"});
  }
  SUBCASE("a session that ends with its connection ends the delay, too") {
    connect("c", 100, 0, true).cut();
    rig.settle();
    CHECK(watcher.received() == Lines{"PUBLISH q0 t=will p=c"});
  }
  SUBCASE("the delay passes") {
    connect("c", 1, 100, true).cut();
    rig.settle();
    CHECK(watcher.received().empty());
    rig.run_until([&] { return watcher.messages() == 1; });
    CHECK(rig.broker->statistics().sessions_now == 2);
  }
  SUBCASE("the session expires first") {
    connect("c", 100, 1, true).cut();
    rig.run_until([&] { return watcher.messages() == 1; });
    CHECK(rig.broker->statistics().sessions_now == 1);
    CHECK(rig.broker->statistics().sessions_expired == 1);
  }
}

TEST_CASE("the client is told why nothing of its session is left [MQTT-3.1.2-4] [MQTT-3.2.2-2]") {
  BrokerRig rig;
  rig.connect_to_stay("c").disconnect();
  rig.settle();
  // Lines show properties, not Session Present: what waits tells.
  MqttPeer& back = rig.connect_to_stay("c");
  back.subscribe("t", QoS::at_least_once);
  rig.settle();
  back.disconnect();
  rig.settle();
  MqttPeer& publisher = rig.connect("publisher");
  publisher.publish("t", "kept", QoS::at_least_once, 1);
  rig.settle();
  CHECK(rig.broker->statistics().queued_now == 1);
  SUBCASE("the same user goes on") {
    CHECK(rig.connect_to_stay("c").received().back().ends_with("p=kept"));
  }
  SUBCASE("clean start begins anew") {
    CHECK(rig.connect_to_stay("c", true).received().size() == 1);
    CHECK(rig.broker->statistics().subscriptions_now == 0);
  }
  SUBCASE("another user does not get it") {
    wire::Connect connect;
    connect.client_id = "c";
    connect.clean_start = false;
    connect.user_name = "somebody";
    CHECK(rig.connect(connect).received().size() == 1);
    CHECK(rig.broker->statistics().subscriptions_now == 0);
  }
  CHECK(rig.broker->statistics().queued_now == 0);
  CHECK(rig.broker->statistics().queued_bytes_now == 0);
}

TEST_CASE(
    "what a message has waited is taken off its expiry [MQTT-3.3.2-6], and what is late is "
    "dropped [MQTT-3.3.2-5]") {
  BrokerRig rig;
  MqttPeer& absent = rig.connect_to_stay("c");
  absent.subscribe("t", QoS::at_least_once);
  rig.settle();
  absent.disconnect();
  MqttPeer& publisher = rig.connect("publisher");
  const auto publish = [&](std::uint32_t expiry, wire::PacketId id) {
    const OwnedProperties properties{{PropertyId::message_expiry_interval, expiry}};
    wire::Publish packet;
    packet.topic = "t";
    packet.qos = QoS::at_least_once;
    packet.packet_id = id;
    packet.properties = properties;
    publisher.publish(packet);
  };
  publish(1, 1);
  publish(100, 2);
  rig.settle();
  const auto begin = std::chrono::steady_clock::now();
  rig.run_until([&] { return std::chrono::steady_clock::now() >= begin + 1100ms; });
  MqttPeer& back = rig.connect_to_stay("c");
  const Lines lines = back.received();
  REQUIRE(lines.size() == 2);
  CHECK(lines[1] == "PUBLISH q1 id=1 t=t {message-expiry-interval=99}");
  CHECK(rig.broker->statistics().dropped_expired == 1);
  CHECK(rig.broker->statistics().queued_now == 0);
}

TEST_CASE("the quota of the client is kept, and refilled by its acknowledgements [MQTT-4.9.0-2]") {
  BrokerRig rig;
  wire::Connect connect;
  const OwnedProperties quota{{PropertyId::receive_maximum, 2}};
  connect.client_id = "c";
  connect.properties = quota;
  MqttPeer& subscriber = rig.connect(connect);
  subscriber.subscribe("t", QoS::exactly_once);
  MqttPeer& publisher = rig.connect("publisher");
  for (wire::PacketId id = 1; id <= 5; ++id) {
    publisher.publish("t", std::to_string(id), QoS::exactly_once, id);
  }
  publisher.publish("t", "0");
  rig.settle();
  CHECK(subscriber.messages() == 3);  // QoS 0 needs none
  subscriber.received();
  subscriber.acknowledge(wire::PacketType::pubrec, 1);
  rig.settle();
  CHECK(subscriber.received() == Lines{"PUBREL 1"});
  subscriber.acknowledge(wire::PacketType::pubcomp, 1);
  rig.settle();
  CHECK(subscriber.received() == Lines{"PUBLISH q2 id=3 t=t p=3"});
  subscriber.acknowledge(wire::PacketType::pubrec, 2, ReasonCode::unspecified_error);
  rig.settle();
  CHECK(subscriber.received() == Lines{"PUBLISH q2 id=4 t=t p=4"});
}

TEST_CASE("what is too large for a client is as good as sent [MQTT-3.1.2-25]") {
  BrokerRig rig;
  wire::Connect connect;
  const OwnedProperties properties{{PropertyId::maximum_packet_size, 100},
                                   {PropertyId::session_expiry_interval, 100}};
  connect.client_id = "c";
  connect.properties = properties;
  MqttPeer& subscriber = rig.connect(connect);
  subscriber.subscribe("t", QoS::at_least_once);
  MqttPeer& publisher = rig.connect("publisher");
  for (const QoS qos : {QoS::at_most_once, QoS::at_least_once, QoS::exactly_once}) {
    const wire::PacketId id = qos == QoS::at_most_once ? 0 : 1;
    publisher.publish("t", std::string(100, 'x'), qos, id);
    publisher.publish("t", "fits", qos, qos == QoS::at_most_once ? 0 : 2);
  }
  rig.settle();
  CHECK(subscriber.messages() == 3);
  CHECK(rig.broker->statistics().dropped_size == 3);
}

TEST_CASE("a message in flight that the next connection can't carry is given up soon") {
  BrokerRig rig;
  MqttPeer& first = rig.connect_to_stay("c");
  first.subscribe("t", QoS::at_least_once);
  MqttPeer& publisher = rig.connect("publisher");
  publisher.publish("t", std::string(1000, 'x'), QoS::at_least_once, 1);
  rig.settle();
  first.cut();
  wire::Connect connect;
  const OwnedProperties properties{{PropertyId::maximum_packet_size, 100},
                                   {PropertyId::session_expiry_interval, 100},
                                   {PropertyId::receive_maximum, 1}};
  connect.client_id = "c";
  connect.clean_start = false;
  connect.properties = properties;
  MqttPeer& back = rig.connect(connect);
  publisher.publish("t", "small", QoS::at_least_once, 2);
  rig.run_until([&] { return back.messages() == 1; });
  CHECK(back.received().back().ends_with("p=small"));
}
