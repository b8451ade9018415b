#include <mqrig/load/scenario.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>

#include <mqrig/load/slo.hpp>
#include <mqrig/load/text_template.hpp>
#include <mqrig/wire/topic.hpp>
#include <mqrig/wire/utf8.hpp>

namespace mqrig::load {
namespace {

constexpr std::uint32_t max_clients = 100'000'000;

bool any(const QosMix& mix) noexcept {
  return mix[0] + std::uint64_t{mix[1]} + mix[2] > 0;
}

bool is_level(double level) noexcept {
  return std::isfinite(level) && level >= 0;
}

std::string check_template(std::string_view what, std::string_view text) {
  std::string error;
  if (TextTemplate::compile(text, error)) return {};
  return std::string(what) + " '" + std::string(text.substr(0, 80)) + "': " + error;
}

// Of a template: what stands around its placeholders, too.
std::string check_topic(std::string_view topic) {
  if (std::string error = check_template("topic", topic); !error.empty()) return error;
  const wire::TopicError error = wire::check_topic_name(topic);
  if (error == wire::TopicError::none) return {};
  return "invalid topic '" + std::string(topic.substr(0, 80)) +
         "': " + std::string(wire::text(error));
}

std::string check_payload(const PayloadSettings& payload) {
  switch (payload.kind) {
    case PayloadSettings::Kind::size:
      if (payload.smallest > payload.largest) {
        return "sizes from " + std::to_string(payload.smallest) + " to " +
               std::to_string(payload.largest) + ": the smaller one comes first";
      }
      if (payload.largest > wire::max_remaining_length) {
        return "no MQTT message holds " + std::to_string(payload.largest) + " bytes";
      }
      return {};
    case PayloadSettings::Kind::text:
      return check_template("payload", payload.text);
    case PayloadSettings::Kind::file:
      return payload.path.empty() ? "the payload file has no name" : "";
    case PayloadSettings::Kind::lines:
      return payload.lines.empty() ? "there is no line to send" : "";
  }
  return {};
}

std::string check_publish(const PublishSettings& publish) {
  if (std::string error = check_topic(publish.topic); !error.empty()) return error;
  if (std::string error = check_payload(publish.payload); !error.empty()) return error;
  if (!any(publish.qos)) return "the weights of the qualities of service are all zero";
  if (!is_level(publish.rate)) return "the rate is no number above zero";
  if (publish.think.count() < 0) return "the think time is negative";
  if (publish.think.count() > 0 && publish.rate > 0) {
    return "a think time is for closed loop, and a rate makes it open";
  }
  wire::PropertyWriter encoded;
  std::string error = encode_properties(publish.properties, encoded);
  if (!error.empty() || !publish.request) return error;
  if (encoded.view().find(wire::PropertyId::response_topic)) {
    return "requests have a response topic already, that of each requester";
  }
  return check_topic(publish.response_topic);
}

std::string check_subscription(const SubscribeSettings& subscription) {
  if (!any(subscription.qos)) return "the weights of the qualities of service are all zero";
  for (const std::string& text : {subscription.filter, subscription.share}) {
    std::string error = check_template("topic filter", text);
    if (!error.empty()) return error;
  }
  const std::string filter = subscription.share.empty()
                                 ? subscription.filter
                                 : "$share/" + subscription.share + "/" + subscription.filter;
  const wire::TopicError error = wire::check_topic_filter(filter);
  if (error != wire::TopicError::none) {
    return "invalid topic filter '" + filter.substr(0, 80) + "': " + std::string(wire::text(error));
  }
  if (wire::is_shared(filter) && subscription.no_local) {  // [MQTT-3.8.3-4]
    return "no-local does not go with a shared subscription";
  }
  return {};
}

// Clients of one identifier would throw each other out.
std::string check_client_id(const Group& group) {
  if (group.client_id.empty()) return "the client identifier is empty";
  if (wire::check_utf8_string(group.client_id) != wire::Fault::none) {
    return "the client identifier is not valid UTF-8 text";
  }
  std::string error;
  const auto ids = TextTemplate::compile(group.client_id, error);
  if (!ids) return "client identifier '" + group.client_id + "': " + error;
  for (const std::string_view self : {"{id}", "%c"}) {
    if (group.client_id.find(self) == std::string::npos) continue;
    return "client identifier '" + group.client_id + "': " + std::string(self) + " is itself";
  }
  if (group.clients > 1 && !ids->depends_on_client()) {
    return "all clients would have the identifier '" + group.client_id +
           "': give it {client}, the number of each";
  }
  return group.user_name ? check_template("user name", *group.user_name) : "";
}

std::string check_group(const Group& group) {
  if (group.clients == 0 || group.clients > max_clients) {
    return "a group has 1 to " + std::to_string(max_clients) + " clients";
  }
  if (std::string error = check_client_id(group); !error.empty()) return error;
  if (group.publish) {
    if (std::string error = check_publish(*group.publish); !error.empty()) return error;
  }
  for (const SubscribeSettings& subscription : group.subscribe) {
    if (std::string error = check_subscription(subscription); !error.empty()) return error;
  }
  if (group.respond && group.subscribe.empty()) {
    return "it is to respond, and subscribes to no requests";
  }
  if (group.ramp.count() < 0 || group.storm.interval.count() < 0 || group.lifetime.count() < 0) {
    return "a time is negative";
  }
  return {};
}

std::string check_phase(const Phase& phase) {
  if (phase.duration.count() <= 0) return "its duration is not above zero";
  if (!is_level(phase.from) || !is_level(phase.to)) return "a level is no number from zero up";
  const bool level = phase.from == phase.to;
  switch (phase.kind) {
    case PhaseKind::ramp:
      return level ? "a ramp goes from one level to another" : "";
    case PhaseKind::hold:
    case PhaseKind::spike:
      return level ? "" : "its level stays the same: a ramp goes from one to another";
    case PhaseKind::drain:
      return level && phase.to == 0 ? "" : "nothing is sent while draining: its level is 0";
  }
  return {};
}

std::string in_group(const Group& group, const std::string& error) {
  return "group '" + group.name + "': " + error;
}

std::string check_groups(const std::vector<Group>& groups) {
  if (groups.empty()) return "there is no group of clients";
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const Group& group = groups[i];
    if (group.name.empty()) return "a group has no name";
    if (std::string error = check_group(group); !error.empty()) return in_group(group, error);
    for (std::size_t j = 0; j < i; ++j) {
      if (groups[j].name == group.name) return in_group(group, "there are two of this name");
      if (groups[j].client_id == group.client_id &&
          group.client_id.find("{group}") == std::string::npos) {
        return in_group(group, "group '" + groups[j].name +
                                   "' has the same client identifiers: give them {group}");
      }
    }
  }
  return {};
}

}  // namespace

std::string check(const Scenario& scenario) {
  if (scenario.name.empty()) return "the scenario has no name";
  if (std::string error = check_groups(scenario.groups); !error.empty()) return error;
  for (const Phase& phase : scenario.phases) {
    if (phase.name.empty()) return "a phase has no name";
    const std::string error = check_phase(phase);
    if (!error.empty()) return "phase '" + phase.name + "': " + error;
  }
  if (scenario.connects_at_once == 0) return "no connect at once would be none at all";
  if (scenario.connect_timeout.count() <= 0) return "nobody connects in no time";
  if (scenario.drain_timeout.count() < 0) return "the drain timeout is negative";
  for (const std::string& objectives : scenario.slo) {
    std::vector<Objective> read;
    if (std::string error = parse_objectives(objectives, read); !error.empty()) return error;
  }
  return {};
}

}  // namespace mqrig::load
