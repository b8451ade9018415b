// A bridge whose disk is full, for a while.
#include <doctest/doctest.h>

#include <optional>

#include <tests/bridge/bridge_rig.hpp>
#include <tests/store/full_disk.hpp>

using namespace mqrig;
using bridge::Direction;
using bridge::Side;
using test::BridgeRig;
using test::rule_for;
using test::SessionClient;
using wire::QoS;

namespace {

class Fixture : public BridgeRig {
 public:
  Fixture() {
    start({link({rule_for({"t"})})}, true);
    run_until_up();
    run_until([&] { return !spool->dirty(); });
    disk.emplace(1);
    for (int number = 0; number < 20; ++number) {
      source.publish("t", QoS::exactly_once, std::to_string(number));
    }
    run_until([&] { return !warnings.empty(); });
    settle();
  }

  SessionClient& source = client(Side::local, "source");
  SessionClient& sink = subscriber(Side::remote);
  std::optional<test::FullDisk> disk;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "on a full disk nothing leaves, and all of it when there is room") {
  CHECK(warnings[0].find(": the spool can't be written") == 0);
  CHECK(sink.arrived.empty());
  CHECK(status().up());
  const std::uint64_t failures_before = spool->counters().failures;
  run_until([&] { return spool->counters().failures > failures_before; });  // tried again
  CHECK(warnings.size() == 1);
  disk.reset();
  run_until([&] { return sink.arrived.size() == 20; });
  settle();
  CHECK(warnings.size() == 2);
  for (int number = 0; number < 20; ++number) {
    CHECK(sink.arrived[static_cast<std::size_t>(number)] == "t " + std::to_string(number));
  }
  run_until([&] { return source.idle() && status().out.queued == 0; });
}

TEST_CASE_FIXTURE(Fixture, "a bridge that is killed then has lost nothing") {
  kill();
  disk.reset();
  start({link({rule_for({"t"})})}, true);
  run_until([&] { return sink.arrived.size() == 20; });
  run_until([&] { return source.idle() && status().out.queued == 0; });
  CHECK(sink.arrived.size() == 20);
}

TEST_CASE_FIXTURE(Fixture, "one that is told to stop does not wait for the disk") {
  const auto begin = std::chrono::steady_clock::now();
  bridge->stop(std::chrono::milliseconds(10));
  run_until([&] { return stopped; });
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
  CHECK(sink.arrived.empty());
  disk.reset();
  start({link({rule_for({"t"})})}, true);
  run_until([&] { return sink.arrived.size() == 20 && source.idle(); });
}

TEST_CASE_FIXTURE(Fixture, "a link that has changed is started anew when there is room") {
  auto changed = link({rule_for({"t"})});
  changed.fingerprint = "other";
  changed.spool = true;
  apply({changed});
  settle();
  disk.reset();
  run_until([&] { return sink.arrived.size() == 20 && source.idle(); });
  run_until([&] { return bridge->status().size() == 1 && status().out.queued == 0; });
  settle();
  CHECK(sink.arrived.size() == 20);
}
