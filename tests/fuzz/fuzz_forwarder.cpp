// Rules and messages from arbitrary bytes. Rules that check_rules() finds nothing fatal in make a
// forwarder; what it sends are messages that may be published, each topic by one rule. Patterns
// that lead back lead to where they came from.
#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <mqrig/bridge/explain.hpp>
#include <mqrig/bridge/forwarder.hpp>
#include <mqrig/bridge/topic_pattern.hpp>
#include <mqrig/payload/expression.hpp>
#include <mqrig/payload/parse_json.hpp>
#include <mqrig/wire/topic.hpp>
#include <mqrig/wire/utf8.hpp>

#include <tests/fuzz/input.hpp>
#include <tests/fuzz/require.hpp>

using namespace mqrig;
using namespace mqrig::bridge;
using fuzz::Input;
using fuzz::require;

namespace {

std::string text(Input& input) {
  return std::string(wire::as_text(input.bytes(input.byte() % 16)));
}

Rule rule(Input& input) {
  Rule made;
  const std::uint8_t kind = input.byte();
  const std::uint8_t more = input.byte();
  made.filters = {text(input)};
  if (kind & 1) made.filters.push_back(text(input));
  made.direction = kind & 2 ? Direction::both : Direction::out;
  if (kind & 4) made.local_prefix = text(input);
  if (kind & 8) made.remote_prefix = text(input);
  if (kind & 16) made.target = text(input);
  if (kind & 32) made.exclude = {text(input)};
  made.split = static_cast<PayloadSplit>((kind >> 6) % 3);
  made.batch.format = static_cast<store::Batch::Format>(more % 3);
  made.pass_properties = (more & 4) == 0;
  if (more & 8) made.set_properties = {{wire::PropertyId::user_property, "k", text(input), 0}};
  if (more & 16) made.set_properties.push_back({wire::PropertyId::response_topic, "", "r", 0});
  if (more & 32) made.expiry = input.byte();
  made.initial_retained = (more & 64) == 0;
  return made;
}

class Checked final : public Forwarder::Sink {
 public:
  void on_forwarded(const Forwarded& message) override {
    const wire::Publish& publish = message.publish;
    ++outcomes;
    require(wire::check_topic_name(publish.topic) == wire::TopicError::none, "the topic is valid");
    require(wire::validate_properties(publish.properties.encoded(),
                                      wire::PropertyContext::publish) == wire::Fault::none,
            "the properties are valid");
    require(!publish.properties.find(wire::PropertyId::topic_alias), "aliases stay");
    require(publish.packet_id == 0 && publish.topic_alias == 0, "it is of no connection");
    if (message.rule->batch.format == store::Batch::Format::json_array) {
      require(payload::is_embeddable_json(wire::as_text(publish.payload)), "an element is JSON");
    }
    for (const auto& [topic, by] : sent) {
      require(topic != publish.topic || by == message.rule, "a topic is sent to by one rule");
    }
    sent.emplace_back(publish.topic, message.rule);
  }
  void on_dropped(Dropped why, std::string_view detail) override {
    ++outcomes;
    require((why == Dropped::invalid) == !detail.empty(), "what is invalid is explained");
  }

  std::size_t outcomes = 0;
  std::vector<std::pair<std::string, const Rule*>> sent;
};

void forward(const LinkSettings& link, Input& input) {
  Forwarder forwarder(link, Side::local, "here", "there");
  for (const wire::Subscription& subscription : forwarder.subscriptions()) {
    require(wire::check_topic_filter(subscription.filter) == wire::TopicError::none,
            "what is subscribed to is a filter");
  }
  while (!input.empty()) {
    wire::Publish publish;
    const std::string topic = text(input);
    publish.retain = (input.byte() & 1) != 0;
    const wire::ByteView properties = input.bytes(input.byte() % 32);
    publish.payload = input.bytes(input.byte() % 64);
    if (wire::check_topic_name(topic) != wire::TopicError::none) continue;
    publish.topic = topic;
    if (wire::validate_properties(properties, wire::PropertyContext::publish) ==
        wire::Fault::none) {
      publish.properties = wire::Properties(properties);
    }
    Checked sink;
    forwarder.forward(publish, wire::Version::mqtt_5, sink);
    require(sink.outcomes > 0, "something becomes of each message");
    explain(link, topic);
  }
}

void check_pattern(Input& input) {
  const std::string filter = text(input);
  const std::string pattern = text(input);
  const std::string topic = text(input);
  if (wire::check_topic_filter(filter) != wire::TopicError::none || wire::is_shared(filter)) return;
  try {
    const TopicPattern made(pattern, filter);
    std::string mapped;
    std::string source;
    if (wire::matches(filter, topic)) made.append(topic, mapped);
    if (!made.append_source(mapped, source)) return;
    std::string again;
    made.append(source, again);
    require(again == mapped && wire::matches(filter, source), "a source leads to the same topic");
  } catch (const std::invalid_argument& error) {
    require(*error.what() != '\0', "a refusal has words");
  }
}

// What any payload is to an expression: what it gives back is text.
void check_expression(wire::ByteView bytes) {
  static const auto expression = [] {
    std::string error;
    return payload::Expression::compile("[payload, text, size]", error);
  }();
  wire::Publish publish;
  publish.topic = "a";
  publish.payload = bytes;
  std::string out;
  const auto result = expression->evaluate(publish, out);
  require(result == payload::Expression::Result::value, "any payload is a value");
  require(payload::is_embeddable_json(out) && wire::is_utf8(out), "the value is JSON");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const wire::ByteView bytes(data, size);
  check_expression(bytes);
  Input for_pattern(bytes);
  check_pattern(for_pattern);
  Input input(bytes);
  LinkSettings link;
  link.name = "fuzz";
  for (int i = input.byte() % 3; i >= 0; --i) link.rules.push_back(rule(input));
  link.loop_prevention = (input.byte() & 1) != 0;
  const auto problems = check_rules(link);
  const auto fatal = [](const RuleProblem& problem) { return problem.fatal; };
  if (std::none_of(problems.begin(), problems.end(), fatal)) forward(link, input);
  return 0;
}
