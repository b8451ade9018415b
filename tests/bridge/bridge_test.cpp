#include <doctest/doctest.h>

#include <tests/bridge/bridge_rig.hpp>

#include <mqrig/net/memory_stream.hpp>

using namespace mqrig;
using bridge::Direction;
using bridge::Side;
using test::BridgeRig;
using test::rule_for;
using test::SessionClient;
using wire::QoS;

namespace {

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(BridgeRig, "messages go over a link at every QoS, with a spool and without") {
  for (const bool stored : {false, true}) {
    start({link({rule_for({"t/#"}, Direction::both)})}, stored);
    run_until_up();
    SessionClient& near = subscriber(Side::local);
    SessionClient& far = subscriber(Side::remote);
    near.publish("t/0", QoS::at_most_once, "a");
    near.publish("t/1", QoS::at_least_once, "b");
    near.publish("t/2", QoS::exactly_once, "c");
    far.publish("t/3", QoS::exactly_once, "d");
    run_until([&] { return near.arrived.size() == 4 && far.arrived.size() == 4 && near.idle(); });
    settle();
    Lines expected{"t/0 a", "t/1 b", "t/2 c", "t/3 d"};
    std::sort(far.arrived.begin(), far.arrived.end());
    CHECK(far.arrived == expected);
    std::sort(near.arrived.begin(), near.arrived.end());
    CHECK(near.arrived == expected);
    CHECK(status().out.received == 3);
    CHECK(status().out.forwarded == 3);
    CHECK(status().in.forwarded == 1);
    CHECK(warnings.empty());
    clients.clear();
  }
}

TEST_CASE_FIXTURE(BridgeRig, "what comes while the target is away waits in the spool") {
  SessionClient& source = client(Side::local, "source");
  SessionClient& sink = subscriber(Side::remote);
  away[1] = true;
  start({link({rule_for({"t"})})}, true);
  run_until([&] { return status().local.connected; });
  settle();
  for (const char* text : {"a", "b", "c"}) source.publish("t", QoS::exactly_once, text);
  source.publish("t", QoS::at_most_once, "lost");
  run_until([&] { return source.idle(); });
  CHECK(status().out.queued == 3);
  CHECK(status().out.dropped_offline == 1);

  start({link({rule_for({"t"})})}, true);
  run_until([&] { return status().local.connected; });
  CHECK(status().out.queued == 3);
  away[1] = false;
  run_until([&] { return sink.arrived.size() == 3; });
  CHECK(sink.arrived == Lines{"t a", "t b", "t c"});
  run_until([&] { return status().out.queued == 0; });
}

TEST_CASE_FIXTURE(BridgeRig, "a link whose fingerprint is the same keeps its connections") {
  start({link({rule_for({"a"})}, "one"), link({rule_for({"b"})}, "two")});
  run_until([&] { return bridge->status()[0].up() && bridge->status()[1].up(); });
  auto changed = link({rule_for({"c"})}, "two");
  changed.fingerprint = "other";
  apply({link({rule_for({"a"})}, "one"), changed, link({rule_for({"d"})}, "three")});
  run_until([&] {
    const auto links = bridge->status();
    return links.size() == 3 && links[0].up() && links[1].up() && links[2].up();
  });
  settle();
  CHECK(bridge->status()[0].local.connects == 1);
  SessionClient& source = client(Side::local, "source");
  SessionClient& sink = subscriber(Side::remote);
  for (const char* topic : {"a", "b", "c", "d"}) source.publish(topic, QoS::at_least_once, "x");
  run_until([&] { return sink.arrived.size() == 3 && source.idle(); });
  std::sort(sink.arrived.begin(), sink.arrived.end());
  CHECK(sink.arrived == Lines{"a x", "c x", "d x"});

  apply({link({rule_for({"a"})}, "one")});
  run_until([&] { return bridge->status().size() == 1; });
  CHECK(status().name == "one");
  CHECK(status().local.connects == 1);
}

TEST_CASE_FIXTURE(BridgeRig, "a link that has changed is started anew with its queue") {
  SessionClient& source = client(Side::local, "source");
  SessionClient& sink = subscriber(Side::remote);
  away[1] = true;
  start({link({rule_for({"t"})})}, true);
  run_until([&] { return status().local.connected; });
  settle();
  source.publish("t", QoS::exactly_once, "a");
  run_until([&] { return source.idle(); });
  away[1] = false;
  auto changed = link({rule_for({"u"})});
  changed.fingerprint = "other";
  changed.spool = true;
  apply({changed});
  run_until([&] { return sink.arrived.size() == 1; });
  CHECK(sink.arrived == Lines{"t a"});
  run_until([&] { return status().up(); });
  settle();
  source.publish("t", QoS::exactly_once, "stays");
  source.publish("u", QoS::exactly_once, "goes");
  run_until([&] { return sink.arrived.size() == 2; });
  CHECK(sink.arrived[1] == "u goes");
}

TEST_CASE_FIXTURE(BridgeRig, "what a link does not ask for any more does not come any more") {
  for (const bool stored : {false, true}) {
    start({link({rule_for({"t/#"})})}, stored);
    run_until_up();
    apply({});  // the session stays at the broker
    run_until([&] { return bridge->status().empty(); });
    auto narrowed = link({rule_for({"t/1", "u"})});
    narrowed.spool = stored;
    apply({narrowed});
    run_until([&] { return bridge->status().size() == 1 && status().up(); });
    settle();
    SessionClient& source = client(Side::local, "source");
    for (const char* topic : {"t/1", "t/2", "u"}) source.publish(topic, QoS::exactly_once, "x");
    run_until([&] { return source.idle() && status().out.forwarded == 2; });
    CHECK(status().out.received == 2);
    clients.clear();
  }
}

TEST_CASE_FIXTURE(BridgeRig, "without a spool, subscriptions of an earlier start are warned of") {
  for (const bool stored : {true, false}) {
    start({link({rule_for({"t/#"})}, stored ? "stored" : "not")}, stored);
    run_until_up();
    start({link({rule_for({"t/1"})}, stored ? "stored" : "not")}, stored);
    run_until_up();
    SessionClient& source = client(Side::local, "source");
    source.publish("t/2", QoS::exactly_once, "x");
    source.publish("t/2", QoS::exactly_once, "x");
    source.publish("t/1", QoS::exactly_once, "x");
    run_until([&] { return source.idle() && status().out.forwarded == 1; });
    CHECK(warnings.size() == (stored ? 0 : 1));
    clients.clear();
  }
  CHECK(warnings.at(0).find("sends what no rule asks for") != std::string::npos);
}

TEST_CASE_FIXTURE(BridgeRig, "a change that is taken back while the link ends leaves it there") {
  start({link({rule_for({"t"})})});
  run_until_up();
  auto changed = link({rule_for({"u"})});
  changed.fingerprint = "other";
  apply({changed});
  apply({link({rule_for({"t"})})});
  run_until([&] { return bridge->status().size() == 1 && status().local.connects == 0; });
  run_until_up();
  SessionClient& source = client(Side::local, "source");
  SessionClient& sink = subscriber(Side::remote);
  source.publish("t", QoS::at_least_once, "x");
  run_until([&] { return sink.arrived.size() == 1; });
}

TEST_CASE_FIXTURE(BridgeRig, "a bridge that stops has nothing in flight") {
  for (const bool stored : {false, true}) {
    stopped = false;
    start({link({rule_for({"t"})})}, stored);
    run_until_up();
    SessionClient& source = client(Side::local, "source");
    SessionClient& sink = subscriber(Side::remote);
    for (int number = 0; number < 50; ++number) source.publish("t", QoS::exactly_once, "x");
    run_until([&] { return sink.arrived.size() > 3; });
    bridge->stop(std::chrono::seconds(10));
    run_until([&] { return stopped; });
    CHECK(bridge->status().empty());
    settle();
    // Nothing more is read from the source: it has the others.
    const std::size_t before = sink.arrived.size();
    start({link({rule_for({"t"})})}, stored);
    run_until([&] { return sink.arrived.size() == 50 && source.idle(); });
    CHECK(before <= 50);
    clients.clear();
  }
}

TEST_CASE_FIXTURE(BridgeRig, "a target that takes nothing any more is not waited for") {
  std::unique_ptr<net::Stream> target;
  auto settings = link({rule_for({"t"})});
  settings.remote.client.dial = [&] {
    auto ends = net::memory_stream_pair(context);
    target = std::move(ends.second);
    constexpr std::uint8_t connack[] = {0x20, 3, 0, 0, 0};
    target->write_some(connack);
    return std::move(ends.first);
  };
  start({settings});
  run_until([&] { return status().up(); });
  settle();
  SessionClient& source = client(Side::local, "source");
  const std::string much(100'000, 'x');
  for (int number = 0; number < 3; ++number) source.publish("t", QoS::at_most_once, much);
  run_until([&] { return status().out.received == 3; });
  bridge->stop(std::chrono::milliseconds(1));
  const auto before = std::chrono::steady_clock::now();
  run_until([&] { return stopped; });
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(2));
}

TEST_CASE_FIXTURE(BridgeRig, "without links a bridge stops all the same") {
  start({});
  bridge->stop();
  CHECK_FALSE(stopped);
  run_until([&] { return stopped; });
}

TEST_CASE_FIXTURE(BridgeRig, "a state that is damaged ends its link and no other") {
  {
    const auto damaged = file.open();
    damaged->queue("bad/in");
    damaged->put_state("bad/in.session", wire::as_bytes("nonsense"));
    REQUIRE_FALSE(damaged->commit());
  }
  start({link({rule_for({"a"})}, "bad"), link({rule_for({"b"})}, "good")}, true);
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].find("bad: the spool does not hold what belongs to the session of the local "
                         "side") == 0);
  run_until([&] { return bridge->status().size() == 1 && status().up(); });
  CHECK(status().name == "good");
  auto bad = link({rule_for({"a"})}, "bad");
  bad.spool = true;
  auto good = link({rule_for({"b"})}, "good");
  apply({bad, good});  // as after SIGHUP: it is tried again
  CHECK(failures.size() == 2);
  CHECK(status().local.connects == 1);
  bridge->stop();
  run_until([&] { return stopped; });
  std::error_code error;
  CHECK(spool->state("bad/in.session", error) == "nonsense");
}

TEST_CASE_FIXTURE(BridgeRig, "its state is a retained message while both sides are there") {
  SessionClient& near = subscriber(Side::local, "state");
  SessionClient& far = subscriber(Side::remote, "state");
  auto settings = link({rule_for({"t"})});
  settings.notification_topic = "state";
  settings.notify_remote = true;
  away[1] = true;
  start({settings});
  run_until([&] { return near.arrived.size() == 1; });
  CHECK(near.arrived == Lines{"state 0"});
  away[1] = false;
  run_until([&] { return far.arrived.size() == 1 && near.arrived.size() == 2; });
  CHECK(near.arrived[1] == "state 1");
  CHECK(far.arrived == Lines{"state 1"});
  bridge->stop();
  run_until([&] { return stopped; });
  settle();
  CHECK(near.arrived.back() == "state 0");
  CHECK(far.arrived.back() == "state 0");

  start({settings});
  run_until([&] { return near.arrived.back() == "state 1"; });
  kill();
  run_until([&] { return near.arrived.back() == "state 0" && far.arrived.back() == "state 0"; });
  CHECK(subscriber(Side::local, "state").arrived == Lines{"state 0"});
}

TEST_CASE_FIXTURE(BridgeRig, "its counters are retained messages") {
  SessionClient& near = subscriber(Side::local, "status/#");
  auto settings = link({rule_for({"t"})});
  settings.status_topic = "status";
  settings.status_interval = std::chrono::milliseconds(5);
  start({settings});
  run_until_up();
  client(Side::local, "source").publish("t", QoS::at_least_once, "x");
  const auto told = [&](const char* line) {
    return std::find(near.arrived.begin(), near.arrived.end(), line) != near.arrived.end();
  };
  run_until([&] { return told("status/out/forwarded 1") && told("status/in/received 0"); });
  run_until([&] { return told("status/out/full 0") && told("status/out/offline 0"); });
}
