#include "publish_options.hpp"

#include <algorithm>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/usage_error.hpp>
#include <mqrig/wire/utf8.hpp>

#include "../input_file.hpp"
#include "../property_options.hpp"
#include "load_values.hpp"

namespace mqrig::bench {
namespace {

using cli::UsageError;
using Kind = load::PayloadSettings::Kind;
using wire::PropertyId;

constexpr std::string_view of_version_5[] = {"content-type", "payload-format", "message-expiry",
                                             "user-property"};

constexpr PropertyFlag publish_flags[] = {
    {"content-type", PropertyId::content_type},
    {"payload-format", PropertyId::payload_format_indicator},
    {"message-expiry", PropertyId::message_expiry_interval},
    {"user-property", PropertyId::user_property},
};

std::vector<std::string> read_lines(const std::string& path) {
  const std::string content = read_file(path, wire::max_remaining_length);
  if (content.empty()) throw InputError("'" + path + "' has no line to send");
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t end = std::min(content.find('\n', begin), content.size());
    lines.push_back(content.substr(begin, end - begin));
    if (wire::check_utf8_string(lines.back()) != wire::Fault::none) {
      throw InputError("line " + std::to_string(lines.size()) + " of '" + path +
                       "' is not valid UTF-8 text: --payload-file sends any bytes");
    }
    begin = end + 1;
  }
  return lines;
}

/// The value of a property, as a person writes it.
std::string value_text(const wire::PropertySpec& spec, const wire::Property& property) {
  switch (spec.type) {
    case wire::PropertyType::utf8_string:
    case wire::PropertyType::utf8_string_pair:
    case wire::PropertyType::binary:
      return std::string(property.text);
    default:
      return std::to_string(property.integer);
  }
}

}  // namespace

load::PayloadSettings read_payload(const cli::Options& options) {
  load::PayloadSettings payload;
  if (options.has("payload-file")) {
    payload.kind = Kind::file;
    payload.path = options.text("payload-file");
    if (payload.path == "-") {
      throw UsageError("--payload-file: standard input is for --payload-lines");
    }
  } else if (options.has("payload-template")) {
    payload.kind = Kind::text;
    payload.text = options.text("payload-template");
  } else if (options.has("payload-lines")) {
    payload.kind = Kind::lines;
    payload.lines = read_lines(std::string(options.text("payload-lines")));
  } else {
    const std::string_view typed = options.text("size");
    const auto range = parse_size_range(typed);
    if (!range) {
      throw UsageError("-s/--size: invalid value '" + std::string(typed) + "': expected " +
                       std::string(size_range_values));
    }
    payload.smallest = range->first;
    payload.largest = range->second;
  }
  if (payload.kind != Kind::size) {
    payload.stamp = options.flag("stamp");
  } else if (options.source("stamp") == cli::Source::flag) {
    throw UsageError("--stamp and --no-stamp are for payloads from a file, a template or lines");
  }
  return payload;
}

std::vector<load::MessageProperty> read_message_properties(const cli::Options& options) {
  const wire::PropertyWriter all =
      read_properties(options, "publish", wire::PropertyContext::publish, publish_flags);
  std::vector<load::MessageProperty> properties;
  for (const wire::Property& property : all.view()) {
    const wire::PropertySpec& spec = *wire::find_property(static_cast<std::uint32_t>(property.id));
    properties.push_back(
        {std::string(spec.name), std::string(property.key), value_text(spec, property)});
  }
  wire::PropertyWriter encoded;  // only for what it may say
  const std::string error = load::encode_properties(properties, encoded);
  if (!error.empty()) throw UsageError("-D/--property: " + error);
  return properties;
}

std::span<const std::string_view> version_5_options() noexcept {
  return of_version_5;
}

load::QosMix read_qos(const cli::Options& options, std::string_view option,
                      const load::QosMix& otherwise) {
  if (!options.has(option)) return otherwise;
  const std::string_view typed = options.text(option);
  if (const auto mix = parse_qos_mix(typed)) return *mix;
  throw UsageError(cli::option_label(*cli::find_option(options.command(), option)) +
                   ": invalid value '" + std::string(typed) + "': expected " +
                   std::string(qos_mix_values));
}

}  // namespace mqrig::bench
