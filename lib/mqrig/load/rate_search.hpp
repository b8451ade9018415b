// The search for the highest rate that meets the objectives.
#pragma once

#include <algorithm>
#include <optional>

namespace mqrig::load {

// Doubles the rate until it is too much, then halves the distance until what is met and what is not
// are close to each other. A rate that was too much is tried once more: whatever else the machine
// did in that moment must not end the search far below the truth.
class RateSearch {
 public:
  // Messages a second, above 0. `most`: 0 for no bound.
  RateSearch(double first, double most)
      : next_(most == 0 ? first : std::min(first, most)), most_(most) {}

  // What to try next; nothing when the search is over.
  std::optional<double> next() const noexcept;
  void tried(bool met) noexcept;
  // 0 when even the lowest was too much.
  double best() const noexcept { return best_; }

 private:
  static constexpr double close_enough = 1.05;

  double next_;
  double most_;
  double best_ = 0;
  bool repeats_ = false;  // what was too much
  double failed_ = 0;     // the lowest that was too much
};

}  // namespace mqrig::load
