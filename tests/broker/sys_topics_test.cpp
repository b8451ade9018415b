#include <mqrig/broker/sys_topics.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include <tests/support/broker_rig.hpp>

using namespace mqrig;
using namespace std::chrono_literals;
using broker::Statistics;
using broker::SysTopics;
using test::BrokerRig;
using test::MqttPeer;

namespace {

constexpr session::Time start{1h};

using Values = std::map<std::string, std::string>;

Values publish(SysTopics& topics, const Statistics& statistics, session::Time now) {
  Values values;
  topics.publish(statistics, now, [&](std::string_view topic, std::string_view payload) {
    const bool added = values.emplace(topic, payload).second;
    CHECK(added);
  });
  return values;
}

}  // namespace

TEST_CASE("all values come first, then what has changed") {
  SysTopics topics;
  Statistics statistics;
  const Values first = publish(topics, statistics, start);
  CHECK(first.at("$SYS/broker/uptime") == "0 seconds");
  CHECK(first.at("$SYS/broker/version").starts_with("mqrig version "));
  CHECK(first.at("$SYS/broker/clients/connected") == "0");
  CHECK(first.at("$SYS/broker/retained messages/count") == "0");
  CHECK(publish(topics, statistics, start).empty());
  statistics.sessions_now = 3;
  statistics.clients_now = 2;
  const Values second = publish(topics, statistics, start);
  CHECK(second == Values{{"$SYS/broker/clients/total", "3"},
                         {"$SYS/broker/clients/connected", "2"},
                         {"$SYS/broker/clients/active", "2"},
                         {"$SYS/broker/clients/disconnected", "1"},
                         {"$SYS/broker/clients/inactive", "1"}});
}

TEST_CASE("loads are rates per minute that fade") {
  SysTopics topics;
  Statistics statistics;
  publish(topics, statistics, start);
  // Ten a second for a quarter of an hour, by the clock of ten seconds.
  Values values;
  session::Time now = start;
  for (int i = 0; i < 90; ++i) {
    now += 10s;
    statistics.publish_received += 100;
    for (const auto& [topic, value] : publish(topics, statistics, now)) values[topic] = value;
  }
  const auto load = [&](const char* period) {
    return std::stod(values.at(std::string("$SYS/broker/load/publish/received/") + period));
  };
  CHECK(load("1min") == doctest::Approx(600).epsilon(0.01));
  CHECK(load("5min") > 500);
  CHECK(load("15min") == doctest::Approx(600 * (1 - std::exp(-1.0))).epsilon(0.02));
  for (int i = 0; i < 6; ++i) {
    now += 10s;
    for (const auto& [topic, value] : publish(topics, statistics, now)) values[topic] = value;
  }
  CHECK(load("1min") == doctest::Approx(600 * std::exp(-1.0)).epsilon(0.02));
}

TEST_CASE("faults that are made on purpose have topics as soon as there are some of their kind") {
  SysTopics topics;
  Statistics statistics;
  const auto is_fault = [](const auto& value) {
    return value.first.starts_with("$SYS/broker/faults");
  };
  const Values first = publish(topics, statistics, start);
  CHECK(std::none_of(first.begin(), first.end(), is_fault));
  statistics.made.drop_puback = 3;
  CHECK(publish(topics, statistics, start) == Values{{"$SYS/broker/faults/drop-puback", "3"}});
}

TEST_CASE("the values are retained messages that nobody else may set, and that no limit counts") {
  broker::Settings settings;
  settings.sys_interval = std::chrono::milliseconds(50);
  settings.limits.retained_messages = 1;
  BrokerRig rig(settings);
  MqttPeer& peer = rig.connect("c");
  peer.subscribe("$SYS/broker/clients/connected");
  peer.subscribe("$SYS/#");
  rig.run_until([&] { return peer.messages() > 20; });
  peer.received();
  wire::Publish packet;
  packet.topic = "$SYS/broker/version";
  packet.payload = wire::as_bytes("mine");
  packet.qos = wire::QoS::at_least_once;
  packet.packet_id = 1;
  packet.retain = true;
  peer.publish(packet);
  packet.topic = "first";
  packet.packet_id = 2;
  peer.publish(packet);
  packet.topic = "second";
  packet.packet_id = 3;
  peer.publish(packet);
  rig.settle();
  test::Lines acks;
  for (const std::string& line : peer.received()) {
    if (line.starts_with("PUBACK")) acks.push_back(line);
  }
  CHECK(acks == test::Lines{"PUBACK 1 0x87", "PUBACK 2 0x10", "PUBACK 3 0x97"});
  // What begins with a wildcard does not see them [MQTT-4.7.2-1].
  MqttPeer& other = rig.connect("d");
  other.subscribe("#");
  rig.settle();
  CHECK(other.messages() == 1);
}
