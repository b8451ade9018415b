// A rule in one of its directions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <mqrig/bridge/topic_map.hpp>

namespace mqrig::bridge {

constexpr bool goes_from(Direction direction, Side source) noexcept {
  return direction == Direction::both || (direction == Direction::out) == (source == Side::local);
}

class RuleRoute {
 public:
  // `rule` outlives it, and goes from this side. Throws std::invalid_argument as TopicPattern.
  RuleRoute(const Rule& rule, Side source);

  const Rule& rule() const noexcept { return *rule_; }
  const std::vector<TopicMap>& maps() const noexcept { return maps_; }

  bool excludes(std::string_view topic) const noexcept {
    for (const std::string& filter : rule_->exclude) {
      if (wire::matches(filter, topic)) return true;
    }
    return false;
  }
  // By the first of its filters that matches; null: by none, or the topic is excluded.
  const TopicMap* find(std::string_view topic) const noexcept {
    for (const TopicMap& map : maps_) {
      if (map.matches(topic)) return excludes(topic) ? nullptr : &map;
    }
    return nullptr;
  }

 private:
  const Rule* rule_;
  std::vector<TopicMap> maps_;
};

// All rules of a link that go from this side, in their order.
std::vector<RuleRoute> routes_from(const LinkSettings& link, Side source);

// Topics that answers are to be sent to. Who answers is at the target, and what is sent there comes
// back by the rules of the opposite direction: the topic is one that they map to the topic that was
// asked for.
class ResponseTopics {
 public:
  ResponseTopics(const LinkSettings& link, Side source) : back_(routes_from(link, other(source))) {}

  // As it is when no rule brings answers back. Good until the next call.
  std::string_view at_target(std::string_view topic);

 private:
  std::vector<RuleRoute> back_;
  std::string mapped_;
};

}  // namespace mqrig::bridge
