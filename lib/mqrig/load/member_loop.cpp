#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <mqrig/load/member_loop.hpp>
#include <utility>

namespace mqrig::load {

MemberLoop::MemberLoop(asio::io_context& context, std::uint32_t number,
                       std::chrono::milliseconds interval, const MakeMember& make, Deliver deliver)
    : context_(context),
      interval_(interval),
      deliver_(std::move(deliver)),
      next_(multiple_before(taken_) + interval_),
      timer_(context, [this] { on_time(); }),
      member_(make(context, number, [this] { on_stage_reached(); })) {
  arm();
}

void MemberLoop::cut(Clock::time_point at) {
  const auto now = Clock::now();
  if (at > now) {
    cuts_.insert(std::upper_bound(cuts_.begin(), cuts_.end(), at), at);
    return arm();
  }
  take(at > taken_ ? at : now);
}

// The member may be in the middle of something: its numbers are whole in a turn of their own.
void MemberLoop::on_stage_reached() {
  if (std::exchange(stage_reached_, true)) return;
  asio::post(context_, [this] {
    stage_reached_ = false;
    take(Clock::now());
  });
}

void MemberLoop::on_time() {
  const auto now = Clock::now();
  while (!cuts_.empty() && cuts_.front() <= now) {
    const auto at = cuts_.front();
    cuts_.erase(cuts_.begin());
    if (at > taken_) take(at);
  }
  // A thread that was held up has one long interval rather than many empty ones.
  const auto latest = multiple_before(now);
  if (latest > taken_) take(latest);
  next_ = latest + interval_;
  arm();
}

void MemberLoop::take(Clock::time_point end) {
  taken_ = std::max(end, taken_);
  deliver_(member_->take_sample(taken_));
}

void MemberLoop::arm() {
  timer_.expires_at(cuts_.empty() ? next_ : std::min(next_, cuts_.front()));
}

MemberLoop::Clock::time_point MemberLoop::multiple_before(Clock::time_point time) const {
  return time - time.time_since_epoch() % interval_;
}

}  // namespace mqrig::load
