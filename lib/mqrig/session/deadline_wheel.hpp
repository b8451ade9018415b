// Deadlines of many connections, most of which move away before they are reached.
#pragma once

#include <array>
#include <cstddef>

#include <mqrig/session/time.hpp>

namespace mqrig::session {

// A wheel of half-second buckets. Whoever is in it is looked at when its bucket comes round, and
// not before: a deadline that moves to a later time costs nothing until then. Deadlines beyond the
// horizon are looked at when the wheel has turned once.
class DeadlineWheel {
 public:
  // A base of what is in the wheel; leaves it when destroyed.
  class Hook {
   public:
    Hook() = default;
    Hook(const Hook&) = delete;
    Hook& operator=(const Hook&) = delete;

    void unlink() noexcept;

   protected:
    ~Hook() { unlink(); }

   private:
    friend class DeadlineWheel;
    Hook* previous_ = nullptr;
    Hook* next_ = nullptr;
  };

  static constexpr Duration width = std::chrono::milliseconds(500);

  DeadlineWheel();
  DeadlineWheel(const DeadlineWheel&) = delete;
  DeadlineWheel& operator=(const DeadlineWheel&) = delete;

  // Puts it into the bucket of the deadline, or moves it there. `never` takes it out.
  void schedule(Hook& hook, Time deadline, Time now) noexcept;

  // Takes everything out that is due for a look at `now`, and calls visit(Hook&), which may
  // schedule it again or destroy it, and others.
  template <class Visit>
  void turn(Time now, Visit&& visit) {
    const auto target = tick_of(now);
    // After a long pause each bucket is looked at once, and what is scheduled meanwhile goes by the
    // present time.
    if (target > buckets && tick_ < target - buckets) tick_ = target - buckets;
    while (tick_ < target) {
      ++tick_;
      Hook& bucket = buckets_[tick_ % buckets];
      while (bucket.next_ != &bucket) {
        Hook& hook = *bucket.next_;
        hook.unlink();
        visit(hook);
      }
    }
  }

 private:
  static constexpr std::size_t buckets = 512;

  struct Bucket : Hook {};

  static std::size_t tick_of(Time time) noexcept {
    return static_cast<std::size_t>(time.time_since_epoch() / width);
  }

  std::array<Bucket, buckets> buckets_;  // each the head of a ring
  std::size_t tick_ = 0;                 // the last bucket that was looked at
};

}  // namespace mqrig::session
