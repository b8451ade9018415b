#include <mqrig/bridge/loop_path.hpp>
#include <mqrig/bridge/rule_check.hpp>
#include <mqrig/wire/topic.hpp>
#include <mqrig/wire/utf8.hpp>

namespace mqrig::bridge {

namespace {

using wire::PropertyId;
using wire::PropertySpec;
using wire::PropertyType;

constexpr std::size_t longest_text = 65'535;

// Of a property that messages may have; null, and a problem, for any other.
const PropertySpec* spec_of(PropertyId id, Problems& problems) {
  const PropertySpec* spec = wire::find_property(static_cast<std::uint32_t>(id));
  if (spec != nullptr && spec->allowed_in(wire::PropertyContext::publish)) return spec;
  problems.fatal("messages have no property " +
                 (spec != nullptr ? quoted(spec->name)
                                  : "of the number " + std::to_string(static_cast<int>(id))));
  return nullptr;
}

bool belongs_to_connection(PropertyId id) {
  return id == PropertyId::topic_alias || id == PropertyId::subscription_identifier;
}

bool is_text(PropertyType type) {
  return type == PropertyType::utf8_string || type == PropertyType::utf8_string_pair;
}

void check_value(const PropertyToSet& set, const PropertySpec& spec, Problems& problems) {
  const std::string name = quoted(spec.name);
  if (!is_text(spec.type) && spec.type != PropertyType::binary) {
    if (set.integer < spec.minimum || set.integer > spec.maximum) {
      problems.fatal(name + " must be from " + std::to_string(spec.minimum) + " to " +
                     std::to_string(spec.maximum));
    }
    return;
  }
  if (set.text.size() > longest_text || set.key.size() > longest_text) {
    problems.fatal("what " + name + " is set to is longer than 65,535 bytes");
  }
  if (is_text(spec.type) && (wire::check_utf8_string(set.text) != wire::Fault::none ||
                             wire::check_utf8_string(set.key) != wire::Fault::none)) {
    problems.fatal("what " + name + " is set to is not well-formed UTF-8, or has a null character");
  }
  if (set.id == PropertyId::response_topic) {
    if (const auto error = wire::check_topic_name(set.text); error != wire::TopicError::none) {
      problems.fatal(quoted(set.text) +
                     " cannot be a response topic: " + std::string(wire::text(error)));
    }
  }
  if (set.id == PropertyId::user_property && set.key == path_key) {
    problems.fatal("the user property " + quoted(path_key) +
                   " is what bridges find loops with, and cannot be set");
  }
}

}  // namespace

void check_properties(const Rule& rule, Problems& problems) {
  for (const PropertyToSet& set : rule.set_properties) {
    const PropertySpec* spec = spec_of(set.id, problems);
    if (spec == nullptr) continue;
    if (belongs_to_connection(set.id)) {
      problems.fatal(quoted(spec->name) + " belongs to a connection and cannot be set");
    } else {
      check_value(set, *spec, problems);
    }
  }
  for (std::size_t i = 0; i < rule.set_properties.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const PropertyToSet& one = rule.set_properties[i];
      const PropertyToSet& other = rule.set_properties[j];
      if (one.id == other.id && one.key == other.key && one.id != PropertyId::user_property) {
        problems.fatal("a property is set twice");
      }
    }
  }
  for (const PropertyToRemove& removed : rule.remove_properties) spec_of(removed.id, problems);
}

}  // namespace mqrig::bridge
