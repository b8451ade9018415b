#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace asio {
class io_context;
}

namespace mqrig::net {

// One deadline that may be moved at any time: a user with many deadlines keeps the earliest here.
// Moving it to the same or a later time costs a comparison (the old wait ends early, sees that, and
// waits on), so that it may be moved after each batch of packets.
//
// Belongs to the thread of its io_context, and must be destroyed before it. A deadline that is set
// counts as work of the io_context.
class Timer {
 public:
  using Clock = std::chrono::steady_clock;
  using Callback = std::function<void()>;

  explicit Timer(asio::io_context& context, Callback callback = {});
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();

  // Sets or moves the deadline. The callback is called once, from the event loop, at or after it;
  // one in the past is due at once, never inside this call. The callback may set the timer again,
  // or destroy it.
  void expires_at(Clock::time_point deadline);
  void expires_at(Clock::time_point deadline, Callback callback);  // and replaces the callback

  // No call after this, also if the deadline has passed already.
  void cancel();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace mqrig::net
