#pragma once

#include <chrono>

namespace mqrig::pub {

/// A steady schedule of messages: one per interval, counted from the first. Being late by no more
/// than `catch_up` is made good; after a longer stall the schedule begins anew.
class Pace {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  Pace(Duration interval, Duration catch_up) : interval_(interval), catch_up_(catch_up) {}

  bool unlimited() const { return interval_ == Duration::zero(); }

  /// When the next message is due.
  Time due() const { return due_; }

  /// A message was sent at `now`, not before it was due.
  void sent(Time now) { due_ = (now - due_ > catch_up_ ? now : due_) + interval_; }

 private:
  Duration interval_;
  Duration catch_up_;
  Time due_{};  // long ago: the first is due at once
};

}  // namespace mqrig::pub
