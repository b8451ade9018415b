// One time line for a run: the steady clock inside, the wall clock between machines.
#pragma once

#include <chrono>

#include <mqrig/load/report.hpp>
#include <mqrig/payload/utc_text.hpp>

namespace mqrig::load {

// The offset between the two clocks, as it was when this was made: a wall clock that is set or
// slewed during a run changes no measured time. Made once for a run, before it forks, and copied.
class Clock {
 public:
  using Steady = std::chrono::steady_clock;
  using WallTime = payload::WallTime;

  // Reads both clocks several times and believes the reading that was disturbed least: the offset
  // is exact to some tens of nanoseconds.
  Clock();

  WallTime wall(Steady::time_point time) const noexcept {
    return WallTime(time.time_since_epoch() + offset_);
  }
  Steady::time_point steady(WallTime time) const noexcept {
    return Steady::time_point(time.time_since_epoch() - offset_);
  }
  // What is added to steady time to have the wall clock's.
  std::chrono::nanoseconds offset() const noexcept { return offset_; }

 private:
  std::chrono::nanoseconds offset_{};
};

// What the kernel says of the wall clock: whether something (NTP, PTP) keeps it right, and how
// wrong it may be at most. `one_machine` is left as it is.
ClockNote read_clock_note();

}  // namespace mqrig::load
