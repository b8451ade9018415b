// What becomes of the properties of a message.
#pragma once

#include <cstdint>
#include <string_view>

#include <mqrig/bridge/rule_route.hpp>
#include <mqrig/bridge/settings.hpp>
#include <mqrig/wire/property.hpp>

namespace mqrig::bridge {

// Subscription identifiers and topic aliases belong to a connection and never go on.
class PropertyRules {
 public:
  // `rule` outlives it.
  explicit PropertyRules(const Rule& rule) noexcept : rule_(&rule) {}

  // With `path`, when it is not empty, in the place of the path that the message came with;
  // `responses` maps its response topic, null: that goes as it is. What needs no change comes back
  // as the view that it was, else it is a view of `out`.
  wire::Properties apply(const wire::Properties& properties, std::string_view path,
                         ResponseTopics* responses, wire::PropertyWriter& out) const;

 private:
  bool passes(const wire::Property& property, bool has_path) const noexcept;
  void add(wire::Property property, ResponseTopics* responses, wire::PropertyWriter& out) const;

  const Rule* rule_;
};

}  // namespace mqrig::bridge
