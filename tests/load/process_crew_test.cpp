#include <doctest/doctest.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <csignal>
#include <mqrig/load/process_crew.hpp>
#include <mqrig/load/worker.hpp>
#include <optional>
#include <stdexcept>

#include "tests/load/children.hpp"
#include "tests/load/crew_log.hpp"
#include "tests/load/fake_member.hpp"

namespace mqrig::load::tests {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::vector<ForkedProcess> fork_members(std::uint32_t count, std::chrono::milliseconds interval,
                                        const MakeMember& make = make_fake) {
  return fork_processes(count, [&](std::uint32_t number, int descriptor) {
    return run_worker(descriptor, number, interval, make);
  });
}

template <class Faulty>
std::unique_ptr<Member> make_first_faulty(asio::io_context& context, std::uint32_t number,
                                          std::function<void()> stage_reached) {
  if (number != 0) return make_fake(context, number, std::move(stage_reached));
  return std::make_unique<Faulty>(number, std::move(stage_reached));
}

// Tells its phases in the counters of its sample.
struct Faithful : FakeMember {
  using FakeMember::FakeMember;
  Sample take_sample(Clock::time_point end) override {
    Sample sample = FakeMember::take_sample(end);
    sample.counters.scheduled = last().phases.size();
    sample.counters.foreign = static_cast<std::uint64_t>(last().rate_factor * 100);
    sample.errors.add("connect: Connection refused", number() + 1);
    return sample;
  }
};

}  // namespace

TEST_CASE("orders reach all workers in their order, and every stage comes back with its numbers") {
  auto workers = fork_members(
      3, never, [](asio::io_context&, std::uint32_t number, std::function<void()> stage_reached) {
        return std::make_unique<Faithful>(number, std::move(stage_reached));
      });
  Rig rig;
  ProcessCrew crew(rig.context, std::move(workers), rig.log);
  CHECK(crew.size() == 3);
  crew.order({});
  Order publish;
  publish.kind = Order::Kind::publish;
  publish.rate_factor = 0.5;
  publish.phases.resize(4);
  rig.until([&] { return rig.log.reached(Stage::connected) == 3; });
  crew.order(publish);
  rig.until([&] { return rig.log.reached(Stage::publishing) == 3; });
  for (std::uint32_t member = 0; member < 3; ++member) {
    const auto& samples = rig.log.samples[member];
    REQUIRE(samples.size() == 2);
    CHECK(without_holes(samples));
    CHECK(samples[0].counters.scheduled == 0);
    CHECK(samples[1].counters.scheduled == 4);
    CHECK(samples[1].counters.foreign == 50);
    CHECK(samples[1].gauges.in_flight == member);
    CHECK(samples[1].errors.total() == member + 1);
    const auto& connect = samples[1].histograms[static_cast<std::size_t>(Metric::connect)];
    REQUIRE(connect);
    CHECK(connect->max() == 1000 * (member + 1));
  }
  CHECK(rig.log.failures.empty());
}

TEST_CASE("workers take their samples at the same multiples of the interval, and at a cut") {
  auto workers = fork_members(2, 20ms);
  Rig rig;
  ProcessCrew crew(rig.context, std::move(workers), rig.log);
  const auto cut = Clock::now() + 50ms + 7ns;
  crew.cut(cut);
  const auto passed = [&](std::uint32_t member) {
    return !rig.log.samples[member].empty() && rig.log.samples[member].back().end > cut + 20ms;
  };
  rig.until([&] { return passed(0) && passed(1); });
  for (const auto& [member, samples] : rig.log.samples) {
    CHECK(without_holes(samples));
    int cuts = 0;
    for (const Sample& sample : samples) {
      cuts += sample.end == cut;
      const bool regular = sample.end.time_since_epoch() % 20ms == Clock::duration::zero();
      CHECK((regular || sample.end == cut));
    }
    CHECK(cuts == 1);
  }
}

TEST_CASE("a worker that is killed is a member that has failed, and the others work on") {
  auto workers = fork_members(3, never);
  const pid_t victim = workers[1].pid();
  Rig rig;
  ProcessCrew crew(rig.context, std::move(workers), rig.log);
  crew.order({});
  rig.until([&] { return rig.log.reached(Stage::connected) == 3; });
  ::kill(victim, SIGKILL);
  rig.until([&] { return !rig.log.failures.empty(); });
  CHECK(rig.log.failures.size() == 1);
  CHECK(rig.log.failures[1] == "was ended by signal 9 (Killed)");
  CHECK(::kill(victim, 0) != 0);  // has been waited for
  Order leave;
  leave.kind = Order::Kind::leave;
  crew.order(leave);
  rig.until([&] { return rig.log.reached(Stage::done) == 2; });
}

TEST_CASE("what a member throws in a worker is told with its words, once") {
  struct Failing : FakeMember {
    using FakeMember::FakeMember;
    void order(const Order&) override { throw std::runtime_error("no more descriptors"); }
  };
  auto workers = fork_members(2, never, make_first_faulty<Failing>);
  const pid_t failing = workers[0].pid();
  Rig rig;
  ProcessCrew crew(rig.context, std::move(workers), rig.log);
  crew.order({});
  rig.until([&] { return !rig.log.failures.empty() && rig.log.reached(Stage::connected) == 1; });
  rig.until([&] { return ::kill(failing, 0) != 0; });
  CHECK(rig.log.failures.size() == 1);
  CHECK(rig.log.failures[0] == "no more descriptors");
}

TEST_CASE("a worker that exits without a word is told by its exit code") {
  struct Exiting : FakeMember {
    using FakeMember::FakeMember;
    void order(const Order&) override { ::_exit(9); }
  };
  auto workers = fork_members(2, never, make_first_faulty<Exiting>);
  Rig rig;
  ProcessCrew crew(rig.context, std::move(workers), rig.log);
  crew.order({});
  rig.until([&] { return !rig.log.failures.empty(); });
  CHECK(rig.log.failures[0] == "ended with exit code 9");
}

TEST_CASE("a worker that sends what is no sample is ended") {
  auto workers = fork_processes(2, [](std::uint32_t number, int descriptor) {
    const char frame[] = "\xff\xff\xff\xff\xff";
    const char sample[] =
        "\x02\x00\x00\x00\x03"
        "abc";
    const auto sent = number == 0 ? ::write(descriptor, frame, sizeof frame - 1)
                                  : ::write(descriptor, sample, sizeof sample - 1);
    if (sent < 0) return 1;
    for (;;) ::pause();
    return 0;
  });
  Rig rig;
  const ProcessCrew crew(rig.context, std::move(workers), rig.log);
  rig.until([&] { return rig.log.failures.size() == 2; });
  CHECK(rig.log.failures[0] == "sent what is no message");
  CHECK(rig.log.failures[1] == "sent what is no sample");
}

TEST_CASE("the end of a crew leaves neither a process nor a descriptor behind") {
  const auto before = open_descriptors();
  {
    auto workers = fork_members(3, 1ms);
    Rig rig;
    std::optional<ProcessCrew> crew(std::in_place, rig.context, std::move(workers), rig.log);
    crew->order({});
    rig.until([&] { return rig.log.reached(Stage::connected) == 3; });
    crew.reset();
    rig.context.restart();
    rig.context.run();  // returns: the crew is no work any more
    CHECK(rig.log.failures.empty());
  }
  CHECK_FALSE(has_children());
  CHECK(open_descriptors() == before);
}

TEST_CASE("a worker that hangs holds nobody up for long") {
  struct Hanging : FakeMember {
    using FakeMember::FakeMember;
    void order(const Order&) override {
      for (;;) ::pause();
    }
  };
  auto workers = fork_members(2, never, make_first_faulty<Hanging>);
  Rig rig;
  std::optional<ProcessCrew> crew(std::in_place, rig.context, std::move(workers), rig.log);
  crew->order({});
  rig.until([&] { return rig.log.reached(Stage::connected) == 1; });
  const auto begin = Clock::now();
  crew.reset();
  CHECK(Clock::now() - begin < 8s);
  CHECK_FALSE(has_children());
}

}  // namespace mqrig::load::tests
