#include <mqrig/session/deadline_wheel.hpp>

#include <algorithm>

namespace mqrig::session {

DeadlineWheel::DeadlineWheel() {
  for (Bucket& bucket : buckets_) bucket.previous_ = bucket.next_ = &bucket;
}

void DeadlineWheel::Hook::unlink() noexcept {
  if (next_ == nullptr) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

void DeadlineWheel::schedule(Hook& hook, Time deadline, Time now) noexcept {
  hook.unlink();
  if (deadline == never) return;
  if (tick_ == 0) tick_ = tick_of(now);
  // One later, so that the deadline has passed when its bucket is looked at.
  const std::size_t wanted = std::max(tick_of(deadline) + 1, tick_ + 1);
  Hook& bucket = buckets_[std::min(wanted, tick_ + buckets - 1) % buckets];
  hook.previous_ = bucket.previous_;
  hook.next_ = &bucket;
  bucket.previous_->next_ = &hook;
  bucket.previous_ = &hook;
}

}  // namespace mqrig::session
