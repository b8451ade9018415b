// Which messages of one stream have arrived at one receiver.
#pragma once

#include <cstdint>
#include <memory>

#include <mqrig/load/missing_ranges.hpp>

namespace mqrig::load {

// Exact for any order: keeps the number that is expected next and the ranges that are missing
// before it. 16 bytes while nothing is missing. One thread at a time.
//
// Numbers come modulo 2^28 and are completed by the highest that was seen: one up to 2^27 behind
// it is an old one, one up to 2^27 ahead a new one. A stream that loses 2^27 messages in one piece,
// or repeats one that is as old, is misunderstood.
class SequenceTracker {
 public:
  // How far behind the highest a number is still known.
  static constexpr std::uint32_t window = 1U << 27U;

  enum class Verdict : std::uint8_t {
    in_order,   // the first, or higher than all before; any left out are missing until they come
    late,       // new, but a higher one came before: reordered
    duplicate,  // seen before; or late where too many ranges are missing, see MissingRanges
  };

  // `number`: the low 28 bits of a stamp's number.
  Verdict arrived(std::uint32_t number) {
    if (((number ^ next_) & number_mask) != 0 || span_ == 0) return out_of_line(number);
    advance(1);
    // Rarely: what is so old that it can't come any more is settled before numbers meet again.
    if (next_ % window == 0 && missing_ != nullptr) settle();
    return Verdict::in_order;
  }

  // Those that have not come, between the lowest and the highest that have. A receiver that joined
  // late thus misses nothing of what was before.
  std::uint64_t missing() const noexcept { return missing_ == nullptr ? 0 : missing_->count(); }

  // Those of the missing for which a late message would be taken for a duplicate, because the
  // stream has lost messages in more than MissingRanges::most_ranges places.
  std::uint64_t given_up() const noexcept { return missing_ == nullptr ? 0 : missing_->given_up(); }

 private:
  static constexpr std::uint32_t number_mask = (1U << 28U) - 1;

  Verdict out_of_line(std::uint32_t number);
  Verdict behind(std::uint32_t distance);
  void settle();
  MissingRanges& missing_ranges();
  void advance(std::uint32_t count) noexcept {
    next_ += count;
    span_ = count < window - span_ ? span_ + count : window;
  }

  std::uint32_t next_ = 0;  // the highest seen and 1, modulo 2^32
  std::uint32_t span_ = 0;  // from the lowest seen to next_, at most a window; 0: nothing was seen
  std::unique_ptr<MissingRanges> missing_;
};

}  // namespace mqrig::load
