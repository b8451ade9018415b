#include <mqrig/load/fan_out.hpp>

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include <mqrig/wire/topic.hpp>

namespace mqrig::load {
namespace {

constexpr std::uint64_t most_comparisons = 50'000'000;
constexpr std::uint64_t most_topics = 4'000'000;

// The subscriptions of a scenario, by filter: of those who verify what comes, or of those who
// respond.
class Subscriptions {
 public:
  Subscriptions(const Plan& plan, bool responders) {
    for (std::uint32_t group = 0; group < plan.groups.size(); ++group) {
      if (plan.groups[group].settings->respond != responders) continue;
      for (const SubscribePlan& subscription : plan.groups[group].subscribe) {
        add(plan, group, subscription);
      }
    }
  }

  std::size_t wildcards() const noexcept { return wildcards_.size(); }

  // Nothing where it can't be told.
  std::optional<FanOut> match(const std::string& topic) const {
    if (!known_) return std::nullopt;
    FanOut sum{};
    std::vector<std::uint32_t> groups;
    const auto add_up = [&](const Subscribers& some) {
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += some.number[i];
      groups.insert(groups.end(), some.groups.begin(), some.groups.end());
    };
    if (const auto found = exact_.find(topic); found != exact_.end()) add_up(found->second);
    for (const auto& [filter, subscribers] : wildcards_) {
      if (wire::matches(filter, topic)) add_up(subscribers);
    }
    // Brokers differ in what a client gets two of whose filters match.
    std::sort(groups.begin(), groups.end());
    if (std::adjacent_find(groups.begin(), groups.end()) != groups.end()) return std::nullopt;
    return sum;
  }

 private:
  struct Subscribers {
    FanOut number{};
    // Whose clients have several subscriptions; twice if two of these are of this filter.
    std::vector<std::uint32_t> groups;
    const SubscribePlan* last = nullptr;  // that added its group
  };

  void add(const Plan& plan, std::uint32_t number, const SubscribePlan& subscription) {
    const GroupPlan& group = plan.groups[number];
    if (subscription.filter.depends_on_message()) known_ = false;  // each client draws its own
    const std::uint32_t clients = group.settings->clients;
    const bool alike = !subscription.filter.depends_on_client() && !subscription.share;
    for (std::uint32_t client = 0; client < clients && known_; ++client) {
      std::string filter;
      const TextValues values =
          subscription.values(plan.values(group, client, random_, id_, user_));
      subscription.filter.append(filter, values);
      const wire::QoS qos = subscription.qos[client % subscription.qos.size()];
      if (subscription.share && !is_new_share(subscription, values, filter, qos)) continue;
      Subscribers& subscribers = of(filter);
      if (group.subscribe.size() > 1 && subscribers.last != &subscription) {
        subscribers.groups.push_back(number);
        subscribers.last = &subscription;
      }
      ++subscribers.number[static_cast<std::size_t>(qos)];
      if (!alike) continue;
      while (++client < clients) {
        ++subscribers
              .number[static_cast<std::size_t>(subscription.qos[client % subscription.qos.size()])];
      }
    }
  }

  // One member of a shared group gets the message: which, and so at which QoS, is the broker's
  // choice.
  bool is_new_share(const SubscribePlan& subscription, const TextValues& values,
                    const std::string& filter, wire::QoS qos) {
    std::string name;
    subscription.share->append(name, values);
    const auto [share, is_new] = shares_.try_emplace(std::move(name) + '/' + filter, qos);
    if (share->second != qos) known_ = false;
    return is_new;
  }

  Subscribers& of(const std::string& filter) {
    if (filter.find_first_of("#+") == std::string::npos) return exact_[filter];
    return wildcards_[filter];
  }

  SmallRandom random_{0};
  std::string id_;
  std::string user_;
  std::unordered_map<std::string, Subscribers> exact_;
  std::unordered_map<std::string, Subscribers> wildcards_;
  std::unordered_map<std::string, wire::QoS> shares_;  // with their filters
  bool known_ = true;
};

// A client that both publishes and does not want its own is none of those who receive.
bool has_no_local(const GroupPlan& group) {
  return std::any_of(group.subscribe.begin(), group.subscribe.end(),
                     [](const SubscribePlan& subscription) { return subscription.no_local; });
}

// A responder gives its response the quality of service with which the request came; where no
// group of ours responds, somebody else does.
std::optional<FanOut> response_to(std::optional<FanOut> requests) {
  if (!requests) return std::nullopt;
  const std::uint64_t responders = std::accumulate(requests->begin(), requests->end(), 0ULL);
  if (responders == 0) return FanOut{0, 0, 1};
  if (responders > 1) return std::nullopt;
  return requests;
}

// Of each topic that the client goes round, which must all have the same.
std::optional<FanOut> fan_out_of(const PublishPlan& publish, TextValues values,
                                 const Subscriptions& subscriptions) {
  std::optional<FanOut> first;
  for (std::uint32_t topic = 0; topic < publish.topics; ++topic) {
    values.number = topic;
    std::string text;
    publish.topic.append(text, values);
    std::optional<FanOut> found = subscriptions.match(text);
    if (publish.response_topic) found = response_to(found);
    if (!found || (first && *found != *first)) return std::nullopt;
    first = found;
  }
  return first;
}

bool find(const Plan& plan, const Subscriptions& subscriptions, GroupPlan& group) {
  PublishPlan& publish = *group.publish;
  const std::uint64_t clients = publish.topic.depends_on_client() ? group.settings->clients : 1;
  const std::uint64_t topics = clients * publish.topics;
  if (!publish.ordered || topics > most_topics || has_no_local(group) ||
      topics * (subscriptions.wildcards() + 1) > most_comparisons) {
    return false;
  }
  SmallRandom random(0);
  std::string id;
  std::string user;
  for (std::uint32_t client = 0; client < clients; ++client) {
    const auto found =
        fan_out_of(publish, plan.values(group, client, random, id, user), subscriptions);
    if (!found) return false;
    publish.fan_out.push_back(*found);
  }
  const bool uniform = std::adjacent_find(publish.fan_out.begin(), publish.fan_out.end(),
                                          std::not_equal_to<>()) == publish.fan_out.end();
  if (uniform) publish.fan_out.resize(1);
  return true;
}

}  // namespace

void find_fan_out(Plan& plan) {
  const Subscriptions verifiers(plan, false);
  const Subscriptions responders(plan, true);
  for (GroupPlan& group : plan.groups) {
    if (!group.publish) continue;
    PublishPlan& publish = *group.publish;
    publish.fan_out_known = find(plan, publish.response_topic ? responders : verifiers, group);
    if (!publish.fan_out_known) publish.fan_out.assign(1, FanOut{});
  }
}

}  // namespace mqrig::load
