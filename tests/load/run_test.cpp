#include <doctest/doctest.h>

#include <mqrig/load/run.hpp>

#include "tests/load/crew_log.hpp"
#include "tests/load/plans.hpp"

using namespace mqrig;
using namespace mqrig::load;
using namespace mqrig::load::tests;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

// Members whose samples are what the test says.
struct FakeCrew final : Crew {
  FakeCrew(Owner& owner_, std::uint32_t size) : owner(owner_), ends(size, Clock::now()) {}

  std::uint32_t size() const noexcept override { return static_cast<std::uint32_t>(ends.size()); }
  void order(const Order& order) override { orders.push_back(order); }
  void cut(Clock::time_point) override {}

  void tell(std::uint32_t member, Stage stage, const Counters& counters = {},
            std::uint64_t ready = 1) {
    Sample sample;
    sample.start = ends[member];
    sample.end = ends[member] = Clock::now();
    sample.stage = stage;
    sample.counters = counters;
    sample.gauges.clients = 1;
    sample.gauges.ready = sample.gauges.connected = ready;
    owner.on_sample(member, sample);
  }
  void tell_all(Stage stage, const Counters& counters = {}, std::uint64_t ready = 1) {
    for (std::uint32_t member = 0; member < ends.size(); ++member) {
      tell(member, stage, counters, ready);
    }
  }

  Owner& owner;
  std::vector<Clock::time_point> ends;
  std::vector<Order> orders;
};

struct RunRig final : Run::Observer {
  explicit RunRig(Scenario scenario, RunConfig config = {}, std::uint32_t members = 2)
      : plan(plan_of(std::move(scenario))), run(context, plan, config, report, *this) {
    REQUIRE(parse_objectives("loss=0", report.objectives).empty());
    run.start([&](Crew::Owner& owner) {
      auto made = std::make_unique<FakeCrew>(owner, members);
      crew = made.get();
      return made;
    });
  }

  void on_interval(const Interval& interval, const Histograms&) override {
    rows.push_back(interval);
  }
  void on_stage(std::string_view text) override { stages.emplace_back(text); }
  void on_connected() override { ++connected; }
  void on_step(const CurvePoint& point) override { steps.push_back(point); }
  void on_done() override { done = true; }

  Order::Kind last() const { return crew->orders.back().kind; }
  void until(const std::function<bool()>& condition) { run_until(context, condition); }

  asio::io_context context{1};
  std::shared_ptr<const Plan> plan;
  Report report;
  FakeCrew* crew = nullptr;
  std::vector<Interval> rows;
  std::vector<std::string> stages;
  std::vector<CurvePoint> steps;
  int connected = 0;
  bool done = false;
  Run run;
};

Scenario one_message() {
  Group group = publishers(1, "a");
  group.publish->count = 1;
  return scenario_of(group, subscribers(1, "a"));
}

Scenario open_loop() {
  Group group = publishers(1, "a");
  group.publish->rate = 1000;
  return scenario_of(group);
}

Counters sent(std::uint64_t messages, std::uint64_t arrived) {
  Counters counters;
  counters.sent[0] = counters.expected[0] = messages;
  counters.received[0] = counters.distinct[0] = arrived;
  return counters;
}

}  // namespace

TEST_CASE("a run goes through its stages when every member has reached them") {
  RunRig rig(one_message());
  rig.crew->tell(0, Stage::connected);
  CHECK(rig.last() == Order::Kind::connect);
  rig.crew->tell(1, Stage::connected);
  CHECK(rig.last() == Order::Kind::publish);
  CHECK(rig.connected == 1);
  rig.crew->tell(0, Stage::sent, sent(1, 0));
  CHECK(rig.last() == Order::Kind::publish);
  rig.crew->tell(1, Stage::sent);
  CHECK(rig.last() == Order::Kind::drain);
  rig.crew->tell_all(Stage::drained);
  CHECK(rig.last() == Order::Kind::drain);  // a message is still on its way
  rig.crew->tell(1, Stage::drained, sent(0, 1));
  CHECK(rig.last() == Order::Kind::leave);
  CHECK_FALSE(rig.done);
  rig.crew->tell_all(Stage::done, {}, 0);
  CHECK(rig.done);
  CHECK(rig.report.account.sent[0] == 1);
  CHECK(rig.report.account.distinct[0] == 1);
}

TEST_CASE("what does not arrive is awaited for the time to drain, whoever comes and goes") {
  Scenario scenario = one_message();
  scenario.drain_timeout = 100ms;
  RunRig rig(scenario);
  rig.crew->tell_all(Stage::connected);
  rig.crew->tell_all(Stage::sent, sent(1, 0));
  const auto begin = Clock::now();
  Counters come;
  come.connected = 1;
  rig.until([&] {
    if (rig.last() == Order::Kind::drain) rig.crew->tell_all(Stage::drained, come);
    return rig.last() == Order::Kind::leave;
  });
  CHECK(Clock::now() - begin >= 90ms);
  CHECK(Clock::now() - begin < 5s);
}

TEST_CASE("deliveries that can't be foretold are awaited until it is silent") {
  Scenario scenario = one_message();
  scenario.groups[1].subscribe.push_back(scenario.groups[1].subscribe[0]);
  scenario.drain_timeout = 50ms;
  RunRig rig(scenario);
  Counters subscribed;
  subscribed.subscribed = 1;
  rig.crew->tell_all(Stage::connected, subscribed);
  rig.crew->tell_all(Stage::sent);
  rig.crew->tell_all(Stage::drained);
  CHECK(rig.last() == Order::Kind::drain);
  rig.until([&] { return rig.last() == Order::Kind::leave; });
}

TEST_CASE("nobody connected: a run ends") {
  RunRig rig(one_message());
  rig.crew->tell_all(Stage::connected, {}, 0);
  CHECK(rig.last() == Order::Kind::leave);
  rig.crew->tell_all(Stage::done, {}, 0);
  CHECK(rig.done);
}

TEST_CASE("connecting goes on for as long as its ramp, and while somebody comes") {
  Scenario scenario = one_message();
  scenario.connect_timeout = 1ms;
  scenario.groups[0].ramp = 200ms;
  RunRig rig(scenario);
  const auto begin = Clock::now();
  rig.until([&] { return rig.last() == Order::Kind::leave; });
  CHECK(Clock::now() - begin >= 200ms);
}

TEST_CASE("a run begins at its time, connected or not") {
  RunConfig config;
  config.start_at = Clock::now() + 100ms;
  RunRig rig(one_message(), config);
  rig.until([&] { return rig.last() == Order::Kind::publish; });
  CHECK(rig.crew->orders.back().at == *config.start_at);
}

TEST_CASE("a run that waits begins when it is told") {
  RunConfig config;
  config.wait_to_start = true;
  RunRig rig(one_message(), config);
  rig.crew->tell_all(Stage::connected);
  CHECK(rig.last() == Order::Kind::connect);
  const auto at = Clock::now() + 1h;
  rig.run.begin(at);
  CHECK(rig.last() == Order::Kind::publish);
  CHECK(rig.crew->orders.back().at == at);
}

TEST_CASE("an interrupt ends a run in every state, with a complete report") {
  for (const Stage reached : {Stage::connecting, Stage::connected, Stage::draining}) {
    RunRig rig(one_message());
    if (reached != Stage::connecting) rig.crew->tell_all(Stage::connected);
    if (reached == Stage::draining) rig.crew->tell_all(Stage::sent, sent(1, 0));
    rig.run.interrupt(2);
    rig.until([&] {
      if (rig.last() == Order::Kind::drain) rig.crew->tell_all(Stage::drained);
      return rig.last() == Order::Kind::leave;
    });
    rig.crew->tell_all(Stage::done, {}, 0);
    CHECK(rig.done);
    CHECK(rig.report.interrupted == 2);
    CHECK(rig.report.measured_seconds >= 0);
  }
}

TEST_CASE("a member that fails is not waited for; without any the run ends") {
  RunRig rig(one_message());
  rig.crew->tell(0, Stage::connected);
  rig.crew->owner.on_member_failed(1, "killed");
  CHECK(rig.last() == Order::Kind::publish);
  CHECK(rig.report.account.errors == 1);
  rig.crew->owner.on_member_failed(0, "killed");
  CHECK(rig.done);
}

TEST_CASE("a run ends when it has received as many as it should") {
  RunConfig config;
  config.receive_limit = 3;
  RunRig rig(scenario_of(subscribers(1, "a")), config);
  rig.crew->tell_all(Stage::connected, sent(0, 1));
  CHECK(rig.last() == Order::Kind::connect);
  rig.crew->tell(0, Stage::connected, sent(0, 1));
  CHECK(rig.last() == Order::Kind::drain);
}

TEST_CASE("rows of the time series are complete, in order, and add up to the account") {
  RunConfig config;
  config.interval = 10ms;
  RunRig rig(open_loop(), config);
  rig.crew->tell_all(Stage::connected);
  const auto end = Clock::now() + 100ms;
  rig.until([&] {
    rig.crew->tell_all(Stage::publishing, sent(1, 1));
    return Clock::now() > end;
  });
  rig.run.interrupt(2);
  rig.crew->tell_all(Stage::drained);
  rig.crew->tell_all(Stage::done, {}, 0);
  CHECK(rig.done);
  Counters sum_of_rows;
  double last = 0;
  for (const Interval& row : rig.rows) {
    sum_of_rows += row.counters;
    CHECK(row.start >= last);
    last = row.start;
  }
  CHECK(rig.rows.size() >= 5);
  CHECK(sum_of_rows.sent[0] == rig.report.account.sent[0]);
  CHECK(rig.report.intervals.size() == rig.rows.size());
}

TEST_CASE("a member that is still where the last step left it does not end the next one") {
  RunConfig config;
  config.find_max = FindMax{1000, 2000, 50ms};
  RunRig rig(open_loop(), config);
  rig.crew->tell_all(Stage::connected);
  for (const double rate : {1000.0, 2000.0}) {
    CHECK(rig.last() == Order::Kind::publish);
    CHECK(rig.crew->orders.back().rate_factor == rate / 1000);
    if (rate > 1000) rig.crew->tell_all(Stage::drained);
    CHECK(rig.last() == Order::Kind::publish);
    rig.until([&] {
      if (rig.last() == Order::Kind::publish) rig.crew->tell_all(Stage::publishing);
      return rig.last() == Order::Kind::drain;
    });
    rig.crew->tell(0, Stage::drained, sent(static_cast<std::uint64_t>(rate) / 20, 0));
    rig.crew->tell(1, Stage::drained, sent(0, static_cast<std::uint64_t>(rate) / 20));
  }
  rig.until([&] { return rig.last() != Order::Kind::drain; });
  CHECK(rig.steps.size() == 2);
}
