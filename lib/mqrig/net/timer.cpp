#include <asio/basic_waitable_timer.hpp>
#include <asio/io_context.hpp>
#include <cstdint>
#include <mqrig/net/timer.hpp>
#include <utility>

namespace mqrig::net {

// Shared with the wait under way, which finds `set` false when the timer is gone.
struct Timer::State : std::enable_shared_from_this<State> {
  using AsioTimer =
      asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, asio::io_context::executor_type>;

  State(asio::io_context& context, Callback callback_)
      : timer(context), callback(std::move(callback_)) {}

  void arm() {
    waiting = true;
    timer.expires_at(deadline);  // ends an earlier wait
    timer.async_wait([self = shared_from_this(), number = ++wait](const std::error_code&) {
      if (number == self->wait) self->fired();
    });
  }

  void fired() {
    waiting = false;
    if (!set) return;
    if (Clock::now() < deadline) return arm();
    set = false;
    // The callback may replace itself or destroy the timer while it runs.
    Callback running = std::exchange(callback, nullptr);
    if (running) running();
    if (!callback) callback = std::move(running);
  }

  AsioTimer timer;
  Callback callback;
  Clock::time_point deadline;
  std::uint32_t wait = 0;  // the latest wait; those before it were replaced
  bool waiting = false;
  bool set = false;
};

Timer::Timer(asio::io_context& context, Callback callback)
    : state_(std::make_shared<State>(context, std::move(callback))) {}

Timer::~Timer() {
  cancel();
}

void Timer::expires_at(Clock::time_point deadline) {
  state_->deadline = deadline;
  state_->set = true;
  if (!state_->waiting || deadline < state_->timer.expiry()) state_->arm();
}

void Timer::expires_at(Clock::time_point deadline, Callback callback) {
  state_->callback = std::move(callback);
  expires_at(deadline);
}

void Timer::cancel() {
  state_->set = false;
  if (!state_->waiting) return;
  state_->waiting = false;
  ++state_->wait;
  state_->timer.cancel();
}

}  // namespace mqrig::net
