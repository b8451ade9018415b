// How a client subscribes.
#include <algorithm>

#include <mqrig/load/client.hpp>
#include <mqrig/load/shard.hpp>

namespace mqrig::load {

void Client::subscribe() {
  const TextValues values = shard_.values(*group_, number_);
  std::vector<std::string> filters;
  std::vector<wire::Subscription> subscriptions;
  filters.reserve(group_->subscribe.size() + 1);
  const auto add = [&](const TextTemplate& filter, const TextTemplate* share,
                       const TextValues& texts) {
    std::string& text = filters.emplace_back();
    if (share != nullptr) {
      text = "$share/";
      share->append(text, texts);
      text += '/';
    }
    filter.append(text, texts);
    return &subscriptions.emplace_back(wire::Subscription{.filter = text});
  };
  for (const SubscribePlan& plan : group_->subscribe) {
    auto* subscription = add(plan.filter, plan.share ? &*plan.share : nullptr, plan.values(values));
    subscription->qos = plan.qos[number_ % plan.qos.size()];
    subscription->no_local = plan.no_local;
  }
  if (group_->publish && group_->publish->response_topic) {
    add(*group_->publish->response_topic, nullptr, values)->qos =
        *std::max_element(group_->publish->qos.begin(), group_->publish->qos.end());
  }
  const auto token = static_cast<std::uint64_t>(shard_.now().time_since_epoch().count());
  if (const auto error = session_.subscribe(subscriptions, {}, token, shard_.now(), out_)) {
    shard_.counters().subscribe_refused += subscriptions.size();
    shard_.fail(ErrorKind::not_sent, error);
    for_good_ = true;
    ++shard_.counters().left;
    ended();
  }
}

void Client::subscribed(const session::Event& event) {
  const session::Time asked{session::Duration(static_cast<std::int64_t>(event.token))};
  shard_.record(Metric::subscribe, shard_.now() - asked);
  for (const std::uint8_t byte : event.reasons) {
    const auto reason = static_cast<wire::ReasonCode>(byte);
    if (wire::is_error(reason)) {
      ++shard_.counters().subscribe_refused;
      shard_.fail(ErrorKind::subscribe, reason);
    } else {
      ++shard_.counters().subscribed;
    }
  }
  subscribed_ = true;
  become_ready();
}

}  // namespace mqrig::load
