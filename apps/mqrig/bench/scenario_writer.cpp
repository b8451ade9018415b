#include <mqrig/cli/toml_text.hpp>
#include <mqrig/cli/value.hpp>

#include "load_values.hpp"
#include "scenario_file.hpp"

namespace mqrig::bench {
namespace {

/// Lines of "key = value  # comment", in the order of the calls.
class Writer {
 public:
  void comment(std::string_view text) { out_.append("# ").append(text) += '\n'; }
  void table(std::string_view header) { out_.append("\n").append(header) += '\n'; }

  void raw(std::string_view key, std::string_view value, std::string_view note = {}) {
    out_.append(key).append(" = ").append(value);
    if (!note.empty()) out_.append("  # ").append(note);
    out_ += '\n';
  }
  void text(std::string_view key, std::string_view value, std::string_view note = {}) {
    raw(key, cli::toml_quoted(value), note);
  }
  void number(std::string_view key, std::uint64_t value, std::string_view note = {}) {
    raw(key, std::to_string(value), note);
  }
  void flag(std::string_view key, bool value, std::string_view note = {}) {
    raw(key, value ? "true" : "false", note);
  }
  void time(std::string_view key, load::Nanoseconds value, std::string_view note = {}) {
    text(key, duration_text(value), note);
  }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

void write_payload(Writer& out, const load::PayloadSettings& payload) {
  using Kind = load::PayloadSettings::Kind;
  if (payload.kind == Kind::size) {
    const std::string size = size_range_text(payload.smallest, payload.largest);
    out.text("size", size, "bytes, the stamp of 16 bytes included");
    return;
  }
  if (payload.kind == Kind::text) out.text("payload-template", payload.text);
  if (payload.kind == Kind::file) out.text("payload-file", payload.path);
  if (payload.kind == Kind::lines)
    out.raw("payload-lines", cli::toml_array(payload.lines, ",\n  "));
  out.flag("stamp", payload.stamp, "a stamp before it tells loss, order and latency");
}

void write_properties(Writer& out, const std::vector<load::MessageProperty>& properties) {
  if (properties.empty()) return;
  std::string text;
  for (const load::MessageProperty& property : properties) {
    std::vector<std::string> words{property.name, property.value};
    // A user property has a key, even an empty one.
    if (property.name == "user-property") words.insert(words.begin() + 1, property.key);
    text += (text.empty() ? "[" : ", ") + cli::toml_array(words, ", ");
  }
  out.raw("properties", text + "]");
}

void write_publish(Writer& out, const load::PublishSettings& publish) {
  out.table("[group.publish]");
  out.text("topic", publish.topic);
  write_payload(out, publish.payload);
  out.text("qos", qos_mix_text(publish.qos));
  if (publish.retain) out.flag("retain", true);
  if (publish.rate > 0) {
    out.text("rate", rate_text(publish.rate), "of all clients together, at level 1; open loop");
  } else {
    out.comment("no rate: closed loop, as fast as acknowledgements allow");
  }
  if (publish.inflight > 0) out.number("inflight", publish.inflight);
  if (publish.think.count() > 0) out.time("think", publish.think);
  if (publish.count > 0) out.number("count", publish.count, "messages of the group, then it ends");
  if (publish.request) {
    out.text("response-topic", publish.response_topic, "each message is a request");
  }
  write_properties(out, publish.properties);
}

void write_subscription(Writer& out, const load::SubscribeSettings& subscription) {
  out.table("[[group.subscribe]]");
  out.text("filter", subscription.filter);
  out.text("qos", qos_mix_text(subscription.qos));
  if (!subscription.share.empty()) out.text("share", subscription.share);
  if (subscription.no_local) out.flag("no-local", true);
  if (subscription.cycle > 0) {
    out.number("cycle", subscription.cycle, "{client} begins again after this number");
  }
}

void write_session(Writer& out, const load::Group& group) {
  out.text("client-id", group.client_id);
  if (group.user_name) out.text("username", *group.user_name);
  if (group.version) out.text("protocol-version", word_for(version_words, *group.version));
  if (group.keep_alive) out.number("keepalive", *group.keep_alive, "seconds");
  if (group.clean_start) out.flag("clean-start", *group.clean_start);
  if (group.session_expiry) out.number("session-expiry-interval", *group.session_expiry, "seconds");
}

void write_group(Writer& out, const load::Group& group) {
  out.table("[[group]]");
  out.text("name", group.name);
  out.number("clients", group.clients);
  write_session(out, group);
  if (group.ramp.count() > 0) out.time("ramp", group.ramp, "connects are spread over it");
  if (group.lifetime.count() > 0) out.time("lifetime", group.lifetime, "of a connection");
  out.text("leave", word_for(leave_words, group.leave));
  if (group.storm != load::StormSettings{}) {
    out.time("storm-interval", group.storm.interval);
    out.text("storm-leave", word_for(leave_words, group.storm.leave));
  }
  if (group.will) out.flag("will", true, "that of --will-topic");
  if (group.respond) out.flag("respond", true, "answers what arrives");
  if (group.publish) write_publish(out, *group.publish);
  for (const load::SubscribeSettings& subscription : group.subscribe) {
    write_subscription(out, subscription);
  }
}

void write_phase(Writer& out, const load::Phase& phase) {
  out.table("[[phase]]");
  out.text("name", phase.name);
  out.text("kind", word_for(phase_words, phase.kind));
  out.time("duration", phase.duration);
  if (phase.from == phase.to) {
    out.raw("level", cli::number_text(phase.to), "times the rates of the groups");
  } else {
    out.raw("from", cli::number_text(phase.from), "times the rates of the groups");
    out.raw("to", cli::number_text(phase.to));
  }
  if (!phase.measured) out.flag("measured", false, "warm-up: in no figure");
}

}  // namespace

std::string print_scenario(const load::Scenario& scenario) {
  Writer out;
  out.comment("A load test: mqrig bench run FILE [OPTION...] [URL]");
  out.text("name", scenario.name);
  out.text("verify", word_for(verify_words, scenario.verify));
  out.raw("slo", cli::toml_array(scenario.slo, ", "), "objectives; 'p99<5ms,loss=0'");
  out.number("connects-at-once", scenario.connects_at_once, "of a thread, under way");
  out.time("connect-timeout", scenario.connect_timeout);
  out.time("drain-timeout", scenario.drain_timeout, "at the end, for messages that are missing");
  for (const load::Group& group : scenario.groups) write_group(out, group);
  if (scenario.phases.empty()) {
    out.comment("No [[phase]]: until all counts are reached, or for ever.");
  }
  for (const load::Phase& phase : scenario.phases) write_phase(out, phase);
  return out.take();
}

}  // namespace mqrig::bench
