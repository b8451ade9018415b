// What a link subscribes to at one side.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <mqrig/bridge/rule_route.hpp>
#include <mqrig/wire/packets.hpp>

namespace mqrig::bridge {

// The filters of all rules that go from a side, without those that others cover.
class SubscriptionPlan {
 public:
  SubscriptionPlan(const LinkSettings& link, Side source, std::span<const RuleRoute> routes);
  // Moving keeps the strings where they are, copying would not.
  SubscriptionPlan(SubscriptionPlan&&) noexcept = default;

  // Views of the plan.
  std::span<const wire::Subscription> list() const noexcept { return list_; }

  // Does any subscription match?
  bool asks_for(std::string_view topic) const noexcept;

  // Filters may overlap without covering each other. A broker sends a message that several match
  // once with all their identifiers, or once for each [MQTT-3.3.4-3]: it counts when it came by the
  // first that matches. Without identifiers there is no telling, and every copy counts.
  bool accepts(const wire::Publish& publish) const noexcept {
    return !overlapping_ || came_by_first(publish);
  }

 private:
  bool came_by_first(const wire::Publish& publish) const noexcept;

  std::vector<std::string> filters_;  // with the share group
  std::vector<wire::Subscription> list_;
  bool overlapping_ = false;
};

}  // namespace mqrig::bridge
