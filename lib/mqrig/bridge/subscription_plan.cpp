#include <mqrig/bridge/subscription_plan.hpp>

#include <algorithm>

#include <mqrig/wire/filter_overlap.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::bridge {

namespace {

// All filters, each once, but for those that others cover.
std::vector<std::string> widest_filters(std::span<const RuleRoute> routes) {
  std::vector<std::string> all;
  for (const RuleRoute& route : routes) {
    for (const TopicMap& map : route.maps()) {
      if (std::find(all.begin(), all.end(), map.filter()) == all.end()) all.push_back(map.filter());
    }
  }
  std::vector<std::string> widest;
  for (const std::string& filter : all) {
    const auto covers = [&](const std::string& other) {
      return other != filter && wire::covers(other, filter);
    };
    if (std::none_of(all.begin(), all.end(), covers)) widest.push_back(filter);
  }
  return widest;
}

bool any_overlap(const std::vector<std::string>& filters) {
  for (std::size_t i = 0; i < filters.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (wire::overlap(filters[i], filters[j])) return true;
    }
  }
  return false;
}

bool uses(const RuleRoute& route, const std::string& filter) {
  return std::any_of(route.maps().begin(), route.maps().end(),
                     [&](const TopicMap& map) { return wire::overlap(map.filter(), filter); });
}

// What all rules need that get messages by this subscription, also those of other subscriptions
// when the message comes by this one first.
wire::Subscription subscription_to(const std::string& filter, std::span<const RuleRoute> routes) {
  wire::Subscription subscription;
  subscription.retain_as_published = true;
  subscription.retain_handling = wire::RetainHandling::do_not_send;
  for (const RuleRoute& route : routes) {
    if (!uses(route, filter)) continue;
    const wire::QoS qos =
        std::min(route.rule().qos.value_or(wire::QoS::exactly_once), route.rule().max_qos);
    subscription.qos = std::max(subscription.qos, qos);
    if (route.rule().initial_retained) {
      // A session that is taken up again has had them.
      subscription.retain_handling = wire::RetainHandling::send_if_new;
    }
  }
  return subscription;
}

}  // namespace

SubscriptionPlan::SubscriptionPlan(const LinkSettings& link, Side source,
                                   std::span<const RuleRoute> routes) {
  const std::string& group = source == Side::local ? link.local.share : link.remote.share;
  filters_ = widest_filters(routes);
  overlapping_ = any_overlap(filters_);
  list_.reserve(filters_.size());
  for (const std::string& filter : filters_) {
    list_.push_back(subscription_to(filter, routes));
    // A protocol error for shared subscriptions [MQTT-3.8.3-4].
    list_.back().no_local = link.loop_prevention && group.empty();
  }
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    if (!group.empty()) filters_[i].insert(0, "$share/" + group + '/');
    list_[i].filter = filters_[i];
  }
}

bool SubscriptionPlan::asks_for(std::string_view topic) const noexcept {
  return std::any_of(list_.begin(), list_.end(), [&](const wire::Subscription& subscription) {
    return wire::matches(wire::filter_of(subscription.filter), topic);
  });
}

bool SubscriptionPlan::came_by_first(const wire::Publish& publish) const noexcept {
  const auto matches = [&](const wire::Subscription& subscription) {
    return wire::matches(wire::filter_of(subscription.filter), publish.topic);
  };
  const auto first = std::find_if(list_.begin(), list_.end(), matches);
  if (first == list_.end()) return true;
  const auto identifier = static_cast<std::uint32_t>(first - list_.begin()) + 1;
  bool known = false;
  for (const wire::Property& property : publish.properties) {
    if (property.id != wire::PropertyId::subscription_identifier) continue;
    if (property.integer == identifier) return true;
    known = known || property.integer <= list_.size();
  }
  return !known;
}

}  // namespace mqrig::bridge
