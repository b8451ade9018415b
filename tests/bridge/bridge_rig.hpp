// A bridge between two brokers, all in the test's process.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <asio/io_context.hpp>

#include <mqrig/bridge/bridge.hpp>
#include <mqrig/broker/broker.hpp>
#include <tests/bridge/outcomes.hpp>
#include <tests/store/spool_file.hpp>
#include <tests/support/broker_rig.hpp>
#include <tests/support/session_client.hpp>

namespace mqrig::test {

// Local and remote broker live as long as it does; the bridge comes and goes, as by crashes.
class BridgeRig : public bridge::Observer {
 public:
  BridgeRig();
  ~BridgeRig();

  // A link between the two, by streams in memory, with the client identifier "bridge" at both.
  bridge::LinkSettings link(std::vector<bridge::Rule> rules, std::string name = "link");
  // Begins a bridge of these links over the spool, opened anew, or without one.
  void start(std::vector<bridge::LinkSettings> links, bool spool = false);
  void apply(std::vector<bridge::LinkSettings> links);
  // Ends the bridge in the middle of whatever it does: what was not committed is lost.
  void kill();
  bridge::LinkStatus status() const { return bridge->status().at(0); }

  // Clients with sessions that stay, of the broker of a side.
  SessionClient& client(bridge::Side side, std::string id,
                        wire::Version version = wire::Version::mqtt_5);
  SessionClient& subscriber(bridge::Side side, std::string_view filter = "#",
                            wire::QoS qos = wire::QoS::exactly_once);
  std::unique_ptr<net::Stream> dial(bridge::Side side);

  void run_until(const std::function<bool()>& condition);
  // Turns the event loop until nothing is ready any more.
  void settle();
  // The bridge has both connections, and its subscriptions are made.
  void run_until_up();

  // Observer
  void on_link(const bridge::LinkStatus& link, std::string_view text) override;
  void on_warning(std::string_view link, std::string_view text) override;
  void on_link_failed(std::string_view link, const client::Failure& failure) override;
  void on_stopped() override { stopped = true; }

  asio::io_context context;
  RecordingObserver broker_log;
  std::unique_ptr<broker::Broker> brokers[2];  // index: side
  std::list<SessionClient> clients;
  bool away[2] = {false, false};  // index: side; attempts to connect to it fail
  SpoolFile file;
  std::unique_ptr<store::Spool> spool;
  std::unique_ptr<bridge::Bridge> bridge;
  wire::Version version = wire::Version::mqtt_5;  // of the bridge at both sides
  Lines states;                                   // what the bridge told
  Lines warnings;
  Lines failures;
  bool stopped = false;
};

}  // namespace mqrig::test
