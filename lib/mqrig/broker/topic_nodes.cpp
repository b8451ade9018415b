#include <mqrig/broker/topic_nodes.hpp>

#include <algorithm>

namespace mqrig::broker {

static_assert(sizeof(SubscriptionEntry) == 16);
static_assert(sizeof(TopicNode) == 64);

namespace {

std::string_view first_level(std::string_view levels) noexcept {
  return levels.substr(0, levels.find('/'));
}

// How many bytes of whole levels both begin with; the first level is the same.
std::size_t common_levels(std::string_view label, std::string_view rest) noexcept {
  const std::size_t shorter = std::min(label.size(), rest.size());
  std::size_t same = 0;
  while (same < shorter && label[same] == rest[same]) ++same;
  const bool label_ends = same == label.size() || label[same] == '/';
  const bool rest_ends = same == rest.size() || rest[same] == '/';
  return label_ends && rest_ends ? same : label.rfind('/', same - 1);
}

}  // namespace

SubscriptionOptions SubscriptionEntry::options() const noexcept {
  return {static_cast<wire::QoS>(qos), no_local != 0, retain_as_published != 0,
          static_cast<wire::RetainHandling>(retain_handling), identifier};
}

void SubscriptionEntry::set(const SubscriptionOptions& options) noexcept {
  identifier = options.identifier & wire::max_remaining_length;
  qos = static_cast<std::uint32_t>(options.qos) & 3U;
  no_local = options.no_local ? 1 : 0;
  retain_as_published = options.retain_as_published ? 1 : 0;
  retain_handling = static_cast<std::uint32_t>(options.retain_handling) & 3U;
}

TopicNodes::TopicNodes() {
  nodes_.emplace();
}

TopicNodes::~TopicNodes() {
  children_.for_each([this](std::uint32_t node) { nodes_.erase(node); });
  nodes_.erase(root);
}

std::uint32_t TopicNodes::child(std::uint32_t parent, std::string_view level) const noexcept {
  const std::uint32_t found = children_.find(hash_(level, parent), [&](std::uint32_t name) {
    const TopicNode& node = nodes_[name];
    return node.parent == parent && first_level(node.label.view()) == level;
  });
  return found != 0 ? found : none;
}

std::uint32_t TopicNodes::find(std::string_view filter) const noexcept {
  std::uint32_t node = root;
  for (std::size_t at = 0; at <= filter.size();) {
    const std::string_view rest = filter.substr(at);
    node = child(node, first_level(rest));
    if (node == none) return none;
    const std::string_view label = nodes_[node].label.view();
    if (!rest.starts_with(label)) return none;
    if (rest.size() > label.size() && rest[label.size()] != '/') return none;
    at += label.size() + 1;
  }
  return node;
}

std::uint32_t TopicNodes::find_or_add(std::string_view filter) {
  std::uint32_t node = root;
  for (std::size_t at = 0; at <= filter.size();) {
    const std::string_view rest = filter.substr(at);
    const std::uint32_t next = child(node, first_level(rest));
    if (next == none) return add_leaf(node, rest);
    const std::string_view label = nodes_[next].label.view();
    const std::size_t common = common_levels(label, rest);
    node = common == label.size() ? next : split(next, common);
    at += common + 1;
  }
  return node;
}

void TopicNodes::filter(std::uint32_t node, std::string& text) const {
  std::size_t size = 0;
  for (std::uint32_t at = node; at != root; at = nodes_[at].parent) {
    size += nodes_[at].label.view().size() + 1;
  }
  text.assign(size - 1, '/');
  for (std::size_t end = size - 1; node != root; node = nodes_[node].parent) {
    const std::string_view label = nodes_[node].label.view();
    label.copy(text.data() + end - label.size(), label.size());
    end -= std::min(end, label.size() + 1);
  }
}

void TopicNodes::set_label(TopicNode& node, std::string_view label) {
  labels_memory_ -= node.label.heap_bytes();
  node.wild = label.find_first_of("+#") != std::string_view::npos ? 1 : 0;
  node.label.assign(label);
  labels_memory_ += node.label.heap_bytes();
}

// Tells the parent about the node, whose label and parent are set.
void TopicNodes::attach(std::uint32_t node) {
  const std::string_view level = first_level(nodes_[node].label.view());
  TopicNode& parent = nodes_[nodes_[node].parent];
  children_.insert(hash_(level, nodes_[node].parent), node);
  parent.children = (parent.children + 1) & 0x1FFF'FFFF;
  parent.children_xor ^= node;
  if (level == "+") parent.has_plus = 1;
  if (level == "#") parent.has_hash = 1;
}

void TopicNodes::detach(std::uint32_t node) {
  const std::string_view level = first_level(nodes_[node].label.view());
  TopicNode& parent = nodes_[nodes_[node].parent];
  children_.erase(hash_(level, nodes_[node].parent), node);
  parent.children = (parent.children - 1) & 0x1FFF'FFFF;
  parent.children_xor ^= node;
  if (level == "+") parent.has_plus = 0;
  if (level == "#") parent.has_hash = 0;
}

std::uint32_t TopicNodes::add_leaf(std::uint32_t parent, std::string_view label) {
  const std::uint32_t node = nodes_.emplace();
  nodes_[node].parent = parent;
  set_label(nodes_[node], label);
  attach(node);
  return node;
}

// Puts a node with the first `size` bytes of the label above this one.
std::uint32_t TopicNodes::split(std::uint32_t node, std::size_t size) {
  const std::uint32_t upper = nodes_.emplace();
  TopicNode& below = nodes_[node];
  const std::string_view label = below.label.view();
  const std::uint32_t parent = below.parent;
  nodes_[upper].parent = parent;
  set_label(nodes_[upper], label.substr(0, size));
  children_.replace(hash_(first_level(label), parent), node, upper);
  nodes_[parent].children_xor ^= node ^ upper;
  below.parent = upper;
  set_label(below, label.substr(size + 1));
  attach(node);
  return upper;
}

// The opposite of split(): the child takes the place of its parent.
void TopicNodes::merge_with_child(std::uint32_t node) {
  const std::uint32_t child = nodes_[node].children_xor;
  const std::uint32_t parent = nodes_[node].parent;
  std::string label(nodes_[node].label.view());
  // First: a name is in the table once.
  detach(child);
  children_.replace(hash_(first_level(label), parent), node, child);
  nodes_[parent].children_xor ^= node ^ child;
  label.append(1, '/').append(nodes_[child].label.view());
  nodes_[child].parent = parent;
  set_label(nodes_[child], label);
  set_label(nodes_[node], {});
  nodes_.erase(node);
}

void TopicNodes::prune(std::uint32_t node) {
  if (node == root || !nodes_[node].entries.empty()) return;
  if (nodes_[node].children > 1) return;
  if (nodes_[node].children == 1) return merge_with_child(node);
  const std::uint32_t parent = nodes_[node].parent;
  detach(node);
  set_label(nodes_[node], {});
  nodes_.erase(node);
  // At most one more: a parent without entries had two children or more.
  if (parent != root && nodes_[parent].children == 1) prune(parent);
}

}  // namespace mqrig::broker
