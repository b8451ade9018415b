// Time that passes when the test says so.
#pragma once

#include <mqrig/session/time.hpp>

namespace mqrig::test {

class VirtualClock {
 public:
  session::Time now() const noexcept { return now_; }
  void advance(session::Duration duration) noexcept { now_ += duration; }
  void advance_to(session::Time time) noexcept {
    if (time > now_) now_ = time;
  }

 private:
  session::Time now_{std::chrono::hours(1)};
};

}  // namespace mqrig::test
