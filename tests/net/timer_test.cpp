#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <memory>
#include <mqrig/net/timer.hpp>

#include "tests/net/loop.hpp"

namespace mqrig::net::tests {
namespace {

using namespace std::chrono_literals;
using Clock = Timer::Clock;

}  // namespace

TEST_CASE("a timer calls once, not before its deadline and never inside expires_at") {
  asio::io_context context;
  int calls = 0;
  Timer timer(context, [&] { ++calls; });
  const auto deadline = Clock::now() + 5ms;
  timer.expires_at(deadline);
  CHECK(calls == 0);
  context.run();
  CHECK(calls == 1);
  CHECK(Clock::now() >= deadline);

  timer.expires_at(Clock::now() - 1s);
  CHECK(calls == 1);
  context.restart();
  context.run();
  CHECK(calls == 2);
}

TEST_CASE("a deadline may be moved later and earlier") {
  asio::io_context context;
  Clock::time_point fired;
  Timer timer(context, [&] { fired = Clock::now(); });
  const auto begun = Clock::now();
  SUBCASE("later: the old time passes unnoticed") {
    timer.expires_at(begun + 1ms);
    timer.expires_at(begun + 20ms);
    context.run();
    CHECK(fired >= begun + 20ms);
  }
  SUBCASE("earlier") {
    timer.expires_at(begun + 1h);
    timer.expires_at(begun + 2ms);
    context.run();
    CHECK(fired >= begun + 2ms);
    CHECK(fired < begun + 1h);
  }
  SUBCASE("later, then earlier than the wait under way") {
    timer.expires_at(begun + 10ms);
    timer.expires_at(begun + 1h);
    timer.expires_at(begun + 1ms);
    context.run();
    CHECK(fired >= begun + 1ms);
  }
}

TEST_CASE("a cancelled or destroyed timer does not call, and the loop has no work left") {
  asio::io_context context;
  int calls = 0;
  auto timer = std::make_unique<Timer>(context, [&] { ++calls; });
  SUBCASE("cancelled") {
    timer->expires_at(Clock::now() + 1h);
    timer->cancel();
  }
  SUBCASE("cancelled when already due") {
    timer->expires_at(Clock::now());
    timer->cancel();
  }
  SUBCASE("destroyed") {
    timer->expires_at(Clock::now() + 1h);
    timer.reset();
  }
  SUBCASE("cancelled by another timer that is due at the same time") {
    // Both are in the queue of the loop when the first runs.
    const auto now = Clock::now();
    Timer* other = timer.get();
    Timer first(context, [&] { other->cancel(); });
    first.expires_at(now - 2ms);
    timer->expires_at(now - 1ms);
    context.run();
  }
  context.run();
  CHECK(calls == 0);
}

TEST_CASE("a timer may be set again after cancel") {
  asio::io_context context;
  int calls = 0;
  Timer timer(context, [&] { ++calls; });
  timer.expires_at(Clock::now() + 1h);
  timer.cancel();
  timer.expires_at(Clock::now() + 1ms);
  context.run();
  CHECK(calls == 1);
}

TEST_CASE("the callback may set, replace or destroy its timer") {
  asio::io_context context;
  int calls = 0;
  auto timer = std::make_unique<Timer>(context);
  SUBCASE("set again") {
    timer->expires_at(Clock::now(), [&] {
      if (++calls < 3) timer->expires_at(Clock::now());
    });
    context.run();
    CHECK(calls == 3);
  }
  SUBCASE("replaced") {
    timer->expires_at(Clock::now(), [&] {
      ++calls;
      timer->expires_at(Clock::now(), [&] { calls += 10; });
    });
    context.run();
    CHECK(calls == 11);
  }
  SUBCASE("destroyed") {
    timer->expires_at(Clock::now(), [&, kept = std::make_shared<int>(7)] {
      timer.reset();
      calls = *kept;
    });
    context.run();
    CHECK(calls == 7);
  }
}

}  // namespace mqrig::net::tests
