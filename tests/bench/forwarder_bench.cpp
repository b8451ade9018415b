// Nanoseconds per message for deciding what becomes of it on its way over a link.
#include <cstdio>
#include <string>

#include <mqrig/bridge/forwarder.hpp>

#include <tests/bench/rounds.hpp>

namespace {

using namespace mqrig;
using namespace mqrig::bridge;
using bench::keep;

constexpr std::size_t batch = 500;

class Sink final : public Forwarder::Sink {
 public:
  void on_forwarded(const Forwarded& message) override { keep(message); }
  void on_dropped(Dropped why, std::string_view) override { keep(why); }
};

Rule rule_for(const char* filter) {
  Rule rule;
  rule.filters = {filter};
  return rule;
}

wire::Publish message() {
  wire::Publish publish;
  publish.topic = "site/4/sensor/17/tem";
  publish.payload = wire::as_bytes(R"({"temp":21.5,"unit":"C","name":"abcdefghijklm"})");
  return publish;
}

void measure(const char* what, std::vector<Rule> rules, bool loop_prevention = false,
             const wire::Publish& publish = message()) {
  LinkSettings link;
  link.rules = std::move(rules);
  link.loop_prevention = loop_prevention;
  Forwarder forwarder(link, Side::local, "edge", "cloud");
  Sink sink;
  const double ns = bench::best_of_rounds(batch, [&] {
    for (std::size_t i = 0; i < batch; ++i) {
      wire::Publish one = publish;
      keep(one);
      forwarder.forward(one, wire::Version::mqtt_5, sink);
    }
  });
  std::printf("%-48s %8.1f\n", what, ns);
}

void measure_properties() {
  wire::PropertyWriter properties;
  properties.add(wire::PropertyId::content_type, "text/plain");
  properties.add(wire::PropertyId::user_property, "key", "value");
  wire::Publish publish = message();
  publish.properties = properties.view();
  measure("two properties, unchanged", {rule_for("site/#")}, false, publish);
  Rule rule = rule_for("site/#");
  rule.set_properties = {{wire::PropertyId::user_property, "site", "s1", 0}};
  measure("two properties and one that is set", {rule}, false, publish);
  properties.add(wire::PropertyId::user_property, "mqrig-path", "device");
  publish.properties = properties.view();
  measure("two properties and the path", {rule_for("site/#")}, true, publish);
}

void measure_payloads() {
  Rule rule = rule_for("site/#");
  rule.filter = "topic.indexOf('site/') == 0";
  measure("filter of the topic", {rule});
  rule.filter = "payload.temp > 20";
  measure("filter of the payload", {rule});
  rule.transform = "({topic: topic, data: payload})";
  measure("filter of the payload and transform", {rule});
  rule = rule_for("site/#");
  rule.split = PayloadSplit::json_array;
  wire::Publish publish = message();
  publish.payload = wire::as_bytes(R"([{"t":1},{"t":2},{"t":3},{"t":4}])");
  measure("array of 4 elements", {rule}, false, publish);
}

}  // namespace

int main() {
  std::printf("%-48s %8s   20-byte topic, best of 1000 rounds\n", "", "ns");
  measure("unchanged, '#'", {rule_for("#")});
  measure("unchanged, 'site/+/sensor/#'", {rule_for("site/+/sensor/#")});
  measure("unchanged, with the path", {rule_for("#")}, true);
  Rule rule = rule_for("site/#");
  rule.remote_prefix = "plant/7/";
  measure("prefix", {rule});
  rule.target = "cloud/{1}/t/{#}";
  rule.filters = {"site/+/#"};
  measure("pattern of two parts", {rule});
  std::vector<Rule> many;
  for (int i = 0; i < 20; ++i) many.push_back(rule_for(("site/" + std::to_string(i)).c_str()));
  many.push_back(rule_for("#"));
  measure("the last of 21 rules", many);
  measure_properties();
  measure_payloads();
}
