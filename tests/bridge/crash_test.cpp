// Bridges that are killed between any two steps.
#include <doctest/doctest.h>

#include <random>

#include <tests/bridge/bridge_rig.hpp>
#include <tests/support/sanitized.hpp>

using namespace mqrig;
using bridge::Direction;
using bridge::Side;
using test::BridgeRig;
using wire::QoS;

namespace {

using Lines = std::vector<std::string>;

// One line for each message, however they were joined: "t a\nb\n" is "t a" and "t b".
Lines taken_apart(const Lines& arrived) {
  Lines all;
  for (const std::string& line : arrived) {
    const std::size_t payload = line.find(' ') + 1;
    std::size_t begin = payload;
    for (std::size_t end; begin < line.size(); begin = end + 1) {
      end = std::min(line.find('\n', begin), line.size());
      all.push_back(line.substr(0, payload) + line.substr(begin, end - begin));
    }
  }
  return all;
}

// Publishes numbered messages at `source`, kills the bridge at random moments until all have
// arrived, and returns what has.
Lines carried(BridgeRig& rig, std::vector<bridge::Rule> rules, Side from, QoS qos, int count,
              unsigned seed) {
  std::mt19937 random(seed);
  test::SessionClient& source = rig.client(from, "source");
  test::SessionClient& sink = rig.subscriber(bridge::other(from), "t/#");
  const std::string last = "t/1 " + std::to_string(count - 1);
  rig.start({rig.link(rules)}, true);
  rig.run_until_up();
  int published = 0;
  int crashes = 0;
  const auto arrived = [&] {
    const Lines all = taken_apart(sink.arrived);
    return std::find(all.begin(), all.end(), last) != all.end();
  };
  while (!arrived()) {
    for (auto some = random() % 8; some > 0 && published < count; --some) {
      source.publish("t/1", qos, std::to_string(published++));
    }
    for (auto steps = random() % 150; steps > 0; --steps) {
      rig.context.restart();
      if (rig.context.run_one_for(std::chrono::milliseconds(2)) == 0) break;
    }
    ++crashes;
    rig.start({rig.link(rules)}, true);
  }
  // What comes twice may come late.
  rig.run_until([&] {
    const bridge::LinkStatus status = rig.status();
    return status.up() && status.in.queued + status.out.queued == 0;
  });
  rig.settle();
  CHECK(crashes > 5);
  CHECK(source.fault.empty());
  CHECK(rig.failures.empty());
  return taken_apart(sink.arrived);
}

Lines numbered(int count) {
  Lines lines;
  for (int number = 0; number < count; ++number) lines.push_back("t/1 " + std::to_string(number));
  return lines;
}

#ifdef MQRIG_SANITIZED
constexpr unsigned seeds = 2;
#else
constexpr unsigned seeds = 6;
#endif

}  // namespace

TEST_CASE("at QoS 2 every message arrives once, in order, wherever the bridge is killed") {
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    BridgeRig rig;
    if (seed % 2 == 0) rig.version = wire::Version::mqtt_3_1_1;
    const Side from = seed % 3 == 0 ? Side::remote : Side::local;
    const auto rule = test::rule_for({"t/#"}, from == Side::local ? Direction::out : Direction::in);
    CHECK(carried(rig, {rule}, from, QoS::exactly_once, 100, seed) == numbered(100));
  }
}

TEST_CASE("also on a link of both directions") {
  BridgeRig rig;
  const auto rule = test::rule_for({"t/#"}, Direction::both);
  CHECK(carried(rig, {rule}, Side::local, QoS::exactly_once, 100, 42) == numbered(100));
}

TEST_CASE("also in batches, which are the same when they are sent again") {
  BridgeRig rig;
  auto rule = test::rule_for({"t/#"});
  rule.batch = {store::Batch::Format::lines, 3, 1};
  CHECK(carried(rig, {rule}, Side::local, QoS::exactly_once, 100, 7) == numbered(100));
}

TEST_CASE("at QoS 1 no message is lost") {
  BridgeRig rig;
  Lines arrived = carried(rig, {test::rule_for({"t/#"})}, Side::local, QoS::at_least_once, 100, 3);
  std::sort(arrived.begin(), arrived.end());
  arrived.erase(std::unique(arrived.begin(), arrived.end()), arrived.end());
  Lines expected = numbered(100);
  std::sort(expected.begin(), expected.end());
  CHECK(arrived == expected);
}
