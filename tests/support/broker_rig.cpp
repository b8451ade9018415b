#include <tests/support/broker_rig.hpp>

#include <mqrig/net/memory_stream.hpp>
#include <mqrig/store/broker_store.hpp>

namespace mqrig::test {

wire::Will will(std::string_view topic, std::string_view payload, wire::QoS qos) {
  wire::Will will;
  will.topic = topic;
  will.payload = wire::as_bytes(payload);
  will.qos = qos;
  return will;
}

broker::Settings BrokerRig::quiet() {
  broker::Settings settings;
  settings.sys_interval = std::chrono::milliseconds(0);
  return settings;
}

BrokerRig::BrokerRig(const broker::Settings& settings)
    : broker(std::make_unique<broker::Broker>(context, settings, observer)) {}

BrokerRig::BrokerRig(const broker::Settings& settings, std::unique_ptr<store::BrokerStore> store)
    : BrokerRig(settings) {
  REQUIRE_FALSE(broker->set_store(std::move(store)));
  settle();
}

BrokerRig::~BrokerRig() {
  peers.clear();
  broker.reset();
}

void BrokerRig::kill() {
  broker.reset();
}

void BrokerRig::restart(const broker::Settings& settings,
                        std::unique_ptr<store::BrokerStore> store) {
  broker = std::make_unique<broker::Broker>(context, settings, observer);
  REQUIRE_FALSE(broker->set_store(std::move(store)));
}

std::unique_ptr<net::Stream> BrokerRig::dial(std::size_t capacity) {
  auto [ours, theirs] = net::memory_stream_pair(context, capacity);
  broker->attach(std::move(theirs));
  return std::move(ours);
}

MqttPeer& BrokerRig::attach(wire::Version version, std::size_t capacity) {
  return peers.emplace_back(dial(capacity), version);
}

MqttPeer& BrokerRig::connect(wire::Connect connect, wire::Version version, std::size_t capacity) {
  MqttPeer& peer = attach(version, capacity);
  peer.connect(connect);
  settle();
  return peer;
}

MqttPeer& BrokerRig::connect(std::string_view client_id, wire::Version version) {
  wire::Connect packet;
  packet.client_id = client_id;
  packet.clean_start = true;
  MqttPeer& peer = connect(packet, version);
  const Lines lines = peer.received();
  REQUIRE(lines.size() == 1);
  REQUIRE(lines[0].starts_with("CONNACK"));
  return peer;
}

MqttPeer& BrokerRig::connect_to_stay(std::string_view client_id, bool clean_start) {
  const OwnedProperties properties{{wire::PropertyId::session_expiry_interval, 3600}};
  wire::Connect packet;
  packet.client_id = client_id;
  packet.clean_start = clean_start;
  packet.properties = properties;
  return connect(packet);
}

MqttPeer& BrokerRig::subscriber(std::string_view client_id, std::string_view filter,
                                wire::QoS qos) {
  MqttPeer& peer = connect(client_id);
  peer.subscribe(filter, qos);
  settle();
  const Lines lines = peer.received();
  REQUIRE(lines.size() >= 1);
  REQUIRE(lines[0].starts_with("SUBACK"));
  return peer;
}

void BrokerRig::settle() {
  context.restart();
  while (context.poll() > 0) context.restart();
}

bool BrokerRig::step() {
  context.restart();
  return context.poll_one() > 0;
}

void BrokerRig::run_until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    const bool in_time = std::chrono::steady_clock::now() < end;
    REQUIRE(in_time);
    context.restart();
    context.run_one_for(std::chrono::milliseconds(100));
  }
}

}  // namespace mqrig::test
