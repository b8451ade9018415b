#include <doctest/doctest.h>
#include <sys/prctl.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <atomic>
#include <csignal>
#include <mqrig/load/thread_crew.hpp>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "tests/load/crew_log.hpp"
#include "tests/load/fake_member.hpp"

namespace mqrig::load::tests {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

}  // namespace

TEST_CASE("each member is on a thread of its own, with exact sleeps and without signals") {
  Rig rig;
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::atomic<int> exact = 0;
  std::atomic<int> undisturbed = 0;
  const auto make = [&](asio::io_context& context, std::uint32_t number,
                        std::function<void()> stage_reached) {
    sigset_t blocked;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    exact += ::prctl(PR_GET_TIMERSLACK) == 1;
    undisturbed += ::sigismember(&blocked, SIGINT) == 1;
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
    return make_fake(context, number, std::move(stage_reached));
  };
  ThreadCrew crew(rig.context, 3, never, make, rig.log);
  CHECK(crew.size() == 3);
  crew.order({});
  rig.until([&] { return rig.log.reached(Stage::connected) == 3; });
  CHECK(threads.size() == 3);
  CHECK(threads.count(std::this_thread::get_id()) == 0);
  CHECK(exact == 3);
  CHECK(undisturbed == 3);
  sigset_t blocked;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  CHECK(::sigismember(&blocked, SIGINT) == 0);
}

TEST_CASE("orders reach all members in their order, and every stage comes back with its numbers") {
  Rig rig;
  ThreadCrew crew(rig.context, 2, never, make_fake, rig.log);
  const Order::Kind kinds[] = {Order::Kind::connect, Order::Kind::publish, Order::Kind::stop,
                               Order::Kind::drain, Order::Kind::leave};
  const Stage stages[] = {Stage::connected, Stage::publishing, Stage::sent, Stage::drained,
                          Stage::done};
  for (int i = 0; i < 5; ++i) {
    Order order;
    order.kind = kinds[i];
    crew.order(order);
    rig.until([&] { return rig.log.reached(stages[i]) == 2; });
  }
  for (std::uint32_t member = 0; member < 2; ++member) {
    const auto& samples = rig.log.samples[member];
    CHECK(samples.size() == 5);  // one for each stage, although no interval ended
    CHECK(without_holes(samples));
    CHECK(samples.back().gauges.clients == 5);
    CHECK(samples.back().gauges.in_flight == member);
    for (const Sample& sample : samples) {
      CHECK(sample.counters.attempts == 1);
      const auto& connect = sample.histograms[static_cast<std::size_t>(Metric::connect)];
      REQUIRE(connect);
      CHECK(connect->max() == 1000 * (member + 1));
    }
  }
  CHECK(rig.log.failures.empty());
}

TEST_CASE("samples are taken at the multiples of the interval, the same ones for all members") {
  Rig rig;
  ThreadCrew crew(rig.context, 2, 20ms, make_fake, rig.log);
  rig.until([&] { return rig.log.samples[0].size() >= 4 && rig.log.samples[1].size() >= 4; });
  for (const auto& [member, samples] : rig.log.samples) {
    CHECK(without_holes(samples));
    for (const Sample& sample : samples) {
      CHECK(sample.end.time_since_epoch() % 20ms == Clock::duration::zero());
      CHECK(sample.end <= Clock::now());
    }
  }
}

TEST_CASE("a cut closes everybody's interval at the same time") {
  Rig rig;
  ThreadCrew crew(rig.context, 3, never, make_fake, rig.log);
  const auto cut_at = [&](Clock::time_point at) {
    crew.cut(at);
    for (std::uint32_t member = 0; member < 3; ++member) {
      auto& samples = rig.log.samples[member];
      rig.until([&] { return !samples.empty() && samples.back().end >= at; });
    }
  };
  const auto past = Clock::now() - 1s;
  SUBCASE("now") {
    crew.order({});
    rig.until([&] { return rig.log.reached(Stage::connected) == 3; });
    const auto at = Clock::now();
    cut_at(at);
    for (const auto& [member, samples] : rig.log.samples) CHECK(samples.back().end == at);
  }
  SUBCASE("in the future") {
    const auto at = Clock::now() + 30ms;
    cut_at(at);
    CHECK(Clock::now() >= at);
    for (const auto& [member, samples] : rig.log.samples) {
      CHECK(samples.size() == 1);
      CHECK(samples.back().end == at);
    }
  }
  SUBCASE("before the interval that is open: then at once, so that there is always a sample") {
    cut_at(past);
    for (const auto& [member, samples] : rig.log.samples) {
      CHECK(samples.size() == 1);
      CHECK(samples.back().end >= samples.back().start);
    }
  }
}

TEST_CASE("cuts to come are taken in the order of their times") {
  Rig rig;
  ThreadCrew crew(rig.context, 1, never, make_fake, rig.log);
  const auto now = Clock::now();
  crew.cut(now + 60ms);
  crew.cut(now + 30ms);
  rig.until([&] { return rig.log.samples[0].size() == 2; });
  CHECK(rig.log.samples[0][0].end == now + 30ms);
  CHECK(rig.log.samples[0][1].end == now + 60ms);
  CHECK(without_holes(rig.log.samples[0]));
}

TEST_CASE("what a member throws is its failure, and the others work on") {
  Rig rig;
  struct Failing : FakeMember {
    using FakeMember::FakeMember;
    void order(const Order& order) override {
      if (order.kind == Order::Kind::publish) throw std::runtime_error("no more descriptors");
      FakeMember::order(order);
    }
  };
  const auto make = [](asio::io_context&, std::uint32_t number,
                       std::function<void()> stage_reached) -> std::unique_ptr<Member> {
    if (number == 0) throw std::runtime_error("not today");
    if (number == 1) return std::make_unique<Failing>(number, std::move(stage_reached));
    return std::make_unique<FakeMember>(number, std::move(stage_reached));
  };
  ThreadCrew crew(rig.context, 3, never, make, rig.log);
  crew.order({});
  rig.until([&] { return rig.log.reached(Stage::connected) == 2; });
  Order publish;
  publish.kind = Order::Kind::publish;
  crew.order(publish);
  rig.until([&] { return rig.log.failures.size() == 2; });
  rig.until([&] { return rig.log.reached(Stage::publishing) == 1; });
  CHECK(rig.log.failures[0] == "not today");
  CHECK(rig.log.failures[1] == "no more descriptors");
}

TEST_CASE("the end of a crew waits for its threads and leaves no call behind") {
  Rig rig;
  std::atomic<int> ended = 0;
  struct Counted : FakeMember {
    Counted(std::uint32_t number, std::function<void()> stage_reached, asio::io_context& context_,
            std::atomic<int>& ended_)
        : FakeMember(number, std::move(stage_reached)), context(context_), ended(ended_) {}
    ~Counted() override { ++ended; }
    void order(const Order&) override { spin(); }
    void spin() {
      asio::post(context, [this] { spin(); });  // never idle
    }
    asio::io_context& context;
    std::atomic<int>& ended;
  };
  const auto make = [&](asio::io_context& context, std::uint32_t number,
                        std::function<void()> stage_reached) {
    return std::make_unique<Counted>(number, std::move(stage_reached), context, ended);
  };
  {
    ThreadCrew crew(rig.context, 2, 1ms, make, rig.log);
    crew.order({});
    rig.until([&] { return rig.log.samples.size() == 2; });
  }
  CHECK(ended == 2);
  const auto told = rig.log.samples[0].size() + rig.log.samples[1].size();
  rig.context.restart();
  rig.context.run();  // returns: the crew is no work any more
  CHECK(rig.log.samples[0].size() + rig.log.samples[1].size() == told);
}

TEST_CASE("a sample that is on its way when its crew ends reaches nobody") {
  Rig rig;
  std::atomic<int> taken = 0;
  struct Counted : FakeMember {
    Counted(std::uint32_t number, std::function<void()> stage_reached, std::atomic<int>& taken_)
        : FakeMember(number, std::move(stage_reached)), taken(taken_) {}
    Sample take_sample(Clock::time_point end) override {
      ++taken;
      return FakeMember::take_sample(end);
    }
    std::atomic<int>& taken;
  };
  const auto make = [&](asio::io_context&, std::uint32_t number,
                        std::function<void()> stage_reached) {
    return std::make_unique<Counted>(number, std::move(stage_reached), taken);
  };
  {
    const ThreadCrew crew(rig.context, 2, 1ms, make, rig.log);
    while (taken < 10) std::this_thread::yield();
  }
  rig.context.run();  // returns: the crew is no work any more
  CHECK(rig.log.samples.empty());
}

}  // namespace mqrig::load::tests
