#include <doctest/doctest.h>

#include "tests/load/shard_rig.hpp"

using namespace mqrig;
using namespace mqrig::load;
using namespace mqrig::load::tests;
using namespace std::chrono_literals;

TEST_CASE("a shard reports its stages in their order") {
  Bench bench(scenario_of(counted(publishers(2, "a"), 10), subscribers(3, "a")));
  bench.rig.connect();
  CHECK(bench.rig.gauges.clients == 5);
  CHECK(bench.rig.gauges.ready == 5);
  bench.rig.publish_all();
  const std::vector<Stage> reached{Stage::connecting, Stage::connected, Stage::publishing,
                                   Stage::sent,       Stage::draining,  Stage::drained,
                                   Stage::leaving,    Stage::done};
  // Some are over before anybody looks.
  auto at = reached.begin();
  for (const Stage stage : bench.rig.stages) {
    at = std::find(at, reached.end(), stage);
    REQUIRE(at != reached.end());
  }
  CHECK(bench.rig.stage == Stage::done);
  CHECK(bench.rig.stage_changes >= 8);
  CHECK(bench.rig.gauges.connected == 0);
}

TEST_CASE("what is sent, acknowledged, expected and received is exact at every QoS") {
  for (const QosMix& mix : {QosMix{1, 0, 0}, QosMix{0, 1, 0}, QosMix{0, 0, 1}, QosMix{5, 3, 2}}) {
    Bench bench(scenario_of(counted(publishers(3, "a/{client}"), 3000, mix),
                            subscribers(6, "a/#", {1, 1, 1})));
    bench.rig.connect();
    bench.rig.publish_all();
    const Counters& totals = bench.rig.totals;
    const std::uint64_t parts = mix[0] + mix[1] + mix[2];
    for (std::size_t qos = 0; qos < 3; ++qos) {
      CHECK(totals.sent[qos] == 3000 * mix[qos] / parts);
      CHECK(totals.acknowledged[qos] == (qos == 0 ? 0 : totals.sent[qos]));
      CHECK(totals.expected[qos] == totals.distinct[qos]);
      CHECK(totals.received[qos] == totals.distinct[qos]);
      CHECK(totals.duplicates[qos] == 0);
    }
    CHECK(sum(totals.expected) == 18'000);
    CHECK(totals.attempts == 9);
    CHECK(totals.connected == 9);
    CHECK(totals.left == 9);
    CHECK(totals.subscribed == 6);
    CHECK(totals.reordered == 0);
    CHECK(totals.foreign == 0);
    CHECK(totals.unsent == 0);
    CHECK(totals.errors == 0);
    CHECK(totals.payload_sent == 3000 * 64);
    CHECK(totals.payload_received == 18'000 * 64);
    CHECK(bench.rig.count(Metric::connect) == 9);
    CHECK(bench.rig.count(Metric::subscribe) == 6);
    CHECK(bench.rig.count(Metric::delivery) == 18'000);
    CHECK(bench.rig.count(Metric::publish) == totals.sent[1] + totals.sent[2]);
    CHECK(bench.rig.gauges.in_flight == 0);
  }
}

TEST_CASE("in open loop all that is due is sent, and is measured from when it was due") {
  Group group = publishers(4, "a");
  group.publish->rate = 20'000;
  Bench bench(scenario_of(group, subscribers(1, "a")));
  bench.rig.connect();
  bench.rig.order(Order::Kind::publish, {{"hold", PhaseKind::hold, 250ms}});
  bench.rig.until(Stage::sent);
  bench.rig.end();
  CHECK(bench.rig.totals.scheduled == 5000);
  CHECK(bench.rig.totals.sent[0] == 5000);
  CHECK(bench.rig.totals.distinct[0] == 5000);
  CHECK(bench.rig.count(Metric::scheduling) == 5000);
  CHECK(bench.rig.totals.clock_skew == 0);
  CHECK(bench.rig.gauges.backlog == 0);
}

TEST_CASE("a schedule may be followed by another one, at another rate") {
  Group group = publishers(3, "a");
  group.publish->rate = 1000;
  Bench bench(scenario_of(group, subscribers(1, "a")));
  bench.rig.connect();
  for (const double factor : {1.0, 10.0, 5.0}) {
    bench.rig.order(Order::Kind::publish, {{"step", PhaseKind::hold, 100ms}}, factor);
    bench.rig.until(Stage::sent);
    bench.rig.order(Order::Kind::stop);
    bench.rig.order(Order::Kind::drain);
    bench.rig.until(Stage::drained);
  }
  bench.rig.end();
  CHECK(bench.rig.totals.sent[0] == 100 + 1000 + 500);
  CHECK(bench.rig.totals.distinct[0] == 1600);
  CHECK(bench.rig.totals.gaps == 0);
}

TEST_CASE("large packets go through, in and out") {
  Group group = counted(publishers(1, "a"), 5, {0, 1, 0});
  group.publish->payload.smallest = group.publish->payload.largest = 1'000'000;
  Bench bench(scenario_of(group, subscribers(2, "a", {0, 1, 0})));
  bench.rig.connect();
  bench.rig.publish_all();
  CHECK(bench.rig.totals.distinct[1] == 10);
  CHECK(sum(bench.rig.totals.corrupt) == 0);
}

TEST_CASE("requests and their responses are matched, and the round trip is measured") {
  for (const auto version : {wire::Version::mqtt_3_1_1, wire::Version::mqtt_5}) {
    Group requesters = counted(publishers(3, "q/{client}"), 300, {0, 1, 0});
    requesters.publish->request = true;
    Bench bench(scenario_of(requesters, responders(1, "q/#", {0, 1, 0})),
                [&](client::Options& options) { options.version = version; });
    bench.rig.connect();
    bench.rig.publish_all();
    CHECK(bench.rig.totals.requests == 300);
    CHECK(bench.rig.totals.responded == 300);
    CHECK(bench.rig.totals.responses == 300);
    CHECK(bench.rig.totals.distinct[1] == 300);
    CHECK(bench.rig.totals.expected[1] == 300);
    CHECK(bench.rig.totals.request_timeouts == 0);
    CHECK(bench.rig.count(Metric::round_trip) == 300);
    CHECK(bench.rig.count(Metric::delivery) == 0);
  }
}

TEST_CASE("a request without a response times out, and the next one follows") {
  Group requesters = counted(publishers(1, "q"), 2);
  requesters.publish->request = true;
  Bench bench(scenario_of(requesters));
  bench.rig.connect();
  bench.rig.order(Order::Kind::publish);
  bench.rig.until([&] { return bench.rig.totals.request_timeouts == 1; });
  bench.rig.until(Stage::sent);
  CHECK(bench.rig.totals.requests == 2);
  bench.rig.leave();
  CHECK(bench.rig.totals.request_timeouts == 2);
  CHECK(bench.rig.totals.responses == 0);
}

TEST_CASE("members of a shared group get each message between them once") {
  Group group = subscribers(8, "a", {0, 1, 0});
  group.subscribe[0].share = "s{client:2}";
  Bench bench(scenario_of(counted(publishers(2, "a"), 2000, {0, 1, 0}), group));
  bench.rig.connect();
  bench.rig.publish_all();
  CHECK(bench.rig.totals.expected[1] == 4000);
  CHECK(bench.rig.totals.distinct[1] == 4000);
  CHECK(sum(bench.rig.totals.duplicates) == 0);
  CHECK(bench.rig.totals.reordered == 0);
}

TEST_CASE("each client of a run is of one shard of one machine, a shared group whole") {
  asio::io_context context(1);
  for (const bool is_shared : {false, true}) {
    Group group = subscribers(100, "a");
    if (is_shared) group.subscribe[0].share = "s{client:20}";
    std::uint64_t clients = 0;
    for (std::uint32_t machine = 0; machine < 3; ++machine) {
      for (std::uint32_t member = 0; member < 2; ++member) {
        RunSettings settings;
        settings.machines = 3;
        settings.machine = machine;
        settings.members = 2;
        ShardRig rig(context, 1, scenario_of(group), {}, settings, member);
        rig.look();
        if (is_shared) CHECK(rig.gauges.clients % 5 == 0);
        if (!is_shared) CHECK(rig.gauges.clients >= 16);
        clients += rig.gauges.clients;
      }
    }
    CHECK(clients == 100);
  }
}

TEST_CASE("a receiver alone learns from the first stamp whose run it is") {
  test::BrokerRig broker;
  const std::uint16_t port = listen(*broker.broker);
  ShardRig receivers(broker.context, port, scenario_of(subscribers(2, "a")));
  ShardRig senders(broker.context, port, scenario_of(counted(publishers(1, "a"), 100)));
  receivers.connect();
  senders.connect();
  senders.publish_all();
  receivers.until([&] { return receivers.totals.distinct[0] == 200; });
  CHECK(receivers.totals.foreign == 0);
  receivers.leave();
}

TEST_CASE("a retained message that comes again with a new subscription is no duplicate") {
  Group receivers = subscribers(1, "a");
  receivers.lifetime = 30ms;
  Group senders = counted(publishers(1, "a"), 1);
  senders.publish->retain = true;
  Bench bench(scenario_of(senders, receivers));
  bench.rig.connect();
  bench.rig.order(Order::Kind::publish);
  bench.rig.until([&] { return bench.rig.totals.received[0] >= 4; });
  bench.rig.leave();
  CHECK(sum(bench.rig.totals.duplicates) == 0);
  CHECK(bench.rig.totals.distinct[0] == 1);
}

TEST_CASE("a client waits its think time after each message") {
  Group group = counted(publishers(2, "a"), 8, {1, 1, 0});
  group.publish->think = 20ms;
  Bench bench(scenario_of(group));
  bench.rig.connect();
  const auto begin = std::chrono::steady_clock::now();
  bench.rig.publish_all();
  CHECK(std::chrono::steady_clock::now() - begin >= 60ms);
  CHECK(sum(bench.rig.totals.sent) == 8);
}
