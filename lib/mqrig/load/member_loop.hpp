// A member at work on the event loop of its thread, and the clock that asks for its samples.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <mqrig/load/crew.hpp>
#include <mqrig/net/timer.hpp>

namespace mqrig::load {

// Takes the samples at the times that Crew names. What both kinds of crew have in common: only the
// way to the member is different.
//
// Belongs to the thread of its io_context, and must be destroyed before it. It is work of the
// io_context: run() does not return while it exists.
class MemberLoop {
 public:
  using Clock = std::chrono::steady_clock;
  // Called from the event loop. Must not destroy the loop.
  using Deliver = std::function<void(Sample&& sample)>;

  // `interval` is above zero.
  MemberLoop(asio::io_context& context, std::uint32_t number, std::chrono::milliseconds interval,
             const MakeMember& make, Deliver deliver);
  MemberLoop(const MemberLoop&) = delete;
  MemberLoop& operator=(const MemberLoop&) = delete;

  void order(const Order& order) { member_->order(order); }
  // As in Crew. From the event loop, never inside a call of the member.
  void cut(Clock::time_point at);

 private:
  void on_stage_reached();
  void on_time();
  void take(Clock::time_point end);
  void arm();
  Clock::time_point multiple_before(Clock::time_point time) const;

  asio::io_context& context_;
  const std::chrono::milliseconds interval_;
  const Deliver deliver_;
  Clock::time_point taken_ = Clock::now();  // where the open interval begins
  Clock::time_point next_;                  // multiple of the interval
  std::vector<Clock::time_point> cuts_;     // to come, sorted
  bool stage_reached_ = false;              // and its sample is on its way
  net::Timer timer_;
  std::unique_ptr<Member> member_;
};

}  // namespace mqrig::load
