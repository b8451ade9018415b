// A shard on the test's event loop, with nobody but the test to order it about.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <mqrig/broker/broker.hpp>
#include <mqrig/load/shard.hpp>
#include <tests/support/broker_rig.hpp>

#include "tests/load/crew_log.hpp"
#include "tests/load/fake_broker.hpp"
#include "tests/load/plans.hpp"

namespace mqrig::load::tests {

class ShardRig {
 public:
  ShardRig(asio::io_context& context, std::uint16_t port, Scenario scenario,
           const std::function<void(client::Options&)>& options = {}, RunSettings settings = {},
           std::uint32_t number = 0)
      : context_(context) {
    client::Options connection;
    connection.brokers.emplace_back("127.0.0.1", port);
    if (options) options(connection);
    settings.run = 7;
    plan = plan_of(std::move(scenario), std::move(settings), std::move(connection));
    shard.emplace(context, plan, number, [this] { ++stage_changes; });
  }

  void order(Order::Kind kind, std::vector<Phase> phases = {}, double rate_factor = 1) {
    Order order;
    order.kind = kind;
    order.at = std::chrono::steady_clock::now();
    order.phases = std::move(phases);
    order.rate_factor = rate_factor;
    shard->order(order);
  }

  // Turns the event loop, and adds up what the shard tells.
  void until(const std::function<bool()>& condition) {
    run_until(context_, [&] {
      look();
      return condition();
    });
  }
  void until(Stage wanted) {
    until([&] { return stage == wanted; });
  }
  void connect() {
    order(Order::Kind::connect);
    until(Stage::connected);
  }
  // From publishing to the end.
  void publish_all() {
    order(Order::Kind::publish);
    until(Stage::sent);
    end();
  }
  void end() {
    order(Order::Kind::stop);
    order(Order::Kind::drain);
    until([&] { return stage == Stage::drained && everything_arrived(); });
    leave();
  }
  void leave() {
    order(Order::Kind::leave);
    until(Stage::done);
  }
  bool everything_arrived() const {
    for (std::size_t qos = 0; qos < 3; ++qos) {
      if (lost_messages(totals, qos) != 0) return false;
    }
    return totals.requests <= totals.responses + totals.request_timeouts;
  }
  void look() {
    Sample sample = shard->take_sample(std::chrono::steady_clock::now());
    totals += sample.counters;
    gauges = sample.gauges;
    errors.merge(sample.errors);
    merge(histograms, sample.histograms);
    if (stage != sample.stage) stages.push_back(sample.stage);
    stage = sample.stage;
  }
  std::uint64_t count(Metric metric) const {
    const auto& histogram = histograms[static_cast<std::size_t>(metric)];
    return histogram == nullptr ? 0 : histogram->count();
  }

  std::shared_ptr<const Plan> plan;
  std::optional<Shard> shard;
  int stage_changes = 0;
  std::vector<Stage> stages;
  Stage stage = Stage::idle;
  Counters totals;
  Gauges gauges;
  ErrorCounts errors;
  Histograms histograms;

 private:
  asio::io_context& context_;
};

// Listens on a port of its own.
inline std::uint16_t listen(broker::Broker& broker) {
  std::string detail;
  REQUIRE_FALSE(broker.listen({"127.0.0.1", 0}, detail));
  const std::string url = broker.urls().at(0);
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

// A real broker.
struct Bench {
  explicit Bench(Scenario scenario, const std::function<void(client::Options&)>& options = {})
      : rig(broker.context, listen(*broker.broker), std::move(scenario), options) {}

  test::BrokerRig broker;
  ShardRig rig;
};

// A broker that does as the test says.
struct Scripted {
  explicit Scripted(Scenario scenario, const std::function<void(client::Options&)>& options = {})
      : broker(context), rig(context, broker.port(), std::move(scenario), options) {}

  asio::io_context context{1};
  FakeBroker broker;
  ShardRig rig;
};

inline Group counted(Group group, std::uint64_t count, QosMix qos = {1, 0, 0}) {
  group.publish->count = count;
  group.publish->qos = qos;
  return group;
}

inline Group idlers(std::uint32_t clients) {
  Group group;
  group.clients = clients;
  return group;
}

}  // namespace mqrig::load::tests
