#include <mqrig/broker/topic_order.hpp>

#include <utility>

namespace mqrig::broker {

// The first entry holds no message: its name means `none`.
TopicOrder::TopicOrder() {
  entries_.emplace();
}

TopicOrder::~TopicOrder() {
  while (root_ != none) erase(root_);
  entries_.erase(none);
}

// Where the name of this entry is written down: in its parent, or as the root.
std::uint32_t& TopicOrder::link_to(std::uint32_t name) noexcept {
  const std::uint32_t parent = entries_[name].parent;
  if (parent == none) return root_;
  return entries_[parent].left == name ? entries_[parent].left : entries_[parent].right;
}

// Makes an entry the parent of its parent.
void TopicOrder::rotate_up(std::uint32_t name) noexcept {
  Entry& entry = entries_[name];
  const std::uint32_t old_parent = entry.parent;
  Entry& parent = entries_[old_parent];
  link_to(old_parent) = name;
  entry.parent = parent.parent;
  parent.parent = name;
  std::uint32_t& given = parent.left == name ? parent.left : parent.right;
  std::uint32_t& taken = parent.left == name ? entry.right : entry.left;
  given = taken;
  if (given != none) entries_[given].parent = old_parent;
  taken = old_parent;
}

std::uint32_t TopicOrder::insert(MessagePtr message, std::uint32_t priority) {
  const std::uint32_t name = entries_.emplace();
  Entry& entry = entries_[name];
  const std::string_view topic = message->topic();
  entry.message = std::move(message);
  entry.priority = priority;
  std::uint32_t* link = &root_;
  while (*link != none) {
    entry.parent = *link;
    Entry& parent = entries_[*link];
    link = topic < parent.message->topic() ? &parent.left : &parent.right;
  }
  *link = name;
  while (entry.parent != none && entries_[entry.parent].priority < priority) rotate_up(name);
  return name;
}

// The child that may stand above the other one; `none` for a leaf.
std::uint32_t TopicOrder::upper_child(std::uint32_t name) const noexcept {
  const Entry& entry = entries_[name];
  if (entry.left == none) return entry.right;
  if (entry.right == none) return entry.left;
  return entries_[entry.left].priority < entries_[entry.right].priority ? entry.right : entry.left;
}

void TopicOrder::erase(std::uint32_t name) {
  for (std::uint32_t child = upper_child(name); child != none; child = upper_child(name)) {
    rotate_up(child);
  }
  link_to(name) = none;
  entries_.erase(name);
}

std::uint32_t TopicOrder::lower_bound(std::string_view text) const noexcept {
  std::uint32_t found = none;
  for (std::uint32_t at = root_; at != none;) {
    if (topic(at) < text) {
      at = entries_[at].right;
    } else {
      found = at;
      at = entries_[at].left;
    }
  }
  return found;
}

std::uint32_t TopicOrder::next(std::uint32_t name) const noexcept {
  if (std::uint32_t at = entries_[name].right; at != none) {
    while (entries_[at].left != none) at = entries_[at].left;
    return at;
  }
  std::uint32_t parent = entries_[name].parent;
  while (parent != none && entries_[parent].right == name) {
    name = parent;
    parent = entries_[name].parent;
  }
  return parent;
}

}  // namespace mqrig::broker
