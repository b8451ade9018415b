#include <mqrig/load/sequence_tracker.hpp>

namespace mqrig::load {

SequenceTracker::Verdict SequenceTracker::out_of_line(std::uint32_t number) {
  if (span_ == 0) next_ = number & number_mask;
  const std::uint32_t ahead = (number - next_) & number_mask;
  if (ahead >= window) return behind(number_mask + 1 - ahead);
  if (ahead > 0) missing_ranges().add_last(next_, ahead);
  advance(ahead + 1);
  if (missing_ != nullptr) settle();
  return Verdict::in_order;
}

// `distance`: from the number to the one expected next, 1 to a window.
SequenceTracker::Verdict SequenceTracker::behind(std::uint32_t distance) {
  const std::uint32_t number = next_ - distance;
  if (distance <= span_) {
    const bool missed = missing_ != nullptr && missing_->take(number);
    return missed ? Verdict::late : Verdict::duplicate;
  }
  const std::uint32_t between = distance - span_ - 1;
  if (between > 0) missing_ranges().add_first(number + 1, between);
  span_ = distance;
  return Verdict::late;
}

void SequenceTracker::settle() {
  missing_->settle_before(next_ - window);
}

MissingRanges& SequenceTracker::missing_ranges() {
  if (missing_ == nullptr) missing_ = std::make_unique<MissingRanges>();
  return *missing_;
}

}  // namespace mqrig::load
