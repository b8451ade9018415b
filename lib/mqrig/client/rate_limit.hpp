// So many messages a second.
#pragma once

#include <algorithm>
#include <chrono>

namespace mqrig::client {

// Lets messages pass at an even pace. Time that nothing used is lost but for a few milliseconds, so
// that a timer that comes late does not lower the rate.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  // Messages a second; 0: no limit.
  explicit RateLimit(double rate)
      : interval_(rate > 0 ? std::chrono::duration_cast<Clock::duration>(
                                 std::chrono::duration<double>(1 / rate))
                           : Clock::duration{}) {}

  bool limited() const noexcept { return interval_.count() != 0; }
  // May the next message go?
  bool allows(Clock::time_point now) const noexcept { return !limited() || next_ <= now; }
  // It has gone.
  void count(Clock::time_point now) noexcept {
    constexpr std::chrono::milliseconds slack{20};
    if (limited()) next_ = std::max(next_, now - slack) + interval_;
  }
  Clock::time_point next() const noexcept { return next_; }

 private:
  Clock::duration interval_;
  Clock::time_point next_{};
};

}  // namespace mqrig::client
