#include <charconv>
#include <string_view>

#include <mqrig/load/scenario.hpp>
#include <mqrig/wire/topic.hpp>
#include <mqrig/wire/utf8.hpp>

namespace mqrig::load {
namespace {

constexpr std::size_t longest_text = 65'535;

std::string check_text(std::string_view text) {
  if (text.size() > longest_text) return "longer than 65535 bytes";
  // Binary data as well: a scenario is text, and its values are what stands there.
  if (wire::check_utf8_string(text) != wire::Fault::none) return "not valid UTF-8 text";
  return {};
}

std::string add_text(const wire::PropertySpec& spec, const MessageProperty& property,
                     wire::PropertyWriter& into) {
  for (const std::string& text : {property.key, property.value}) {
    if (std::string error = check_text(text); !error.empty()) return error;
  }
  if (spec.id == wire::PropertyId::response_topic) {
    const wire::TopicError error = wire::check_topic_name(property.value);
    if (error != wire::TopicError::none) return "invalid topic: " + std::string(wire::text(error));
  }
  if (spec.type == wire::PropertyType::utf8_string_pair) {
    into.add(spec.id, property.key, property.value);
  } else {
    into.add(spec.id, property.value);
  }
  return {};
}

std::string add_number(const wire::PropertySpec& spec, const MessageProperty& property,
                       wire::PropertyWriter& into) {
  const std::string& text = property.value;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < spec.minimum ||
      number > spec.maximum) {
    return "invalid value '" + text + "': expected a whole number from " +
           std::to_string(spec.minimum) + " to " + std::to_string(spec.maximum);
  }
  into.add(spec.id, number);
  return {};
}

std::string add(const MessageProperty& property, wire::PropertyWriter& into) {
  const wire::PropertySpec* spec = wire::find_property(property.name);
  if (spec == nullptr || !spec->allowed_in(wire::PropertyContext::publish) ||
      spec->id == wire::PropertyId::subscription_identifier) {
    return "a message that is published has no such property";
  }
  if (spec->id == wire::PropertyId::topic_alias) {
    return "messages go to many topics: no alias stands for them all";
  }
  if (!spec->repeatable && into.view().find(spec->id)) return "it can be given only once";
  if (!property.key.empty() && spec->type != wire::PropertyType::utf8_string_pair) {
    return "it takes one value";
  }
  switch (spec->type) {
    case wire::PropertyType::utf8_string:
    case wire::PropertyType::utf8_string_pair:
    case wire::PropertyType::binary:
      return add_text(*spec, property, into);
    default:
      return add_number(*spec, property, into);
  }
}

}  // namespace

std::string encode_properties(const std::vector<MessageProperty>& properties,
                              wire::PropertyWriter& into) {
  for (const MessageProperty& property : properties) {
    const std::string error = add(property, into);
    if (!error.empty()) return "property " + property.name + ": " + error;
  }
  return {};
}

}  // namespace mqrig::load
