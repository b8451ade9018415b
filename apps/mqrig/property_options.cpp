#include "property_options.hpp"

#include <algorithm>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/suggestion.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/cli/value.hpp>
#include <mqrig/wire/topic.hpp>
#include <mqrig/wire/utf8.hpp>
#include <string>

namespace mqrig {
namespace {

using cli::UsageError;

constexpr std::size_t longest_text = 65'535;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

/// Collects the properties of one packet and checks each.
class Collector {
 public:
  Collector(std::string_view packet, wire::PropertyContext context)
      : packet_(packet), context_(context) {}

  /// `where` names the option for messages.
  void add(const wire::PropertySpec& spec, std::string_view key, std::string_view value,
           const std::string& where) {
    if (!spec.allowed_in(context_)) {
      throw UsageError(where + ": " + std::string(packet_) + " has no property " +
                       std::string(spec.name));
    }
    if (!spec.repeatable_in(context_) && writer_.view().find(spec.id)) {
      throw UsageError(where + ": " + std::string(spec.name) + " can be given only once");
    }
    switch (spec.type) {
      case wire::PropertyType::utf8_string:
      case wire::PropertyType::binary:
        check_text(spec, value, where);
        writer_.add(spec.id, value);
        return;
      case wire::PropertyType::utf8_string_pair:
        check_text(spec, key, where);
        check_text(spec, value, where);
        writer_.add(spec.id, key, value);
        return;
      default:
        writer_.add(spec.id, number(spec, value, where));
    }
  }

  wire::PropertyWriter take() { return std::move(writer_); }

 private:
  static void check_text(const wire::PropertySpec& spec, std::string_view text,
                         const std::string& where) {
    if (text.size() > longest_text) throw UsageError(where + ": longer than 65535 bytes");
    if (spec.type == wire::PropertyType::binary) return;
    if (spec.id == wire::PropertyId::response_topic) {
      const wire::TopicError error = wire::check_topic_name(text);
      if (error != wire::TopicError::none) {
        throw UsageError(where + ": invalid topic: " + std::string(wire::text(error)));
      }
    }
    if (wire::check_utf8_string(text) != wire::Fault::none) {
      throw UsageError(where + ": not valid UTF-8 text, or text with a NUL");
    }
  }

  static std::uint32_t number(const wire::PropertySpec& spec, std::string_view value,
                              const std::string& where) {
    const auto found = cli::parse_integer(value);
    if (!found || *found < spec.minimum || *found > spec.maximum) {
      throw UsageError(where + ": invalid value '" + std::string(value) +
                       "': expected a whole number from " + std::to_string(spec.minimum) + " to " +
                       std::to_string(spec.maximum));
    }
    return static_cast<std::uint32_t>(*found);
  }

  std::string_view packet_;
  wire::PropertyContext context_;
  wire::PropertyWriter writer_;
};

std::string label(const cli::Options& options, std::string_view option) {
  return cli::option_label(*cli::find_option(options.command(), option));
}

void add_flag(const cli::Options& options, const PropertyFlag& flag, Collector& collector) {
  const std::string where = label(options, flag.option);
  const wire::PropertySpec& spec = *wire::find_property(static_cast<std::uint32_t>(flag.id));
  for (const std::string_view value : options.list(flag.option)) {
    if (spec.type == wire::PropertyType::utf8_string_pair) {
      const std::size_t equals = value.find('=');
      collector.add(spec, value.substr(0, equals), value.substr(equals + 1), where);
    } else if (spec.id == wire::PropertyId::payload_format_indicator) {
      collector.add(spec, {}, value == "utf8" ? "1" : "0", where);
    } else if (spec.type == wire::PropertyType::utf8_string ||
               spec.type == wire::PropertyType::binary) {
      collector.add(spec, {}, value, where);
    } else {
      // The value may have a unit or be a word: "10m", "never".
      collector.add(spec, {}, std::to_string(options.integer(flag.option)), where);
    }
  }
}

const wire::PropertySpec& find_by_name(std::string_view name, const std::string& where) {
  if (const wire::PropertySpec* spec = wire::find_property(lowered(name))) return *spec;
  cli::Suggestion suggestion(name);
  for (const wire::PropertySpec& spec : wire::property_table()) suggestion.offer(spec.name);
  throw UsageError(where + ": unknown property '" + std::string(name) + "'" +
                   suggestion.question());
}

}  // namespace

wire::PropertyWriter read_properties(const cli::Options& options, std::string_view packet,
                                     wire::PropertyContext context,
                                     std::span<const PropertyFlag> flags) {
  Collector collector(packet, context);
  for (const PropertyFlag& flag : flags) {
    if (options.has(flag.option)) add_flag(options, flag, collector);
  }
  for (const cli::PropertyWords& words : options.properties("property")) {
    if (lowered(words.packet) != packet) continue;
    const std::string where = label(options, "property") + " " + std::string(words.packet) + " " +
                              std::string(words.name);
    collector.add(find_by_name(words.name, where), words.key, words.value, where);
  }
  return collector.take();
}

}  // namespace mqrig
