// How far a run has come.
#include <algorithm>
#include <functional>

#include <mqrig/load/run.hpp>

namespace mqrig::load {

// What has been sent to us, machines know only together.
bool Run::others_send() const {
  return publishes_ && plan_->settings.machines > 1 && report_.account.subscribed > 0;
}

bool Run::has_end() const {
  const auto& phases = plan_->scenario.phases;
  if (search_ || config_.receive_limit != 0) return true;
  if (!phases.empty() && std::none_of(phases.begin(), phases.end(), std::mem_fn(&Phase::endless)))
    return true;
  return publishes_ &&
         std::all_of(plan_->groups.begin(), plan_->groups.end(), [](const GroupPlan& group) {
           return !group.publish || group.settings->publish->count != 0;
         });
}

std::optional<double> Run::length() const {
  if (search_ || state_ < State::running || end_ == session::never) return std::nullopt;
  return std::chrono::duration<double>(end_ - begin_).count();
}

std::optional<double> Run::done() const {
  const auto share = [](std::uint64_t part, std::uint64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
  };
  if (config_.receive_limit != 0) {
    return share(sum(report_.account.received), config_.receive_limit);
  }
  std::uint64_t count = 0;
  for (const GroupPlan& group : plan_->groups) {
    if (!group.publish) continue;
    if (group.settings->publish->count == 0) return std::nullopt;
    count += group.settings->publish->count;
  }
  if (count == 0) return std::nullopt;
  return share(sum(report_.account.sent) * plan_->settings.machines, count);
}

bool Run::all_reached(Stage stage) const {
  return std::all_of(members_.begin(), members_.end(), [stage](const MemberState& member) {
    return member.failed || member.stage >= stage;
  });
}

// No more than that: a member that has not begun a further step of a search yet is still drained.
bool Run::all_have_sent() const {
  return std::all_of(members_.begin(), members_.end(), [](const MemberState& member) {
    return member.failed || member.stage == Stage::sent;
  });
}

// Without the moment before the first message.
session::Time Run::measured_since() const {
  if (!publishes_) return measure_from_;
  return std::min(std::max(measure_from_, phases_begin_), measure_to_);
}

bool Run::everything_arrived() const {
  if (others_send() || deliveries_unknown()) return false;
  const Counters& account = search_ ? step_account_ : report_.account;
  for (std::size_t qos = 0; qos < account.expected.size(); ++qos) {
    if (lost_messages(account, qos) != 0) return false;
  }
  return account.requests <= account.responses + account.request_timeouts + account.publish_refused;
}

// Then only silence says that all has arrived.
bool Run::deliveries_unknown() const {
  return report_.account.subscribed > 0 &&
         std::any_of(plan_->groups.begin(), plan_->groups.end(), [](const GroupPlan& group) {
           return group.publish && !group.publish->fan_out_known;
         });
}

}  // namespace mqrig::load
