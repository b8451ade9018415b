#include <mqrig/load/fan_out.hpp>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include <mqrig/wire/topic.hpp>

namespace mqrig::load {
namespace {

constexpr std::uint64_t most_comparisons = 50'000'000;
constexpr std::uint64_t most_topics = 4'000'000;

// All subscriptions of a scenario, by filter.
class Subscriptions {
 public:
  explicit Subscriptions(const Plan& plan) {
    for (const GroupPlan& group : plan.groups) {
      for (const SubscribePlan& subscription : group.subscribe) add(plan, group, subscription);
    }
  }

  std::size_t wildcards() const noexcept { return wildcards_.size(); }

  FanOut match(const std::string& topic) const {
    FanOut sum{};
    const auto add_up = [&sum](const FanOut& some) {
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += some[i];
    };
    if (const auto found = exact_.find(topic); found != exact_.end()) add_up(found->second);
    for (const auto& [filter, clients] : wildcards_) {
      if (wire::matches(filter, topic)) add_up(clients);
    }
    return sum;
  }

 private:
  void add(const Plan& plan, const GroupPlan& group, const SubscribePlan& subscription) {
    const std::uint32_t clients = group.settings->clients;
    const bool alike = !subscription.filter.depends_on_client() && !subscription.share;
    std::set<std::string> shares;  // with their filters
    for (std::uint32_t client = 0; client < clients; ++client) {
      const auto qos = static_cast<std::size_t>(subscription.qos[client % subscription.qos.size()]);
      std::string filter;
      const TextValues values =
          subscription.values(plan.values(group, client, random_, id_, user_));
      subscription.filter.append(filter, values);
      if (subscription.share) {
        std::string name;
        subscription.share->append(name, values);
        if (!shares.insert(std::move(name) + '/' + filter).second) continue;
      }
      FanOut& fan_out = of(filter);
      if (!alike) {
        ++fan_out[qos];
        continue;
      }
      for (; client < clients; ++client) {
        ++fan_out[static_cast<std::size_t>(subscription.qos[client % subscription.qos.size()])];
      }
    }
  }

  FanOut& of(const std::string& filter) {
    if (filter.find_first_of("#+") == std::string::npos) return exact_[filter];
    return wildcards_[filter];
  }

  SmallRandom random_{0};
  std::string id_;
  std::string user_;
  std::unordered_map<std::string, FanOut> exact_;
  std::unordered_map<std::string, FanOut> wildcards_;
};

// A client that both publishes and does not want its own is none of those who receive.
bool has_no_local(const GroupPlan& group) {
  return std::any_of(group.subscribe.begin(), group.subscribe.end(),
                     [](const SubscribePlan& subscription) { return subscription.no_local; });
}

void find(const Plan& plan, const Subscriptions& subscriptions, GroupPlan& group) {
  PublishPlan& publish = *group.publish;
  publish.fan_out.clear();
  const std::uint64_t clients = publish.topic.depends_on_client() ? group.settings->clients : 1;
  const std::uint64_t topics = clients * publish.topics;
  publish.fan_out_known = publish.ordered && topics <= most_topics && !has_no_local(group) &&
                          topics * (subscriptions.wildcards() + 1) <= most_comparisons;
  SmallRandom random(0);
  std::string id;
  std::string user;
  for (std::uint32_t client = 0; client < clients && publish.fan_out_known; ++client) {
    TextValues values = plan.values(group, client, random, id, user);
    for (std::uint32_t topic = 0; topic < publish.topics; ++topic) {
      values.number = topic;
      std::string text;
      publish.topic.append(text, values);
      const FanOut fan_out = subscriptions.match(text);
      if (topic == 0) {
        publish.fan_out.push_back(fan_out);
      } else if (fan_out != publish.fan_out.back()) {
        publish.fan_out_known = false;
      }
    }
  }
  const bool uniform =
      publish.fan_out_known && std::adjacent_find(publish.fan_out.begin(), publish.fan_out.end(),
                                                  std::not_equal_to<>()) == publish.fan_out.end();
  if (uniform) publish.fan_out.resize(1);
  if (!publish.fan_out_known) publish.fan_out.assign(1, FanOut{});
}

// Several filters of one client may match one topic.
bool may_overlap(const Plan& plan) {
  return std::any_of(plan.groups.begin(), plan.groups.end(),
                     [](const GroupPlan& group) { return group.subscribe.size() > 1; });
}

}  // namespace

void find_fan_out(Plan& plan) {
  const Subscriptions subscriptions(plan);
  const bool overlap = may_overlap(plan);
  for (GroupPlan& group : plan.groups) {
    if (!group.publish) continue;
    if (group.publish->response_topic) {
      group.publish->fan_out.assign(1, FanOut{0, 0, 1});
      continue;
    }
    find(plan, subscriptions, group);
    if (!overlap) continue;
    group.publish->fan_out_known = false;
    group.publish->fan_out.assign(1, FanOut{});
  }
}

}  // namespace mqrig::load
