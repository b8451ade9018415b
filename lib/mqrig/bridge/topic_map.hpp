// Topics of one filter on their way from one broker to the other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <mqrig/bridge/settings.hpp>
#include <mqrig/bridge/topic_pattern.hpp>
#include <mqrig/wire/topic.hpp>

namespace mqrig::bridge {

class TopicMap {
 public:
  // `filter` is one of the rule's. Throws std::invalid_argument as TopicPattern.
  TopicMap(const Rule& rule, std::string_view filter, Side source);

  // The filter at the source, with its prefix.
  const std::string& filter() const noexcept { return filter_; }

  // Only what has the prefix: "a/#" matches "a", from which the prefix "a/" cannot be taken.
  bool matches(std::string_view topic) const noexcept {
    return topic.starts_with(source_prefix_) && wire::matches(filter_, topic);
  }

  // The topic at the target of one that matches: a view of `topic` where that is possible, else of
  // `scratch`, which is replaced. It may not be valid: too long, or empty.
  std::string_view target(std::string_view topic, std::string& scratch) const;

  // A topic at the source that goes to `topic` at the target, in `scratch`; false if there is none
  // that can be found.
  bool source(std::string_view topic, std::string& scratch) const;

 private:
  std::string source_prefix_;
  std::string target_prefix_;
  std::string filter_;
  std::optional<TopicPattern> pattern_;
};

}  // namespace mqrig::bridge
