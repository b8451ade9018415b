// A broker in the test's process, and clients on streams in memory.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <asio/io_context.hpp>

#include <mqrig/broker/broker.hpp>
#include <tests/support/mqtt_peer.hpp>
#include <tests/support/scripted_client.hpp>

namespace mqrig::test {

// What the broker told the operator.
struct RecordingObserver final : broker::Observer {
  void on_warning(std::string_view text) override { warnings.emplace_back(text); }
  void on_activity(std::string_view text) override { activities.emplace_back(text); }
  void on_packet(std::string_view, broker::Direction, wire::Version, wire::ByteView) override {
    ++packets;
  }

  Lines warnings;
  Lines activities;
  std::size_t packets = 0;
};

wire::Will will(std::string_view topic, std::string_view payload,
                wire::QoS qos = wire::QoS::at_most_once);

class BrokerRig {
 public:
  // Without $SYS, so that nothing happens that the test did not ask for.
  static broker::Settings quiet();

  explicit BrokerRig(const broker::Settings& settings = quiet());
  // Takes the state of this store first.
  BrokerRig(const broker::Settings& settings, std::unique_ptr<store::BrokerStore> store);
  ~BrokerRig();

  // A network connection, each direction of which holds `capacity` bytes.
  MqttPeer& attach(wire::Version version = wire::Version::mqtt_5, std::size_t capacity = 65'536);
  // One end of a connection, for a client of another kind.
  std::unique_ptr<net::Stream> dial(std::size_t capacity = 65'536);
  // A peer, and CONNECT, whose CONNACK is left in received().
  MqttPeer& connect(wire::Connect connect, wire::Version version = wire::Version::mqtt_5,
                    std::size_t capacity = 65'536);
  // With clean start; CONNACK is checked and taken.
  MqttPeer& connect(std::string_view client_id, wire::Version version = wire::Version::mqtt_5);
  // With a session that stays for an hour.
  MqttPeer& connect_to_stay(std::string_view client_id, bool clean_start = false);
  // A subscriber; CONNACK and SUBACK are taken.
  MqttPeer& subscriber(std::string_view client_id, std::string_view filter,
                       wire::QoS qos = wire::QoS::at_most_once);

  // Turns the event loop until nothing is ready any more.
  void settle();
  // One call of the event loop; false when nothing was ready.
  bool step();
  // Turns it until the condition holds; fails the test after ten seconds.
  void run_until(const std::function<bool()>& condition);
  // Ends the broker as kill -9 would, and begins another one with what the store has kept.
  void kill();
  void restart(const broker::Settings& settings, std::unique_ptr<store::BrokerStore> store);

  asio::io_context context;
  RecordingObserver observer;
  std::unique_ptr<broker::Broker> broker;
  std::list<MqttPeer> peers;
};

}  // namespace mqrig::test
