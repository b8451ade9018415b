// What a forwarder makes of messages, as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <mqrig/bridge/forwarder.hpp>

namespace mqrig::test {

// Writes down "topic payload" of what goes, with " qN" above QoS 0 and " retained", and "dropped:
// why" of what does not.
class Outcomes final : public bridge::Forwarder::Sink {
 public:
  void on_forwarded(const bridge::Forwarded& message) override {
    const wire::Publish& publish = message.publish;
    std::string line(publish.topic);
    line += ' ';
    line += wire::as_text(publish.payload);
    if (publish.qos != wire::QoS::at_most_once) {
      line += " q" + std::to_string(static_cast<int>(publish.qos));
    }
    if (publish.retain) line += " retained";
    lines.push_back(line);
    properties = property_text(publish.properties);
    topic = publish.topic.data();
    encoded_properties = publish.properties.encoded().data();
  }
  void on_dropped(bridge::Dropped why, std::string_view detail) override {
    constexpr const char* names[] = {"no rule",  "unasked", "filtered", "looped",
                                     "returned", "hops",    "retained", "invalid"};
    std::string line = std::string("dropped: ") + names[static_cast<int>(why)];
    if (!detail.empty()) line.append(", ").append(detail);
    lines.push_back(line);
  }

  // "name=value" of all properties.
  static std::string property_text(const wire::Properties& properties) {
    std::string text;
    for (const wire::Property& property : properties) {
      if (!text.empty()) text += ' ';
      if (property.id == wire::PropertyId::user_property) {
        text += property.key;
      } else {
        text += wire::find_property(static_cast<std::uint32_t>(property.id))->name;
      }
      text += '=';
      text += property.text.empty() ? std::to_string(property.integer) : property.text;
    }
    return text;
  }

  std::vector<std::string> lines;
  std::string properties;  // of the last that went, as the next
  const char* topic = nullptr;
  const std::uint8_t* encoded_properties = nullptr;
};

inline bridge::LinkSettings link_of(std::vector<bridge::Rule> rules) {
  bridge::LinkSettings link;
  link.name = "test";
  link.rules = std::move(rules);
  return link;
}

inline bridge::Rule rule_for(std::vector<std::string> filters,
                             bridge::Direction direction = bridge::Direction::out) {
  bridge::Rule rule;
  rule.filters = std::move(filters);
  rule.direction = direction;
  return rule;
}

inline wire::Publish message(std::string_view topic, std::string_view payload = "x") {
  wire::Publish publish;
  publish.topic = topic;
  publish.payload = wire::as_bytes(payload);
  return publish;
}

}  // namespace mqrig::test
