// What a bridge does when there is nothing to do, and what a message costs.
#include <doctest/doctest.h>

#include <tests/bridge/bridge_rig.hpp>
#include <tests/wire/counting_new.hpp>

using namespace mqrig;
using bridge::Direction;
using bridge::Side;
using test::BridgeRig;
using test::rule_for;
using wire::QoS;

namespace {

// Calls of the event loop within a while.
std::size_t calls(BridgeRig& rig) {
  rig.settle();
  rig.context.restart();
  return rig.context.run_for(std::chrono::milliseconds(150));
}

}  // namespace

TEST_CASE_FIXTURE(BridgeRig, "an idle bridge does nothing") {
  for (const bool stored : {false, true}) {
    start({link({rule_for({"t"}, Direction::both)})}, stored);
    run_until_up();
    calls(*this);  // the removals and whatever else waits for a moment
    CHECK(calls(*this) < 10);
  }
}

TEST_CASE_FIXTURE(BridgeRig, "nor does one with a backlog for a target that is away") {
  test::SessionClient& source = client(Side::local, "source");
  away[1] = true;
  for (const bool stored : {false, true}) {
    auto settings = link({rule_for({"t"})});
    settings.remote.client.reconnect_delay = std::chrono::seconds(60);
    settings.remote.client.reconnect_max_delay = std::chrono::seconds(60);
    start({settings}, stored);
    run_until([&] { return status().local.connected && !status().remote.last_failure.empty(); });
    settle();
    for (int number = 0; number < 100; ++number) source.publish("t", QoS::exactly_once, "x");
    run_until([&] { return status().out.queued == 100; });
    const std::uint64_t commits = stored ? spool->counters().commits : 0;
    calls(*this);
    CHECK(calls(*this) < 10);
    if (stored) CHECK(spool->counters().commits <= commits + 2);
  }
}

TEST_CASE_FIXTURE(BridgeRig, "nor one whose target takes no more for now") {
  auto settings = link({rule_for({"t"})});
  settings.rate = 0.001;
  start({settings}, true);
  run_until_up();
  test::SessionClient& source = client(Side::local, "source");
  for (int number = 0; number < 100; ++number) source.publish("t", QoS::at_least_once, "x");
  run_until([&] { return source.idle() && status().out.forwarded == 1; });
  CHECK(status().out.queued == 99);
  calls(*this);
  CHECK(calls(*this) < 10);
}

TEST_CASE_FIXTURE(BridgeRig, "a message of QoS 0 costs no allocation") {
  for (const bool stored : {false, true}) {
    start({link({rule_for({"t"})})}, stored);
    run_until_up();
    test::MqttPeer publisher(dial(Side::local), wire::Version::mqtt_5);
    wire::Connect connect;
    connect.client_id = "publisher";
    publisher.connect(connect);
    wire::Buffer bytes;
    const wire::Publish packet = test::message("t", "0123456789abcdef");
    for (int number = 0; number < 500; ++number) {
      wire::encode(bytes, wire::Version::mqtt_5, packet);
    }
    const auto allocations = [&] {
      const std::size_t before = wire::test::allocation_count();
      publisher.send(bytes);
      settle();
      return wire::test::allocation_count() - before;
    };
    for (int i = 0; i < 5; ++i) allocations();
    std::size_t most = 0;
    const std::uint64_t before = status().out.forwarded;
    for (int i = 0; i < 20; ++i) most = std::max(most, allocations());
    CHECK(most < 100);  // of turns, whatever the number of messages in them
    CHECK(status().out.forwarded == before + 20 * 500);
  }
}
