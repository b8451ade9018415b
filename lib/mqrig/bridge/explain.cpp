#include <mqrig/bridge/explain.hpp>

#include <algorithm>

#include <mqrig/bridge/rule_route.hpp>

namespace mqrig::bridge {

namespace {

using Outcome = Explanation::Outcome;

void append_clause(std::string& text, std::string_view clause) {
  if (!text.empty()) text += ", ";
  text += clause;
}

// What the rule does to a message that goes.
std::string effects(const Rule& rule) {
  std::string text;
  if (rule.qos) {
    append_clause(text, "QoS " + std::to_string(static_cast<int>(*rule.qos)));
  } else if (rule.max_qos != wire::QoS::exactly_once) {
    append_clause(text, "QoS at most " + std::to_string(static_cast<int>(rule.max_qos)));
  } else {
    append_clause(text, "QoS as it came");
  }
  append_clause(text, rule.retain == RetainRule::keep   ? "retain flag as it came"
                      : rule.retain == RetainRule::drop ? "not retained"
                                                        : "retained");
  if (!rule.initial_retained) append_clause(text, "not what was retained before");
  if (rule.split == PayloadSplit::json_array) append_clause(text, "one for each element");
  if (rule.split == PayloadSplit::lines) append_clause(text, "one for each line");
  if (!rule.filter.empty()) append_clause(text, "if " + rule.filter);
  if (!rule.transform.empty()) append_clause(text, "as " + rule.transform);
  if (rule.batch.format != store::Batch::Format::none) {
    append_clause(text, "joined by up to " + std::to_string(rule.batch.count));
  }
  return text;
}

class Explainer {
 public:
  Explainer(const LinkSettings& link, Side source, std::string_view topic)
      : link_(link), source_(source), topic_(topic) {}

  void explain(std::vector<Explanation>& all) {
    for (const RuleRoute& route : routes_from(link_, source_)) {
      Explanation& made = all.emplace_back();
      made.rule = static_cast<std::size_t>(&route.rule() - link_.rules.data());
      made.direction = source_ == Side::local ? Direction::out : Direction::in;
      by(route, made);
    }
  }

 private:
  void by(const RuleRoute& route, Explanation& made) {
    const TopicMap* map = route.find(topic_);
    if (map != nullptr) return at_target(route, *map, made);
    const auto matches = [&](const TopicMap& one) { return one.matches(topic_); };
    const bool excluded = std::any_of(route.maps().begin(), route.maps().end(), matches);
    made.outcome = excluded ? Outcome::excluded : Outcome::no_match;
    made.why = excluded ? "it is excluded" : "no filter of the rule matches";
  }

  void at_target(const RuleRoute& route, const TopicMap& map, Explanation& made) {
    std::string scratch;
    made.filter = map.filter();
    made.topic = map.target(topic_, scratch);
    const wire::TopicError error = wire::check_topic_name(made.topic);
    if (error != wire::TopicError::none) {
      made.outcome = Outcome::invalid;
      made.why = "the topic at the target is not valid: " + std::string(wire::text(error));
    } else if (std::find(sent_.begin(), sent_.end(), made.topic) != sent_.end()) {
      made.outcome = Outcome::same_topic;
      made.why = "an earlier rule sends it there, unless its expressions drop it";
    } else {
      made.outcome = Outcome::goes;
      made.why = effects(route.rule());
      sent_.push_back(made.topic);
    }
  }

  const LinkSettings& link_;
  Side source_;
  std::string_view topic_;
  std::vector<std::string> sent_;
};

}  // namespace

std::vector<Explanation> explain(const LinkSettings& link, std::string_view topic) {
  std::vector<Explanation> all;
  Explainer(link, Side::local, topic).explain(all);
  Explainer(link, Side::remote, topic).explain(all);
  return all;
}

}  // namespace mqrig::bridge
