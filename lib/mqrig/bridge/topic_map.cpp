#include <mqrig/bridge/topic_map.hpp>

namespace mqrig::bridge {

TopicMap::TopicMap(const Rule& rule, std::string_view filter, Side source)
    : source_prefix_(source == Side::local ? rule.local_prefix : rule.remote_prefix),
      target_prefix_(source == Side::local ? rule.remote_prefix : rule.local_prefix),
      filter_(source_prefix_ + std::string(filter)) {
  if (!rule.target.empty()) pattern_.emplace(rule.target, filter);
}

std::string_view TopicMap::target(std::string_view topic, std::string& scratch) const {
  if (!pattern_ && source_prefix_ == target_prefix_) return topic;
  topic.remove_prefix(source_prefix_.size());
  if (!pattern_ && target_prefix_.empty()) return topic;
  scratch = target_prefix_;
  if (pattern_) {
    pattern_->append(topic, scratch);
  } else {
    scratch += topic;
  }
  return scratch;
}

bool TopicMap::source(std::string_view topic, std::string& scratch) const {
  if (!topic.starts_with(target_prefix_)) return false;
  topic.remove_prefix(target_prefix_.size());
  scratch = source_prefix_;
  if (!pattern_) {
    scratch += topic;
  } else if (!pattern_->append_source(topic, scratch)) {
    return false;
  }
  return matches(scratch);
}

}  // namespace mqrig::bridge
