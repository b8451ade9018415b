// What gives way when an inbox has reached its limits.
#include <algorithm>
#include <mqrig/store/wall_time.hpp>
#include <vector>

#include "inbox.hpp"

namespace mqrig::sub {
namespace {

using Clock = net::Timer::Clock;
using Policy = InboxLimits::Policy;

// At once, so that memory stays small.
constexpr std::size_t most_given_up = 65'536;
constexpr std::chrono::minutes time_between_reports{1};

}  // namespace

store::QueueTotals Inbox::waiting_totals() const {
  store::QueueTotals totals = spool_->totals(queue_);
  // Totals of a damaged file may be anything.
  totals.messages -= std::min(totals.messages, begun_);
  totals.bytes -= std::min(totals.bytes, begun_bytes_);
  return totals;
}

bool Inbox::over_limit(std::uint64_t messages, std::uint64_t bytes) const {
  return (limits_.messages != 0 && messages > limits_.messages) ||
         (limits_.bytes != 0 && bytes > limits_.bytes);
}

// Would so much more be over a limit?
bool Inbox::exceeds(std::uint64_t messages, std::uint64_t bytes) const {
  const store::QueueTotals waiting = waiting_totals();
  return over_limit(waiting.messages + messages, waiting.bytes + bytes);
}

bool Inbox::rejects(const wire::Publish& message) {
  if (limits_.policy != Policy::reject) return false;
  store::SpooledMessage spooled;
  spooled.publish = message;
  if (!exceeds(1, spooled.size())) return false;
  count(Verdict::too_many);
  return true;
}

// A blocked broker goes on when a tenth of the limit has gone.
bool Inbox::full() {
  full_ = limits_.policy == Policy::block &&
          (full_ ? exceeds(limits_.messages / 10 + 1, limits_.bytes / 10 + 1) : exceeds(1, 1));
  return full_;
}

Inbox::Verdict Inbox::judge(std::int64_t received_at, std::int64_t now, bool crowded) const {
  const std::int64_t age = limits_.age.count();
  if (age != 0 && now - received_at > age) return Verdict::too_old;
  return crowded && limits_.policy == Policy::drop_oldest ? Verdict::too_many : Verdict::keep;
}

void Inbox::count(Verdict why) {
  ++(why == Verdict::too_old ? dropped_old_ : dropped_full_);
  tell_dropped(false);
}

bool Inbox::give_up(std::uint64_t sequence, std::int64_t received_at) {
  const Verdict verdict = judge(received_at, store::wall_time(), exceeds(0, 0));
  if (verdict == Verdict::keep) return false;
  handled(sequence);
  count(verdict);
  return true;
}

std::error_code Inbox::make_room() {
  if (limits_.age.count() == 0 && (limits_.policy != Policy::drop_oldest || !exceeds(0, 0))) {
    return {};
  }
  struct GivenUp {
    std::uint64_t sequence;
    std::uint64_t size;
    Verdict why;
  };
  std::vector<GivenUp> given_up;
  const std::int64_t now = store::wall_time();
  store::QueueTotals left = waiting_totals();
  const std::error_code error = spool_->read(queue_, read_, [&](const store::SpooledMessage& one) {
    const Verdict verdict = judge(one.received_at, now, over_limit(left.messages, left.bytes));
    if (verdict == Verdict::keep || given_up.size() == most_given_up) return false;
    given_up.push_back({one.sequence, one.size(), verdict});
    left.messages -= 1;
    left.bytes -= one.size();
    return true;
  });
  for (const GivenUp& one : given_up) {
    spool_->remove(queue_, one.sequence, one.size);
    read_ = one.sequence;
    count(one.why);
  }
  if (!given_up.empty()) commit_soon();
  return error;
}

void Inbox::tell_dropped(bool at_once) {
  const std::uint64_t dropped = dropped_full_ + dropped_old_;
  const Clock::time_point now = Clock::now();
  if (dropped == told_ || (!at_once && told_ != 0 && now < told_at_ + time_between_reports)) return;
  told_ = dropped;
  told_at_ = now;
  diagnostic_.warning("messages dropped by the limits of the spool '" + path_ +
                      "': " + std::to_string(dropped_full_) + " because it was full, " +
                      std::to_string(dropped_old_) + " because they were too old");
}

}  // namespace mqrig::sub
