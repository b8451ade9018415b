#include <mqrig/broker/retained_cursor.hpp>

#include <mqrig/broker/topic_level.hpp>

namespace mqrig::broker {

namespace {

constexpr std::size_t nowhere = std::string_view::npos;

// The character after '/': a text with it comes after all topics below the one before it.
constexpr std::string_view after_slash = "0";

}  // namespace

RetainedCursor::RetainedCursor(std::string_view filter) : filter_(filter) {
  const std::size_t wildcard = filter_.find_first_of("+#");
  exact_ = wildcard == std::string::npos;
  if (exact_) return;
  next_ = filter_.substr(0, wildcard);
  // "a/#" matches its parent "a" too, section 4.7.1.2.
  if (filter_[wildcard] == '#' && wildcard > 0) next_.pop_back();
}

// Nothing before this text matches: the first `size` bytes of the topic, and `text`.
RetainedCursor::Step RetainedCursor::leap_to(std::string_view topic, std::size_t size,
                                             std::string_view text) {
  next_.assign(topic.substr(0, size)).append(text);
  return Step::leap;
}

RetainedCursor::Step RetainedCursor::judge(std::string_view topic) {
  if (topic.starts_with('$') && (filter_[0] == '+' || filter_[0] == '#')) {
    return leap_to({}, 0, "%");  // the character after '$' [MQTT-4.7.2-1]
  }
  const std::string_view filter = filter_;
  std::size_t any_end = nowhere;  // where the last level ends that a '+' stands for
  for (std::size_t filter_at = 0, topic_at = 0;;) {
    const std::string_view wanted = level_at(filter, filter_at);
    if (wanted == "#") return Step::visit;
    const std::string_view level = level_at(topic, topic_at);
    if (wanted == "+") {
      any_end = topic_at + level.size();
    } else if (wanted != level) {
      return mismatch(topic, topic_at, filter_at, any_end);
    }
    filter_at += wanted.size() + 1;
    topic_at += level.size() + 1;
    const bool topic_ends = topic_at > topic.size();
    if (filter_at > filter.size()) {
      // The topic goes on, and so do all that are below the same one.
      return topic_ends ? Step::visit : leap_to(topic, topic_at - 1, after_slash);
    }
    if (topic_ends) return filter.substr(filter_at) == "#" ? Step::visit : Step::skip;
  }
}

// What may match after a topic that has another level than the filter: the same beginning with the
// level of the filter, or another level in the place of the last '+'.
RetainedCursor::Step RetainedCursor::mismatch(std::string_view topic, std::size_t topic_at,
                                              std::size_t filter_at, std::size_t any_end) {
  const std::string_view wanted = level_at(filter_, filter_at);
  const std::string_view below = std::string_view(filter_).substr(filter_at + wanted.size());
  if (below.empty() || below == "/#") {
    leap_to(topic, topic_at, wanted);
    if (topic < next_) return Step::leap;
  }
  if (!below.empty()) {
    leap_to(topic, topic_at, wanted);
    if (topic < next_.append(1, '/')) return Step::leap;
  }
  return any_end == nowhere ? Step::end : leap_to(topic, any_end, after_slash);
}

std::uint32_t RetainedCursor::advance(const TopicOrder& order, std::uint32_t name,
                                      Step step) const noexcept {
  name = order.next(name);
  // Mostly the neighbour is far enough.
  if (step != Step::leap || name == TopicOrder::none || order.topic(name) >= next_) return name;
  return order.lower_bound(next_);
}

}  // namespace mqrig::broker
