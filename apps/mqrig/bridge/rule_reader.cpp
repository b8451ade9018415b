#include "rule_reader.hpp"

#include <mqrig/cli/suggestion.hpp>
#include <mqrig/cli/toml_options.hpp>
#include <mqrig/cli/word.hpp>
#include <mqrig/wire/property.hpp>

#include "file_keys.hpp"

namespace mqrig::bridge_command {
namespace {

using bridge::Direction;
using bridge::PayloadSplit;
using bridge::RetainRule;
using bridge::Rule;
using BatchFormat = store::Batch::Format;
using wire::PropertyId;
using wire::PropertySpec;

constexpr cli::Word<Direction> direction_words[] = {
    {"out", Direction::out}, {"in", Direction::in}, {"both", Direction::both}};
constexpr cli::Word<RetainRule> retain_words[] = {
    {"keep", RetainRule::keep}, {"drop", RetainRule::drop}, {"force", RetainRule::force}};
constexpr cli::Word<PayloadSplit> split_words[] = {{"none", PayloadSplit::none},
                                                   {"json-array", PayloadSplit::json_array},
                                                   {"lines", PayloadSplit::lines}};
constexpr cli::Word<BatchFormat> batch_words[] = {{"json-array", BatchFormat::json_array},
                                                  {"lines", BatchFormat::lines}};

std::vector<std::string> texts(const cli::Options& options, std::string_view name) {
  const std::vector<std::string_view> views = options.list(name);
  return {views.begin(), views.end()};
}

void read_topics(const cli::Options& options, Rule& into) {
  into.filters = texts(options, "topics");
  into.exclude = texts(options, "exclude");
  into.direction = *cli::find_word(direction_words, options.text("direction"));
  into.local_prefix = options.text("local-prefix");
  into.remote_prefix = options.text("remote-prefix");
  into.target = options.text("target");
}

void read_delivery(const cli::Options& options, Rule& into) {
  into.max_qos = static_cast<wire::QoS>(options.integer("max-qos"));
  if (options.has("qos")) into.qos = static_cast<wire::QoS>(options.integer("qos"));
  into.retain = *cli::find_word(retain_words, options.text("retain"));
  into.initial_retained = options.flag("initial-retained");
  if (options.has("expiry")) into.expiry = static_cast<std::uint32_t>(options.integer("expiry"));
  into.spool_qos_0 = options.flag("spool-qos-0");
}

void read_payload(const cli::Options& options, Rule& into) {
  into.filter = options.text("filter");
  into.transform = options.text("transform");
  into.split = *cli::find_word(split_words, options.text("split"));
}

const PropertySpec& publish_property(cli::TomlSection& section, std::string_view name) {
  const PropertySpec* spec = wire::find_property(name);
  const auto may_stand = [](const PropertySpec& one) {
    return one.allowed_in(wire::PropertyContext::publish) && one.id != PropertyId::topic_alias &&
           one.id != PropertyId::subscription_identifier;
  };
  if (spec && may_stand(*spec)) return *spec;
  cli::Suggestion suggestion(name);
  for (const PropertySpec& one : wire::property_table()) {
    if (may_stand(one)) suggestion.offer(one.name);
  }
  section.fault(*section.find("remove-properties"),
                "a message that is passed on has no property '" + std::string(name) + "'" +
                    suggestion.question());
}

/// "content-type", "user-property", "user-property KEY".
void read_removals(cli::TomlSection& section, const cli::Options& options, Rule& into) {
  constexpr std::string_view with_key = "user-property ";
  into.pass_properties = options.flag("pass-properties");
  into.map_response_topic = options.flag("map-response-topic");
  for (const std::string_view text : options.list("remove-properties")) {
    if (text.starts_with(with_key)) {
      into.remove_properties.push_back(
          {PropertyId::user_property, std::string(text.substr(with_key.size()))});
    } else {
      into.remove_properties.push_back({publish_property(section, text).id, {}});
    }
  }
}

void read_user_properties(cli::TomlSection section, Fingerprint& fingerprint, Rule& into) {
  for (const cli::TomlValue& item : section.table().items) {
    bridge::PropertyToSet property;
    property.id = PropertyId::user_property;
    property.key = item.key;
    property.text = section.text(item);
    fingerprint.add(property.key, property.text);
    into.set_properties.push_back(std::move(property));
  }
}

/// set-properties = { content-type = "text/plain", user-property = { site = "north" } }
void read_properties_to_set(cli::TomlSection section, Fingerprint& fingerprint, Rule& into) {
  const cli::Options options = cli::read_toml_options(section, property_keys());
  fingerprint.add("set-properties", options);
  for (const cli::Options::Setting& setting : options.settings()) {
    if (setting.values.empty()) continue;
    const PropertySpec& spec = *wire::find_property(setting.option->long_name);
    bridge::PropertyToSet property;
    property.id = spec.id;
    if (setting.option->kind == cli::ValueKind::integer) {
      property.integer = static_cast<std::uint32_t>(options.integer(spec.name));
    } else {
      property.text = setting.values.back();
    }
    into.set_properties.push_back(std::move(property));
  }
  for (const cli::TomlSection& users : section.tables("user-property")) {
    read_user_properties(users, fingerprint, into);
  }
  section.finish();
}

void read_batch(cli::TomlSection section, Fingerprint& fingerprint, Rule& into) {
  const cli::Options options = cli::read_toml_options(section, batch_keys());
  section.finish();
  fingerprint.add("batch", options);
  if (!options.has("format")) {
    section.fault(section.table(), "needs a format: json-array or lines");
  }
  into.batch.format = *cli::find_word(batch_words, options.text("format"));
  into.batch.count = static_cast<std::uint32_t>(options.integer("count"));
  into.batch.linger = static_cast<std::uint32_t>(options.duration("linger").count());
}

}  // namespace

Rule read_rule(cli::TomlSection& section, Fingerprint& fingerprint) {
  const cli::Options options = cli::read_toml_options(section, rule_keys());
  for (const std::string_view table : {"set-properties", "batch"}) section.find(table);
  section.finish();
  fingerprint.add("rule", options);
  Rule rule;
  read_topics(options, rule);
  if (rule.filters.empty()) section.fault(section.table(), "has no topics");
  read_delivery(options, rule);
  read_payload(options, rule);
  read_removals(section, options, rule);
  for (const cli::TomlSection& set : section.tables("set-properties")) {
    read_properties_to_set(set, fingerprint, rule);
  }
  for (const cli::TomlSection& batch : section.tables("batch")) {
    read_batch(batch, fingerprint, rule);
  }
  return rule;
}

}  // namespace mqrig::bridge_command
