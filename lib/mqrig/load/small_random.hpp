// Pseudo-random numbers from eight bytes of state.
#pragma once

#include <cstdint>

namespace mqrig::load {

// SplitMix64: the same numbers for the same seed on every machine. Not for secrets. One thread at
// a time.
class SmallRandom {
 public:
  explicit SmallRandom(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    state_ += 0x9E37'79B9'7F4A'7C15U;
    std::uint64_t result = state_;
    result = (result ^ result >> 30) * 0xBF58'476D'1CE4'E5B9U;
    result = (result ^ result >> 27) * 0x94D0'49BB'1331'11EBU;
    return result ^ result >> 31;
  }

  // From 0 to `bound` - 1, for a bound from 1 to 2^32; even but for one part in 2^32 / bound.
  std::uint32_t below(std::uint64_t bound) noexcept {
    return static_cast<std::uint32_t>((next() >> 32) * bound >> 32);
  }

 private:
  std::uint64_t state_;
};

}  // namespace mqrig::load
