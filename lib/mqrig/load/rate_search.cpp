#include <mqrig/load/rate_search.hpp>

#include <algorithm>
#include <cmath>

namespace mqrig::load {
namespace {

constexpr double lowest = 1;  // message a second

}  // namespace

std::optional<double> RateSearch::next() const noexcept {
  if (next_ == 0) return std::nullopt;
  return next_;
}

void RateSearch::tried(bool met) noexcept {
  repeats_ = !met && !repeats_;
  if (repeats_) return;
  (met ? best_ : failed_) = next_;
  if (failed_ == 0) {
    const double doubled = most_ == 0 ? best_ * 2 : std::min(best_ * 2, most_);
    next_ = doubled > best_ ? doubled : 0;
  } else if (best_ == 0) {
    next_ = failed_ > lowest ? std::max(failed_ / 4, lowest) : 0;
  } else {
    // Between the two on the scale of their ratio.
    next_ = failed_ / best_ > close_enough ? std::sqrt(best_ * failed_) : 0;
  }
}

}  // namespace mqrig::load
