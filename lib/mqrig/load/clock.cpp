#include <sys/timex.h>

#include <mqrig/load/clock.hpp>

namespace mqrig::load {
namespace {

using Nanos = std::chrono::nanoseconds;

constexpr int readings = 16;

Nanos steady_now() {
  return Clock::Steady::now().time_since_epoch();
}

}  // namespace

Clock::Clock() {
  Nanos shortest = Nanos::max();
  for (int i = 0; i < readings; ++i) {
    const Nanos before = steady_now();
    const Nanos wall = std::chrono::system_clock::now().time_since_epoch();
    const Nanos between = steady_now() - before;
    if (between >= shortest) continue;
    shortest = between;
    offset_ = wall - (before + between / 2);
  }
}

ClockNote read_clock_note() {
  ClockNote note;
  timex state{};  // asks only
  const int answer = ::adjtimex(&state);
  note.synchronised = answer >= 0 && answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
  note.error_seconds = static_cast<double>(state.maxerror) / 1e6;
  return note;
}

}  // namespace mqrig::load
