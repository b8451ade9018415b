#pragma once

#include <algorithm>
#include <chrono>

namespace mqrig::pub {

/// A steady schedule of messages: one per interval, counted from the first. After a stall it
/// catches up with at most `catch_up` worth of messages, so that the rate is never far above.
class Pace {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  Pace(Duration interval, Duration catch_up) : interval_(interval), catch_up_(catch_up) {}

  bool unlimited() const { return interval_ == Duration::zero(); }

  /// When the next message is due.
  Time due() const { return due_; }

  /// A message was sent at `now`, not before it was due.
  void sent(Time now) { due_ = std::max(due_, now - catch_up_) + interval_; }

 private:
  Duration interval_;
  Duration catch_up_;
  Time due_{};
};

}  // namespace mqrig::pub
