#include <mqrig/broker/topic_match.hpp>

#include <algorithm>

#include <mqrig/broker/topic_level.hpp>

namespace mqrig::broker {

namespace {

constexpr std::size_t no_match = std::string_view::npos;

// Where the levels of the topic go on after those of a label with wildcards; beyond the end of the
// topic when none are left.
std::size_t match_wild(std::string_view label, std::string_view topic, std::size_t at) noexcept {
  const std::size_t end = topic.size() + 1;
  for (std::size_t in_label = 0;;) {
    const std::string_view wanted = level_at(label, in_label);
    if (wanted == "#") return end;
    const std::string_view level = level_at(topic, at);
    if (wanted != "+" && wanted != level) return no_match;
    in_label += wanted.size() + 1;
    at += level.size() + 1;
    if (in_label > label.size()) return at;
    // "a/#" matches its parent "a" too, section 4.7.1.2.
    if (at == end) return label.substr(in_label) == "#" ? end : no_match;
  }
}

}  // namespace

TopicMatch::TopicMatch(const TopicNodes& nodes, std::string_view topic) noexcept
    : nodes_(nodes), topic_(topic) {
  if (!topic.starts_with('$')) arrive(TopicNodes::root, 0);
}

std::string_view TopicMatch::level() const noexcept {
  return level_at(topic_, at_);
}

std::size_t TopicMatch::match(const TopicNode& node) const noexcept {
  const std::string_view label = node.label.view();
  if (node.wild) return match_wild(label, topic_, at_);
  const std::string_view rest = topic_.substr(at_);
  if (!rest.starts_with(label)) return no_match;
  if (rest.size() > label.size() && rest[label.size()] != '/') return no_match;
  return at_ + label.size() + 1;
}

// Finds what ends at this node, and makes it the present one if there may be more below it.
void TopicMatch::arrive(std::uint32_t name, std::size_t at) noexcept {
  const TopicNode& node = nodes_[name];
  const bool topic_ends = at > topic_.size();
  if (node.has_hash) found_[found_count_++] = &nodes_[nodes_.child(name, "#")];
  if (topic_ends && !node.entries.empty()) found_[found_count_++] = &node;
  if (topic_ends || node.children == node.has_hash) return;
  node_ = name;
  at_ = at;
  any_level_ += node.has_plus;
  turn_ = Turn::same_level;
}

void TopicMatch::enter(std::uint32_t node) noexcept {
  if (node == TopicNodes::none) return;
  const std::size_t at = match(nodes_[node]);
  if (at != no_match) arrive(node, at);
}

void TopicMatch::step() noexcept {
  switch (turn_) {
    case Turn::same_level:
      turn_ = Turn::any_level;
      return enter(nodes_.child(node_, level()));
    case Turn::any_level:
      turn_ = any_level_ > 0 ? Turn::back : Turn::end;
      // Nothing that begins with a wildcard matches a topic that begins with '$' [MQTT-4.7.2-1]:
      // such a topic did not arrive at the root, and counts no '+' there.
      if (!nodes_[node_].has_plus || any_level_ == 0) return;
      --any_level_;
      turn_ = Turn::back;
      return enter(nodes_.child(node_, "+"));
    case Turn::back:
      return go_back();
    case Turn::end:
      return;
  }
}

void TopicMatch::go_back() noexcept {
  if (any_level_ == 0) {
    turn_ = Turn::end;
    return;
  }
  const TopicNode& node = nodes_[node_];
  const std::string_view label = node.label.view();
  if (node.wild) {
    // As many levels of the topic as the label has.
    for (auto levels = std::count(label.begin(), label.end(), '/') + 1; levels > 0; --levels) {
      at_ = topic_.substr(0, at_ - 1).rfind('/') + 1;
    }
  } else {
    at_ -= label.size() + 1;
  }
  turn_ = label.starts_with('+') ? Turn::back : Turn::any_level;
  node_ = node.parent;
}

}  // namespace mqrig::broker
