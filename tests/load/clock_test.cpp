#include <doctest/doctest.h>

#include <mqrig/load/clock.hpp>

namespace mqrig::load::tests {

using namespace std::chrono_literals;

TEST_CASE("the clock leads from steady to wall time and back without losing a nanosecond") {
  const Clock clock;
  const auto steady = Clock::Steady::now() + 12345ns;
  CHECK(clock.steady(clock.wall(steady)) == steady);
  CHECK(clock.wall(steady) - clock.wall(steady - 1h) == 1h);
  CHECK(clock.wall(steady).time_since_epoch() == steady.time_since_epoch() + clock.offset());
}

TEST_CASE("the clock tells the wall clock's time") {
  const Clock clock;
  const Clock::WallTime before = std::chrono::system_clock::now();
  const auto told = clock.wall(Clock::Steady::now());
  const Clock::WallTime after = std::chrono::system_clock::now();
  CHECK(told >= before - 1ms);
  CHECK(told <= after + 1ms);
}

TEST_CASE("two measurements of the clock agree to a fraction of a millisecond") {
  const auto difference = Clock().offset() - Clock().offset();
  CHECK(difference < 100us);
  CHECK(difference > -100us);
}

TEST_CASE("the kernel says how wrong the wall clock may be") {
  const ClockNote note = read_clock_note();
  CHECK(note.one_machine);
  CHECK(note.error_seconds >= 0);
  if (note.synchronised) CHECK(note.error_seconds < 60);
}

}  // namespace mqrig::load::tests
