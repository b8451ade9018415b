#include <mqrig/bridge/property_rules.hpp>

#include <algorithm>

#include <mqrig/bridge/loop_path.hpp>

namespace mqrig::bridge {

namespace {

using wire::Property;
using wire::PropertyId;

bool is_path(const Property& property) noexcept {
  return property.id == PropertyId::user_property && property.key == path_key;
}

// Is it the one that a rule names? Only user properties have keys.
bool names(const PropertyToSet& set, const Property& property) noexcept {
  return set.id == property.id && set.key == property.key;
}
bool names(const PropertyToRemove& removed, const Property& property) noexcept {
  return removed.id == property.id && (removed.key.empty() || removed.key == property.key);
}

template <class Named>
bool any_names(const std::vector<Named>& list, const Property& property) noexcept {
  return std::any_of(list.begin(), list.end(),
                     [&](const Named& one) { return names(one, property); });
}

}  // namespace

bool PropertyRules::passes(const Property& property, bool has_path) const noexcept {
  if (property.id == PropertyId::subscription_identifier ||
      property.id == PropertyId::topic_alias || (has_path && is_path(property))) {
    return false;
  }
  return rule_->pass_properties && !any_names(rule_->remove_properties, property) &&
         !any_names(rule_->set_properties, property);
}

void PropertyRules::add(Property property, ResponseTopics* responses,
                        wire::PropertyWriter& out) const {
  if (responses != nullptr && property.id == PropertyId::response_topic) {
    property.text = responses->at_target(property.text);
  }
  out.add(property);
}

wire::Properties PropertyRules::apply(const wire::Properties& properties, std::string_view path,
                                      ResponseTopics* responses, wire::PropertyWriter& out) const {
  const bool has_path = !path.empty();
  if (properties.empty() && !has_path && rule_->set_properties.empty() && !rule_->expiry) {
    return properties;
  }
  bool changes = has_path || !rule_->set_properties.empty();
  bool expires = false;
  for (const Property& property : properties) {
    if (!passes(property, has_path)) {
      changes = true;
      continue;
    }
    expires = expires || property.id == PropertyId::message_expiry_interval;
    changes = changes || (responses != nullptr && property.id == PropertyId::response_topic);
  }
  const auto sets_expiry = [](const PropertyToSet& set) {
    return set.id == PropertyId::message_expiry_interval;
  };
  expires = expires ||
            std::any_of(rule_->set_properties.begin(), rule_->set_properties.end(), sets_expiry);
  const bool add_expiry = rule_->expiry && !expires;
  if (!changes && !add_expiry) return properties;

  out.clear();
  for (const Property& property : properties) {
    if (passes(property, has_path)) add(property, responses, out);
  }
  for (const PropertyToSet& set : rule_->set_properties) {
    out.add(Property{set.id, set.integer, set.key, set.text});
  }
  if (add_expiry) out.add(PropertyId::message_expiry_interval, *rule_->expiry);
  if (has_path) out.add(PropertyId::user_property, path_key, path);
  return out.view();
}

}  // namespace mqrig::bridge
