#include <doctest/doctest.h>

#include "tests/load/shard_rig.hpp"

using namespace mqrig;
using namespace mqrig::load;
using namespace mqrig::load::tests;
using namespace std::chrono_literals;

TEST_CASE("what a connection had not taken when it broke was not sent") {
  Group group = publishers(1, "a");
  group.publish->payload.smallest = group.publish->payload.largest = 1000;
  Scripted bench(scenario_of(group, subscribers(1, "a")));
  bench.rig.connect();
  bench.broker.reads = false;
  bench.rig.order(Order::Kind::publish);
  // The kernel's buffers are full, and the rest is with the client.
  bench.rig.until([&] { return bench.rig.totals.payload_sent > bench.rig.totals.bytes_sent; });
  bench.rig.order(Order::Kind::stop);
  bench.rig.look();
  const std::uint64_t handed_over = bench.rig.totals.sent[0];
  bench.broker.cut();
  bench.rig.until([&] { return bench.rig.totals.lost == 2; });
  CHECK(bench.rig.totals.unsent > 0);
  CHECK(bench.rig.totals.sent[0] + bench.rig.totals.unsent == handed_over);
  CHECK(bench.rig.totals.expected[0] == bench.rig.totals.sent[0]);
  bench.rig.leave();
}

TEST_CASE("a session that stays is resumed: what was in flight is sent again, with DUP") {
  for (const QosMix& mix : {QosMix{0, 1, 0}, QosMix{0, 0, 1}}) {
    Group group = counted(publishers(1, "a"), 500, mix);
    group.publish->payload.smallest = group.publish->payload.largest = 1000;
    group.publish->inflight = 1000;
    group.clean_start = false;
    Scripted bench(scenario_of(group));
    bench.broker.acknowledges = false;
    bench.rig.connect();
    bench.rig.order(Order::Kind::publish);
    bench.rig.until([&] { return bench.broker.publishes == 500; });
    CHECK(bench.rig.gauges.in_flight == 500);
    bench.rig.order(Order::Kind::stop);
    bench.rig.order(Order::Kind::drain);
    bench.broker.acknowledges = true;
    bench.broker.session_present = true;
    bench.broker.cut();
    bench.rig.until(Stage::drained);
    CHECK(bench.broker.publishes == 1000);
    CHECK(bench.broker.dups == 500);
    CHECK(bench.rig.totals.resumed == 1);
    CHECK(sum(bench.rig.totals.sent) == 500);
    CHECK(sum(bench.rig.totals.acknowledged) == 500);
    CHECK(bench.rig.gauges.in_flight == 0);
    bench.rig.leave();
    CHECK(bench.rig.totals.unconfirmed == 0);
  }
}

TEST_CASE("a subscriber whose session is resumed does not subscribe again, another one does") {
  for (const bool present : {true, false}) {
    Group group = subscribers(1, "a");
    group.clean_start = false;
    Scripted bench(scenario_of(group));
    bench.rig.connect();
    bench.broker.session_present = present;
    bench.broker.cut();
    bench.rig.until([&] { return bench.rig.totals.connected == 2 && bench.rig.gauges.ready == 1; });
    CHECK(bench.broker.subscribes == (present ? 1 : 2));
    bench.rig.leave();
  }
}

TEST_CASE("what was in flight in a clean session is not confirmed, and not sent again") {
  Group group = counted(publishers(1, "a"), 10, {0, 1, 0});
  Scripted bench(scenario_of(group, subscribers(2, "a", {0, 1, 0})));
  bench.broker.acknowledges = false;
  bench.rig.connect();
  bench.rig.order(Order::Kind::publish);
  bench.rig.until([&] { return bench.broker.publishes == 10; });
  bench.broker.cut();
  bench.rig.until([&] { return bench.rig.gauges.ready == 3 && bench.rig.totals.connected == 6; });
  CHECK(bench.rig.gauges.in_flight == 0);
  CHECK(bench.rig.totals.unconfirmed == 10);
  CHECK(bench.rig.totals.unconfirmed_deliveries == 20);
  CHECK(bench.broker.publishes == 10);
  CHECK(sum(bench.rig.totals.expected) == 0);
  bench.rig.leave();
}

TEST_CASE("a client that awaits an acknowledgement to think goes on after its session is lost") {
  Group group = counted(publishers(1, "a"), 2, {0, 1, 0});
  group.publish->think = 1ms;
  Scripted bench(scenario_of(group));
  bench.broker.acknowledges = false;
  bench.rig.connect();
  bench.rig.order(Order::Kind::publish);
  bench.rig.until([&] { return bench.broker.publishes == 1; });
  bench.broker.cut();
  bench.rig.until(Stage::sent);
  CHECK(bench.rig.totals.sent[1] == 2);
  bench.rig.leave();
}

TEST_CASE("messages that the broker would not take are counted, and do not stop the world") {
  for (const std::uint64_t count : {0U, 100U}) {
    Group group = counted(publishers(1, "a"), count);
    group.publish->payload.smallest = group.publish->payload.largest = 1000;
    Scripted bench(scenario_of(group));
    bench.broker.maximum_packet_size = 500;
    bench.rig.connect();
    bench.rig.order(Order::Kind::publish);
    if (count == 0) {
      bench.rig.until([&] { return bench.rig.totals.unsent >= 2; });
    } else {
      bench.rig.until(Stage::sent);
      CHECK(bench.rig.totals.unsent == count);
    }
    CHECK(bench.rig.totals.errors == bench.rig.totals.unsent);
    CHECK(sum(bench.rig.totals.sent) == 0);
    bench.rig.leave();
  }
}

TEST_CASE("what is due for a client that is gone is unsent, and holds nobody up") {
  Group group = publishers(2, "a");
  group.publish->rate = 1000;
  group.publish->count = 50;
  Scripted bench(scenario_of(group));
  bench.rig.connect();
  bench.broker.disconnect(wire::ReasonCode::not_authorized);
  bench.rig.until([&] { return bench.rig.gauges.given_up == 2; });
  bench.rig.order(Order::Kind::publish);
  bench.rig.until(Stage::sent);
  CHECK(bench.rig.totals.scheduled == 50);
  CHECK(bench.rig.totals.unsent == 50);
  CHECK(bench.rig.gauges.backlog == 0);
  bench.rig.leave();
}

TEST_CASE("a backlog ends with its client") {
  Group group = publishers(1, "a");
  group.publish->rate = 1000;
  group.publish->count = 50;
  Scripted bench(scenario_of(group));
  bench.rig.connect();
  bench.broker.connack = wire::ReasonCode::server_busy;
  bench.broker.cut();
  bench.rig.until([&] { return bench.rig.totals.lost == 1; });
  bench.rig.order(Order::Kind::publish);
  bench.rig.until([&] { return bench.rig.gauges.backlog > 10; });
  bench.broker.connack = wire::ReasonCode::banned;
  bench.rig.until(Stage::sent);
  CHECK(bench.rig.totals.unsent == 50);
  CHECK(bench.rig.gauges.backlog == 0);
  bench.rig.leave();
}

TEST_CASE(
    "what is due while the connection is gone is sent late, and counts from when it was due") {
  Group group = publishers(1, "a");
  group.publish->rate = 1000;
  group.publish->count = 30;
  group.publish->qos = {0, 1, 0};
  Scripted bench(scenario_of(group));
  bench.rig.connect();
  bench.broker.connack = wire::ReasonCode::server_busy;
  bench.broker.cut();
  bench.rig.until([&] { return bench.rig.totals.lost == 1; });
  bench.rig.order(Order::Kind::publish);
  bench.rig.until([&] { return bench.rig.gauges.backlog == 30; });
  CHECK(bench.rig.stage == Stage::publishing);
  bench.broker.connack = wire::ReasonCode::success;
  bench.rig.until(Stage::sent);
  bench.rig.until([&] { return bench.rig.totals.acknowledged[1] == 30; });
  const auto& publish = bench.rig.histograms[static_cast<std::size_t>(Metric::publish)];
  CHECK(publish->value_at(99) > 10'000'000);
  bench.rig.leave();
}

TEST_CASE("in closed loop a phase of level 0 is a pause") {
  Group group = publishers(1, "a");
  Scripted bench(scenario_of(group));
  bench.rig.connect();
  bench.rig.order(Order::Kind::publish, {{"pause", PhaseKind::hold, 50ms, 0, 0},
                                         {"go", PhaseKind::hold, 20ms, 1, 1},
                                         {"drain", PhaseKind::drain, 10s, 0, 0}});
  const auto begin = std::chrono::steady_clock::now();
  bench.rig.until([&] { return sum(bench.rig.totals.sent) > 0; });
  CHECK(std::chrono::steady_clock::now() - begin >= 40ms);
  std::uint64_t sent = 0;
  bench.rig.until([&] {
    return std::chrono::steady_clock::now() - begin > 150ms &&
           std::exchange(sent, sum(bench.rig.totals.sent)) == sent;
  });
  bench.rig.leave();
}

TEST_CASE("a shard may end at any time") {
  for (const Order::Kind last : {Order::Kind::connect, Order::Kind::publish, Order::Kind::stop}) {
    Group group = publishers(5, "a");
    group.publish->qos = {1, 1, 1};
    Scripted bench(scenario_of(group, subscribers(3, "a")));
    bench.rig.order(Order::Kind::connect);
    if (last != Order::Kind::connect) {
      bench.rig.until(Stage::connected);
      bench.rig.order(Order::Kind::publish);
      bench.rig.until([&] { return sum(bench.rig.totals.sent) > 100; });
      bench.rig.order(last);
    }
    bench.rig.shard.reset();
    bench.context.poll();
  }
}
