// How long to wait before the next attempt to connect.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace mqrig::client {

// Exponential, with jitter: attempt n waits between half and all of `first` * 2^n, at most `most`,
// so that clients which lost the same broker do not come back in step.
class Backoff {
 public:
  using Milliseconds = std::chrono::milliseconds;

  Backoff(Milliseconds first, Milliseconds most) : first_(first), most_(std::max(first, most)) {}

  Milliseconds next() {
    Milliseconds delay = most_;
    if (failures_ < 32 && first_ < most_ / (std::int64_t{1} << failures_)) {
      delay = first_ * (std::int64_t{1} << failures_);
    }
    ++failures_;
    if (!seeded_) {
      random_.seed(std::random_device("getentropy")());
      seeded_ = true;
    }
    return Milliseconds(std::uniform_int_distribution(delay.count() / 2, delay.count())(random_));
  }
  void reset() noexcept { failures_ = 0; }

 private:
  Milliseconds first_;
  Milliseconds most_;
  unsigned failures_ = 0;
  std::minstd_rand random_;
  bool seeded_ = false;
};

}  // namespace mqrig::client
