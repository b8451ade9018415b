#include "mosquitto_topic.hpp"

#include <algorithm>

#include "mosquitto_conf.hpp"
#include "toml_tree.hpp"

namespace mqrig::bridge_command {
namespace {

using cli::TomlValue;

/// What the rule of a topic says beside the topic itself.
struct RuleKey {
  std::string direction;
  std::string qos;
  std::string local_prefix;
  std::string remote_prefix;
  std::string target;
  bool drop_retain = false;
  bool operator==(const RuleKey&) const = default;
};

struct RuleOfTopics {
  RuleKey key;
  std::vector<std::string> topics;
};

class Collector {
 public:
  explicit Collector(bool outgoing_retain) : outgoing_retain_(outgoing_retain) {}

  void add(const MosquittoTopic& topic) {
    // The retain flag of one way only: a rule for each way.
    const bool two_rules =
        topic.direction == "both" && (!outgoing_retain_ || topic.pattern.empty());
    if (!two_rules) return add(topic, topic.direction);
    add(topic, "out");
    add(topic, "in");
  }

  const std::vector<RuleOfTopics>& rules() const { return rules_; }

 private:
  void add(const MosquittoTopic& topic, const std::string& direction) {
    RuleKey key{direction, topic.qos, topic.local_prefix, topic.remote_prefix, {}, false};
    key.drop_retain = direction == "out" && !outgoing_retain_;
    std::string filter = topic.pattern;
    if (filter.empty()) {  // the prefixes are whole topics
      const bool out = direction == "out";
      filter = out ? topic.local_prefix : topic.remote_prefix;
      key.target = out ? topic.remote_prefix : topic.local_prefix;
      key.local_prefix.clear();
      key.remote_prefix.clear();
    }
    const auto same = [&](const RuleOfTopics& rule) { return rule.key == key; };
    const auto found = std::find_if(rules_.begin(), rules_.end(), same);
    if (found != rules_.end()) {
      found->topics.push_back(std::move(filter));
    } else {
      rules_.push_back({std::move(key), {std::move(filter)}});
    }
  }

  const bool outgoing_retain_;
  std::vector<RuleOfTopics> rules_;
};

/// Braces of a topic mean themselves.
std::string as_pattern(const std::string& topic) {
  std::string pattern;
  for (const char c : topic) pattern.append(c == '{' || c == '}' ? 2 : 1, c);
  return pattern;
}

TomlValue table_of(const RuleOfTopics& rule, bool queue_qos_0) {
  const RuleKey& key = rule.key;
  TomlValue table = toml_table("rule");
  table.items.push_back(toml_words("topics", rule.topics));
  table.items.push_back(toml_word("direction", key.direction));
  table.items.push_back(toml_scalar("max-qos", TomlValue::Kind::number, key.qos));
  const auto add = [&table](std::string name, const std::string& text) {
    if (!text.empty()) table.items.push_back(toml_word(std::move(name), text));
  };
  add("local-prefix", key.local_prefix);
  add("remote-prefix", key.remote_prefix);
  add("target", as_pattern(key.target));
  if (key.drop_retain) add("retain", "drop");
  if (queue_qos_0) {
    table.items.push_back(toml_scalar("spool-qos-0", TomlValue::Kind::flag, "true"));
  }
  return table;
}

}  // namespace

MosquittoTopic read_mosquitto_topic(std::string_view value, std::string& error) {
  const std::vector<std::string> words = conf_words(value);
  MosquittoTopic topic;
  error.clear();
  if (words.empty()) error = "there is no topic";
  if (words.size() > 5) error = "there are more than five words";
  std::string* const into[] = {&topic.pattern, &topic.direction, &topic.qos, &topic.local_prefix,
                               &topic.remote_prefix};
  for (std::size_t i = 0; i < std::min<std::size_t>(words.size(), 5); ++i) *into[i] = words[i];
  if (topic.direction != "out" && topic.direction != "in" && topic.direction != "both") {
    error = "'" + topic.direction + "' is not out, in or both";
  }
  if (topic.qos != "0" && topic.qos != "1" && topic.qos != "2") {
    error = "'" + topic.qos + "' is not a QoS from 0 to 2";
  }
  if (topic.pattern.empty() && (topic.local_prefix.empty() || topic.remote_prefix.empty())) {
    error = "there is no topic";
  }
  return topic;
}

std::vector<TomlValue> rules_of(const std::vector<MosquittoTopic>& topics, bool outgoing_retain,
                                bool queue_qos_0) {
  Collector collector(outgoing_retain);
  for (const MosquittoTopic& topic : topics) collector.add(topic);
  std::vector<TomlValue> tables;
  for (const RuleOfTopics& rule : collector.rules()) tables.push_back(table_of(rule, queue_qos_0));
  return tables;
}

}  // namespace mqrig::bridge_command
