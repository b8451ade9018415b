// What becomes of messages when a queue is full.
#include <doctest/doctest.h>

#include <tests/bridge/bridge_rig.hpp>

using namespace mqrig;
using bridge::Direction;
using bridge::FullPolicy;
using bridge::Side;
using test::BridgeRig;
using test::rule_for;
using test::SessionClient;
using wire::QoS;

namespace {

using Lines = std::vector<std::string>;

class Fixture : public BridgeRig {
 public:
  // A link whose target is away and whose queue takes ten messages.
  void begin(FullPolicy policy) {
    away[1] = true;
    auto settings = link({rule_for({"t"})});
    settings.limits.messages = 10;
    settings.limits.policy = policy;
    start({settings}, true);
    run_until([&] { return status().local.connected; });
    settle();
    for (int number = 0; number < 30; ++number) publish(number);
    run_until([&] { return source.idle(); });
    settle();
  }
  // One turn for each message.
  void publish(int number) {
    source.publish("t", QoS::at_least_once, std::to_string(number));
    settle();
  }
  void open() {
    away[1] = false;
    run_until([&] { return status().up() && status().out.queued == 0; });
    settle();
  }
  static Lines numbers(int first, int count) {
    Lines lines;
    for (int number = first; number < first + count; ++number) {
      lines.push_back("t " + std::to_string(number));
    }
    return lines;
  }

  SessionClient& source = client(Side::local, "source");
  SessionClient& sink = subscriber(Side::remote);
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the source is not read on until there is room") {
  begin(FullPolicy::block);
  CHECK(status().out.queued < 15);
  CHECK(status().out.dropped_full == 0);
  away[1] = false;
  run_until([&] { return sink.arrived.size() == 30; });
  CHECK(sink.arrived == numbers(0, 30));
}

TEST_CASE_FIXTURE(Fixture, "or the newest are rejected") {
  begin(FullPolicy::reject);
  CHECK(status().out.queued == 10);
  CHECK(status().out.dropped_full == 20);
  open();
  CHECK(sink.arrived == numbers(0, 10));
}

TEST_CASE_FIXTURE(Fixture, "or the oldest are dropped") {
  begin(FullPolicy::drop_oldest);
  CHECK(status().out.queued == 10);
  CHECK(status().out.dropped_full == 20);
  open();
  CHECK(sink.arrived == numbers(20, 10));
}

TEST_CASE_FIXTURE(BridgeRig, "two full queues do not wait for each other") {
  constexpr std::size_t count = 200;
  for (const bool stored : {true, false}) {
    auto settings = link({rule_for({"out"}), rule_for({"in"}, Direction::in)});
    if (stored) settings.limits.messages = 5;
    settings.window = 2;
    SessionClient& near = subscriber(Side::local, "in");
    SessionClient& far = subscriber(Side::remote, "out");
    start({settings}, stored);
    run_until_up();
    const std::string payload(stored ? 10 : 50'000, 'x');  // in memory 4 MiB are full
    for (std::size_t number = 0; number < count; ++number) {
      near.publish("out", QoS::exactly_once, payload);
      far.publish("in", QoS::exactly_once, payload);
    }
    run_until([&] { return near.arrived.size() == count && far.arrived.size() == count; });
    clients.clear();
  }
}
