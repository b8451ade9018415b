#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <vector>

#include <mqrig/load/schedule.hpp>

using namespace mqrig;
using namespace mqrig::load;
using namespace std::chrono_literals;

namespace {

const session::Time begin{1'000'000s};

Phase hold(Nanoseconds duration, double level = 1) {
  return {"hold", PhaseKind::hold, duration, level, level};
}

Phase ramp(Nanoseconds duration, double from, double to) {
  return {"ramp", PhaseKind::ramp, duration, from, to};
}

Phase drain(Nanoseconds duration) {
  return {"drain", PhaseKind::drain, duration, 0, 0};
}

session::Duration after(const Schedule& schedule, std::uint64_t message) {
  const session::Time due = schedule.due(message);
  REQUIRE(due != session::never);
  return due - begin;
}

bool never_due(const Schedule& schedule, std::uint64_t message) {
  return schedule.due(message) == session::never;
}

// How many messages there are in all.
std::uint64_t count(const Schedule& schedule) {
  std::uint64_t messages = 0;
  while (!never_due(schedule, messages)) ++messages;
  return messages;
}

}  // namespace

TEST_CASE("a schedule that was not begun has no message") {
  CHECK(never_due(Schedule(), 0));
}

TEST_CASE("without phases messages are due at even distances for ever") {
  const Schedule schedule(begin, {}, 1000);
  CHECK(after(schedule, 0) == 0ns);
  CHECK(after(schedule, 1) == 1ms);
  CHECK(after(schedule, 86'400'000'000) == 86'400'000s);
}

TEST_CASE("a hold has exactly rate times duration messages, all of them within it") {
  for (const double rate : {0.5, 1.0, 7.0, 100.0, 333.0, 1000.0}) {
    for (const auto length : {70ms, 100ms, 1100ms, 3000ms, 4100ms, 10'000ms}) {
      const std::vector<Phase> phases{hold(length)};
      const Schedule schedule(begin, phases, rate);
      // A message is due at the begin of its part of the time: a part that has begun has one.
      const double messages = std::ceil(rate * static_cast<double>(length.count()) / 1000 - 1e-6);
      CAPTURE(rate);
      CAPTURE(length.count());
      const std::uint64_t counted = count(schedule);
      CHECK(static_cast<double>(counted) == messages);
      CHECK(after(schedule, counted - 1) < length);
    }
  }
}

TEST_CASE("the time of a message is exact after a thousand million of them") {
  const Schedule schedule(begin, {}, 1'000'000);
  for (const std::uint64_t message : {1ULL, 999'999'999ULL, 1'000'000'000ULL, 86'400'000'001ULL}) {
    const auto expected = std::chrono::microseconds(message);
    CHECK(std::abs((after(schedule, message) - expected).count()) <= 20);
  }
}

TEST_CASE("a rate far below one message a second") {
  const Schedule schedule(begin, {}, 0.001);
  CHECK(after(schedule, 0) == 0s);
  CHECK(after(schedule, 3) == 3000s);
}

TEST_CASE("what lies beyond all time is never due") {
  const Schedule schedule(begin, {}, 0.001);
  CHECK(never_due(schedule, 1'000'000'000'000));
}

TEST_CASE("a ramp up begins slowly: half of its messages come in the last three tenths") {
  const std::vector<Phase> phases{ramp(10s, 0, 1)};
  const Schedule schedule(begin, phases, 1000);
  CHECK(count(schedule) == 5000);
  CHECK(after(schedule, 0) == 0s);
  // 50 t^2 = n.
  for (const std::uint64_t message : {1U, 50U, 2500U, 4999U}) {
    const double expected = std::sqrt(static_cast<double>(message) / 50);
    CHECK(std::chrono::duration<double>(after(schedule, message)).count() ==
          doctest::Approx(expected).epsilon(1e-9));
  }
}

TEST_CASE("a ramp down to nothing ends within its time") {
  const std::vector<Phase> phases{ramp(10s, 1, 0)};
  const Schedule schedule(begin, phases, 1000);
  CHECK(count(schedule) == 5000);
  CHECK(after(schedule, 4999) < 10s);
  CHECK(after(schedule, 4999) > 9s);
  CHECK(after(schedule, 100) < 102ms);
}

TEST_CASE("a spike lies between the holds around it") {
  const std::vector<Phase> phases{hold(2s), {"spike", PhaseKind::spike, 1s, 10, 10}, hold(2s)};
  const Schedule schedule(begin, phases, 100);
  CHECK(count(schedule) == 200 + 1000 + 200);
  CHECK(after(schedule, 199) == 1990ms);
  CHECK(after(schedule, 200) == 2000ms);
  CHECK(after(schedule, 201) == 2001ms);
  CHECK(after(schedule, 1200) == 3000ms);
  CHECK(after(schedule, 1201) == 3010ms);
}

TEST_CASE("nothing is due in a drain, and the phase after it begins after it") {
  const std::vector<Phase> phases{hold(1s), drain(5s), hold(1s)};
  const Schedule schedule(begin, phases, 10);
  CHECK(count(schedule) == 20);
  CHECK(after(schedule, 9) == 900ms);
  CHECK(after(schedule, 10) == 6s);
}

TEST_CASE("a hold without a duration goes on for ever") {
  const std::vector<Phase> phases{hold(1s), hold(0s, 2), hold(1s)};
  const Schedule schedule(begin, phases, 10);
  CHECK(after(schedule, 10) == 1s);
  CHECK(after(schedule, 11) == 1050ms);
  CHECK(after(schedule, 10'000'010) == 500'001s);
}

TEST_CASE("a hold of no level and no duration pauses for ever") {
  const std::vector<Phase> phases{hold(1s), hold(0s, 0), hold(1s)};
  const Schedule schedule(begin, phases, 10);
  CHECK(count(schedule) == 10);
}

TEST_CASE("times ascend over phases that hold no whole number of messages, and back again") {
  const std::vector<Phase> phases{ramp(333ms, 0, 3), hold(777ms, 3), ramp(1501ms, 3, 0.1),
                                  drain(100ms), hold(1s, 0.1)};
  const Schedule schedule(begin, phases, 997);
  const std::uint64_t messages = count(schedule);
  session::Time last = begin;
  for (std::uint64_t message = 0; message < messages; ++message) {
    const session::Time due = schedule.due(message);
    REQUIRE(due >= last);
    last = due;
  }
  CHECK(last < begin + 3711ms);
  // Clients that are behind ask for earlier messages in between.
  CHECK(after(schedule, 0) == 0s);
  CHECK(schedule.due(messages - 1) == last);
}
