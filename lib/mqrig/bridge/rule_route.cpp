#include <mqrig/bridge/rule_route.hpp>

namespace mqrig::bridge {

RuleRoute::RuleRoute(const Rule& rule, Side source) : rule_(&rule) {
  maps_.reserve(rule.filters.size());
  for (const std::string& filter : rule.filters) maps_.emplace_back(rule, filter, source);
}

std::vector<RuleRoute> routes_from(const LinkSettings& link, Side source) {
  std::vector<RuleRoute> routes;
  for (const Rule& rule : link.rules) {
    if (goes_from(rule.direction, source)) routes.emplace_back(rule, source);
  }
  return routes;
}

std::string_view ResponseTopics::at_target(std::string_view topic) {
  for (const RuleRoute& route : back_) {
    for (const TopicMap& map : route.maps()) {
      if (map.source(topic, mapped_) && !route.excludes(mapped_) &&
          wire::check_topic_name(mapped_) == wire::TopicError::none) {
        return mapped_;
      }
    }
  }
  return topic;
}

}  // namespace mqrig::bridge
