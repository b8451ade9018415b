#include <limits>
#include <mqrig/cli/parse.hpp>
#include <mqrig/cli/toml_section.hpp>
#include <mqrig/cli/value.hpp>

#include "load_values.hpp"
#include "scenario_file.hpp"

namespace mqrig::bench {
namespace {

using cli::TomlSection;
using cli::TomlValue;

constexpr std::int64_t max_clients = 100'000'000;
constexpr std::int64_t max_integer = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t never_expires = 0xFFFF'FFFF;

void read_qos(TomlSection& section, load::QosMix& into) {
  const TomlValue* value = section.find("qos");
  if (!value) return;
  const auto mix = parse_qos_mix(section.text(*value));
  if (!mix) section.invalid(*value, qos_mix_values);
  into = *mix;
}

/// Which of the contents of a payload stand there; more than one is a fault.
void read_payload(TomlSection& section, load::PayloadSettings& into) {
  using Kind = load::PayloadSettings::Kind;
  const TomlValue* given = nullptr;
  const auto read = [&](std::string_view key, Kind kind) -> const TomlValue* {
    const TomlValue* value = section.find(key);
    if (value && given) section.fault(*value, "there is " + given->key + " already");
    if (!value) return nullptr;
    given = value;
    into.kind = kind;
    return value;
  };
  if (const TomlValue* value = read("size", Kind::size)) {
    const auto range = parse_size_range(section.text(*value));
    if (!range) section.fault(*value, "expected " + std::string(size_range_values));
    into.smallest = range->first;
    into.largest = range->second;
  }
  if (const TomlValue* value = read("payload-template", Kind::text)) {
    into.text = section.text(*value);
  }
  if (const TomlValue* value = read("payload-file", Kind::file)) into.path = section.text(*value);
  if (read("payload-lines", Kind::lines)) section.read_list("payload-lines", into.lines);
  const TomlValue* stamp = section.find("stamp");
  if (stamp && into.kind == Kind::size) {
    section.fault(*stamp, "a payload of a size has one in any case");
  }
  section.read("stamp", into.stamp);
}

/// properties = [["content-type", "text/plain"], ["user-property", "key", "value"]]
void read_properties(TomlSection& section, std::vector<load::MessageProperty>& into) {
  const TomlValue* value = section.find("properties");
  if (!value) return;
  bool good = value->kind == TomlValue::Kind::array;
  for (const TomlValue& words : value->items) {
    const std::size_t count = words.items.size();
    good = good && words.kind == TomlValue::Kind::array && count >= 2 &&
           count == (cli::property_is_pair(words.items[0].text) ? 3U : 2U);
    for (const TomlValue& word : words.items) {
      good = good && word.is_scalar() && word.text.find('\0') == std::string::npos;
    }
    if (!good) break;
    into.push_back({words.items[0].text, count == 3 ? words.items[1].text : std::string(),
                    words.items.back().text});
  }
  if (good) return;
  section.fault(*value,
                "takes an array of arrays such as [[\"content-type\", \"text/plain\"], "
                "[\"user-property\", \"key\", \"value\"]]");
}

load::PublishSettings read_publish(TomlSection section) {
  load::PublishSettings publish;
  section.read("topic", publish.topic);
  read_payload(section, publish.payload);
  read_qos(section, publish.qos);
  section.read("retain", publish.retain);
  section.read_rate("rate", publish.rate);
  section.read_count("inflight", publish.inflight, 0, 65535);
  section.read("think", publish.think);
  section.read_count("count", publish.count, 0, max_integer);
  publish.request = section.find("response-topic") != nullptr;
  section.read("response-topic", publish.response_topic);
  read_properties(section, publish.properties);
  section.finish();
  return publish;
}

load::SubscribeSettings read_subscription(TomlSection section) {
  load::SubscribeSettings subscription;
  section.read("filter", subscription.filter);
  read_qos(section, subscription.qos);
  section.read("share", subscription.share);
  section.read("no-local", subscription.no_local);
  section.read_count("cycle", subscription.cycle, 0, max_clients);
  section.finish();
  return subscription;
}

void read_session(TomlSection& section, load::Group& into) {
  section.read("username", into.user_name);
  section.read_word("protocol-version", into.version, version_words);
  if (const TomlValue* value = section.find("keepalive")) {
    const auto seconds = cli::parse_seconds(section.text(*value));
    if (!seconds || *seconds > 65535) section.fault(*value, "expected seconds from 0 to 65535");
    into.keep_alive = static_cast<std::uint16_t>(*seconds);
  }
  if (section.find("clean-start")) section.read("clean-start", into.clean_start.emplace());
  if (const TomlValue* value = section.find("session-expiry-interval")) {
    const std::string& text = section.text(*value);
    const auto seconds = text == "never" ? never_expires : cli::parse_seconds(text);
    if (!seconds || *seconds > never_expires) section.fault(*value, "expected seconds, or never");
    into.session_expiry = static_cast<std::uint32_t>(*seconds);
  }
}

load::Group read_group(TomlSection section) {
  load::Group group;
  section.read("name", group.name);
  section.read_count("clients", group.clients, 1, max_clients);
  section.read("client-id", group.client_id);
  read_session(section, group);
  section.read("ramp", group.ramp);
  section.read("lifetime", group.lifetime);
  section.read_word("leave", group.leave, leave_words);
  section.read("storm-interval", group.storm.interval);
  section.read_word("storm-leave", group.storm.leave, leave_words);
  section.read("will", group.will);
  section.read("respond", group.respond);
  std::vector<TomlSection> publish = section.tables("publish");
  if (publish.size() > 1) section.fault(*section.find("publish"), "stands there once");
  if (!publish.empty()) group.publish = read_publish(publish[0]);
  for (TomlSection& one : section.tables("subscribe")) {
    group.subscribe.push_back(read_subscription(one));
  }
  section.finish();
  return group;
}

load::Phase read_phase(TomlSection section) {
  load::Phase phase;
  section.read_word("kind", phase.kind, phase_words);
  phase.name = word_for(phase_words, phase.kind);
  if (phase.kind == load::PhaseKind::ramp) phase.from = 0;
  if (phase.kind == load::PhaseKind::drain) phase.from = phase.to = 0;
  section.read("name", phase.name);
  section.read("duration", phase.duration);
  if (const TomlValue* level = section.find("level")) {
    for (const char* end : {"from", "to"}) {
      if (section.find(end)) section.fault(*level, "a level from one value to another has none");
    }
    section.read_number("level", phase.from);
    phase.to = phase.from;
  }
  section.read_number("from", phase.from);
  section.read_number("to", phase.to);
  section.read("measured", phase.measured);
  section.finish();
  return phase;
}

}  // namespace

load::Scenario parse_scenario(std::string_view text, std::string_view name) {
  const TomlValue root = cli::read_toml(text, name);
  TomlSection section(root, name);
  load::Scenario scenario;
  scenario.name = "run";
  section.read("name", scenario.name);
  section.read_word("verify", scenario.verify, verify_words);
  section.read_list("slo", scenario.slo);
  section.read_count("connects-at-once", scenario.connects_at_once, 1, 65535);
  section.read("connect-timeout", scenario.connect_timeout);
  section.read("drain-timeout", scenario.drain_timeout);
  for (const TomlSection& group : section.tables("group")) {
    scenario.groups.push_back(read_group(group));
  }
  for (const TomlSection& phase : section.tables("phase")) {
    scenario.phases.push_back(read_phase(phase));
  }
  section.finish();
  return scenario;
}

}  // namespace mqrig::bench
